//! A recording of the whole session at exit, where `INSTRUMENT_SAVE` asks for one.

use super::snapshot::{Threads, whole};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::options::FileName;
use crate::perf_timer;
use crate::process::exit::at_each_exit;
use crate::process::fork::{self, AfterFork, Holder};
use crate::process::stderr::warn;
use crate::state::Setup;
use crate::threads::tally;
use instrument_model::Snapshot;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

inventory::submit! { Setup(|settings| if let Some(name) = &settings.save { begin(name.clone(), settings.enabled, settings.save_threads) }) }

/// What this process had when it was forked off, which is its parent's to save.
static INHERITED: Mutex<Option<Snapshot>> = Mutex::new(None);

/// Whether threads are kept apart.
static APART: AtomicBool = AtomicBool::new(false);

inventory::submit! { Holder::new(29, || Box::new(lock(&INHERITED))) }
// A daemon goes on where its parents have ended, and mostly nobody saves what they had.
inventory::submit! { AfterFork(|| *lock(&INHERITED) = None) }

/// Who has to do with a fork and recorded nothing has nothing to keep: who made way for a daemon, and a child with nothing but
/// its parent's figures; or where timers were off from the start.
fn begin(name: FileName, on: bool, apart: bool) {
    APART.store(apart, Relaxed);
    tally::in_child(|| {
        let inherited = whole(threads());
        *lock(&INHERITED) = Some(inherited);
    });
    at_each_exit(move || {
        if tally::has_recorded() || perf_timer::has_run() || on && !(fork::is_child() || fork::is_parent()) {
            save(&name);
        }
    });
}

fn threads() -> Threads {
    if APART.load(Relaxed) { Threads::Apart } else { Threads::Merged }
}

fn save(name: &FileName) {
    let _inside = Inside::enter();
    let path = if fork::is_child() { name.path_of_child() } else { name.path() };
    let all = whole(threads());
    let own = match &*lock(&INHERITED) {
        Some(inherited) => all.since_fork(inherited),
        None => all,
    };
    if let Err(error) = own.save(&path) {
        warn(&format!("INSTRUMENT_SAVE: {error}"));
    }
}
