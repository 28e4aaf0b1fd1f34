//! Interval tables, printed by a thread where `#[instrument::main]` or the environment asks for them.

use super::log;
use crate::base::sync::lock;
use crate::process::bare::pid;
use crate::process::fork::{AfterFork, Holder};
use instrument_system::threads::spawn;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The thread of this process or, in a forked child, of its parent.
static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

struct Running {
    process: u32,
    every: Duration,
    stop: Arc<Stop>,
    thread: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

inventory::submit! { Holder::new(99, || Box::new(lock(&RUNNING))) }
inventory::submit! { AfterFork(again) }

/// Prints one each time, unless that's done already. Without a thread there are none; the program is none the worse.
pub(super) fn start(every: Duration) {
    let mut running = lock(&RUNNING);
    let is_ours = |running: &Running| running.process == pid();
    if running.as_ref().is_some_and(is_ours) {
        return;
    }
    let stop = Arc::<Stop>::default();
    let seen = Arc::clone(&stop);
    let Ok(thread) = spawn("instrument-interval", move || print(&seen, every)) else { return };
    // A handle of the parent's is none of a thread in this process.
    std::mem::forget(running.replace(Running { process: pid(), every, stop, thread }));
}

/// Ends it, and waits for a table that's being printed.
pub(super) fn stop() {
    let running = lock(&RUNNING).take_if(|running| running.process == pid());
    if let Some(Running { stop, thread, .. }) = running {
        *lock(&stop.stopped) = true;
        stop.changed.notify_all();
        let _ = thread.join();
    }
}

fn again() {
    let parents = lock(&RUNNING).as_ref().filter(|running| running.process != pid()).map(|parents| parents.every);
    if let Some(every) = parents {
        log::begin_interval();
        start(every);
    }
}

fn print(stop: &Stop, every: Duration) {
    let mut stopped = lock(&stop.stopped);
    loop {
        let waited = stop.changed.wait_timeout_while(stopped, every, |stopped| !*stopped);
        let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if !timeout.timed_out() {
            return;
        }
        drop(guard);
        log::print_interval();
        stopped = lock(&stop.stopped);
    }
}
