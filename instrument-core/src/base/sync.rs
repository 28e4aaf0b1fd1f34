//! The only place that names atomics: std's, or loom's under `--cfg loom`, so that the models run the real code.

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks without ever panicking: what our mutexes guard stays consistent even if a holder unwound.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A sequence lock: its owner writes by plain stores and never waits; readers get a state that no write was amid.
#[derive(Default)]
pub(crate) struct Sequence(AtomicU64);

impl Sequence {
    /// What's written are atomics, by relaxed stores. If two threads wrote at once, readers would take a mix for a state.
    ///
    /// Returns false, and does nothing, amid another write of the same thread: in a signal handler, that is.
    #[inline(always)]
    pub(crate) fn write(&self, write: impl FnOnce()) -> bool {
        let version = self.0.load(Ordering::Relaxed);
        if !version.is_multiple_of(2) {
            return false;
        }
        // Odd while the owner writes.
        self.0.store(version.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        write();
        self.0.store(version.wrapping_add(2), Ordering::Release);
        true
    }

    /// Lets readers in, although a write may never have ended.
    pub(crate) fn settle(&self) {
        let version = self.0.load(Ordering::Relaxed);
        self.0.store(version.wrapping_add(version % 2), Ordering::Release);
    }

    /// What's read, unless the owner wrote meanwhile.
    pub(crate) fn try_read<T>(&self, read: impl FnOnce() -> T) -> Option<T> {
        let version = self.0.load(Ordering::Acquire);
        if !version.is_multiple_of(2) {
            return None;
        }
        let value = read();
        fence(Ordering::Acquire);
        (self.0.load(Ordering::Relaxed) == version).then_some(value)
    }

    /// What's read, of one moment unless the owner never comes back.
    pub(crate) fn read<T>(&self, read: impl Fn() -> T) -> T {
        patiently(|| self.try_read(&read)).unwrap_or_else(read)
    }
}

/// Asks for a consistent state until there is one, or until patience is over.
pub(crate) fn patiently<T>(mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    (0..PATIENCE).find_map(|tries| {
        let state = attempt();
        if state.is_none() {
            wait(tries);
        }
        state
    })
}

/// How often a reader asks for a consistent state before it takes what it gets. Where the owner records without pause,
/// a few attempts do; where the scheduler has suspended it amid a record, it's some milliseconds. Half a second is for
/// owners that never come back: a debugger has stopped them, say.
const PATIENCE: u32 = 6_000;

/// Lets another thread get on: on another core, on this one, or in its own time.
fn wait(attempt: u32) {
    #[cfg(loom)]
    {
        let _ = attempt;
        loom::thread::yield_now();
    }
    #[cfg(not(loom))]
    match attempt {
        0..100 => std::hint::spin_loop(),
        100..1_000 => std::thread::yield_now(),
        _ => std::thread::sleep(std::time::Duration::from_micros(100)),
    }
}
