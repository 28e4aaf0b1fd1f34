//! Threads that a breakpoint starts.

use super::error::BreakpointError;
use super::work::Threads;
use crate::gate::Gate;
use crate::guarded::panic_message;
use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// A thread that a breakpoint has started.
pub struct Spawned<T>(Result<Running<T>, BreakpointError>);

struct Running<T> {
    thread: JoinHandle<T>,
    gate: Arc<Gate>,
    place: String,
}

/// Counts the thread as ended, however it ends.
struct Ends(Arc<Gate>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.change(|state| state.running -= 1);
    }
}

impl<T: Send + 'static> Spawned<T> {
    pub(super) fn start(
        gate: &Arc<Gate>,
        threads: &Arc<Threads>,
        place: String,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Self {
        gate.change(|state| {
            state.running += 1;
            state.has_spawned = true;
        });
        let ends = Ends(Arc::clone(gate));
        let threads = Arc::clone(threads);
        // It runs the test's own code, so it takes the signals that its maker takes, unlike a thread of ours.
        let thread = thread::Builder::new().name("breakpoint".into()).spawn(move || {
            let _ends = ends;
            threads.enter();
            f()
        });
        Spawned(match thread {
            Ok(thread) => Ok(Running { thread, gate: Arc::clone(gate), place }),
            Err(error) => Err(BreakpointError::NoThread { error: error.to_string() }),
        })
    }
}

impl<T> Spawned<T> {
    pub(super) fn failed(error: BreakpointError) -> Self {
        Spawned(Err(error))
    }

    /// Waits for the thread's end. Releases the breakpoint before, since it would wait for ever otherwise.
    ///
    /// # Errors
    ///
    /// The thread panicked; the breakpoint never fired, couldn't be armed or failed.
    pub fn join(self) -> Result<T, BreakpointError> {
        let Running { thread, gate, place } = self.0?;
        gate.release(true);
        let result = thread.join();
        let (hits, failure) = gate.change(|state| {
            state.asked = true;
            (state.hits, state.failure.clone())
        });
        match (result, failure) {
            (Err(panic), _) => Err(BreakpointError::Panicked { message: panic_message(panic) }),
            (Ok(_), Some(error)) => Err(BreakpointError::Failed { place, hits, error }),
            (Ok(_), None) if hits == 0 => Err(BreakpointError::NeverFired { place }),
            (Ok(result), None) => Ok(result),
        }
    }

    /// Whether the thread has ended, or never began.
    pub fn is_finished(&self) -> bool {
        self.0.as_ref().map_or(true, |running| running.thread.is_finished())
    }
}

impl<T> fmt::Debug for Spawned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spawned").field("is_finished", &self.is_finished()).finish()
    }
}
