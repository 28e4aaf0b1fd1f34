//! The only place that names atomics, locks and condition variables: std's, or loom's under `--cfg loom`.
//!
//! Locks of others keep waiting threads in a table of the whole process, by places on their stacks. A forked child has a
//! copy of it, maybe locked by a thread that it doesn't have, and then it hangs in the next lock that it has to wait for.

#[cfg(loom)]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
#[cfg(not(loom))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

use std::sync::PoisonError;

/// Locks without ever panicking: what our mutexes guard stays consistent even if a holder unwound.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks, unless somebody else has it locked.
#[cfg(all(unix, not(loom)))]
pub(crate) fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(std::sync::TryLockError::Poisoned(guard)) => Some(guard.into_inner()),
        Err(std::sync::TryLockError::WouldBlock) => None,
    }
}

/// Waits for the next change, without ever panicking.
pub(crate) fn wait<'m, T>(changed: &Condvar, guard: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
    changed.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the next change, or so long, without ever panicking.
#[cfg(not(loom))]
pub(crate) fn wait_for<'m, T>(
    changed: &Condvar,
    guard: MutexGuard<'m, T>,
    time: std::time::Duration,
) -> MutexGuard<'m, T> {
    changed.wait_timeout(guard, time).unwrap_or_else(PoisonError::into_inner).0
}
