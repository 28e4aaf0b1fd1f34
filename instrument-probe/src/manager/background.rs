//! The manager's thread: applies again and again, and ends at once when it's told to.

use super::Shared;
use crate::guarded::{catch, this_thread};
use crate::sync::{AtomicBool, AtomicU64, Condvar, Mutex, Ordering, lock};
use instrument_core::shared::{spawn, warn};
use instrument_model::text::printable;
use instrument_wire::SpecId;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The shortest period: more often, a store would do nothing else.
const SHORTEST: Duration = Duration::from_millis(10);

/// A thread that's joined when this is dropped.
pub(super) struct Background {
    /// A forked child has the handle, but not the thread.
    process: u32,
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
    /// Whether it has applied the specs once.
    applied: AtomicBool,
    /// The thread's number.
    thread: AtomicU64,
}

impl Background {
    pub(super) fn start(shared: Arc<Shared>, period: Duration) -> io::Result<Background> {
        let stop = Arc::<Stop>::default();
        let seen = Arc::clone(&stop);
        let run = move || {
            seen.thread.store(this_thread(), Ordering::Relaxed);
            let mut said = Said::default();
            loop {
                said.apply(&shared);
                seen.applied.store(true, Ordering::Relaxed);
                if seen.wait(period.max(SHORTEST)) {
                    return;
                }
            }
        };
        let thread = Some(spawn("instrument-manager", run)?);
        Ok(Background { process: std::process::id(), stop, thread })
    }

    /// Whether its first round is over.
    pub(super) fn has_applied(&self) -> bool {
        self.stop.applied.load(Ordering::Relaxed)
    }
}

impl Stop {
    /// Whether it was stopped meanwhile.
    fn wait(&self, period: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(lock(&self.stopped), period, |stopped| !*stopped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        if self.process != std::process::id() {
            std::mem::forget(thread);
            return;
        }
        *lock(&self.stop.stopped) = true;
        self.stop.changed.notify_all();
        // An instrument that drops its own manager can't wait for itself.
        if self.stop.thread.load(Ordering::Relaxed) != this_thread() {
            let _ = thread.join();
        }
    }
}

/// What was said on stderr already.
#[derive(Default)]
struct Said {
    of_store: Option<String>,
    of_specs: BTreeMap<SpecId, String>,
    warnings: BTreeSet<String>,
}

impl Said {
    /// Applies, and says what's wrong if that's new.
    fn apply(&mut self, shared: &Shared) {
        let round = match catch(|| shared.apply()) {
            Ok(Ok(round)) => round,
            Ok(Err(error)) => return self.say_of_store(format!("{error}; going on with the probes as they were")),
            Err(panic) => return self.say_of_store(format!("the store of probes panicked: {panic}")),
        };
        match round.told {
            Ok(()) => self.of_store = None,
            Err(error) => self.say_of_store(format!("{error}; nobody is told what became of the probes")),
        }
        for (id, error) in round.refused.iter().filter(|(id, error)| self.of_specs.get(id) != Some(*error)) {
            warn(&format!("the spec {}: {}", printable(&id.to_string()), printable(error)));
        }
        self.of_specs = round.refused;
        round.warnings.difference(&self.warnings).for_each(|warning| warn(warning));
        self.warnings = round.warnings;
    }

    fn say_of_store(&mut self, line: String) {
        if self.of_store.as_ref() != Some(&line) {
            warn(&line);
            self.of_store = Some(line);
        }
    }
}
