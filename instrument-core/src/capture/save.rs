//! A recording of the whole session at exit, where `INSTRUMENT_SAVE` asks for one.

use super::snapshot::{Threads, whole};
use crate::base::inside::Inside;
use crate::options::FileName;
use crate::process::exit::at_each_exit;
use crate::process::fork;
use crate::process::stderr::warn;
use crate::state::Setup;
use crate::threads::tally;

inventory::submit! { Setup(|settings| if let Some(name) = &settings.save { begin(name.clone(), settings.enabled, settings.save_threads) }) }

/// Who has to do with a fork and recorded nothing has nothing to keep: who made way for a daemon, and a child with nothing but
/// its parent's figures; or where timers were off from the start.
fn begin(name: FileName, on: bool, apart: bool) {
    tally::watch();
    at_each_exit(move || {
        if tally::has_recorded() || on && !(fork::is_child() || fork::is_parent()) {
            save(&name, if apart { Threads::Apart } else { Threads::Merged });
        }
    });
}

fn save(name: &FileName, threads: Threads) {
    let _inside = Inside::enter();
    let path = if fork::is_child() { name.path_of_child() } else { name.path() };
    if let Err(error) = whole(threads).save(&path) {
        warn(&format!("INSTRUMENT_SAVE: {error}"));
    }
}
