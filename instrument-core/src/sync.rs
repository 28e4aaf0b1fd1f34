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

/// Lets another thread get on, on another core or, if it takes longer, on this one.
pub(crate) fn wait(brief: bool) {
    #[cfg(loom)]
    {
        let _ = brief;
        loom::thread::yield_now();
    }
    #[cfg(not(loom))]
    if brief { std::hint::spin_loop() } else { std::thread::yield_now() }
}
