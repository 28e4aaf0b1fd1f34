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

/// How often a reader asks for a consistent state before it takes what it gets. Where the owner records without pause,
/// a few attempts do; where the scheduler has suspended it amid a record, it's some milliseconds. Half a second is for
/// owners that never come back: a debugger has stopped them, say.
pub(crate) const PATIENCE: u32 = 6_000;

/// Lets another thread get on: on another core, on this one, or in its own time.
pub(crate) fn wait(attempt: u32) {
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
