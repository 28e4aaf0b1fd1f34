//! The only place that names atomics, locks and condition variables: parking_lot's, std's where a fork may come between,
//! or loom's under `--cfg loom`.

#[cfg(loom)]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard, RwLock};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

/// Locks; what's modelled does it by this, since loom's locks can be poisoned.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    #[cfg(loom)]
    return mutex.lock().unwrap();
    #[cfg(not(loom))]
    mutex.lock()
}

/// Waits for the next change.
pub(crate) fn wait<'m, T>(changed: &Condvar, guard: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
    #[cfg(loom)]
    return changed.wait(guard).unwrap();
    #[cfg(not(loom))]
    {
        let mut guard = guard;
        changed.wait(&mut guard);
        guard
    }
}

/// std's, for what's held across a fork, and for what threads of ours wait for while the program may fork.
///
/// parking_lot's waiting threads are in one table of the whole process, which a forked child has a copy of. There it may
/// be locked by a thread that the child doesn't have, and it lists waiting threads by places on stacks that the child uses
/// again. Then the child hangs in the next lock of parking_lot's that it has to wait for, be it the program's own.
#[cfg(not(loom))]
pub(crate) mod forkable {
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

    use std::sync::PoisonError;
    use std::time::Duration;

    /// Locks without ever panicking: what our mutexes guard stays consistent even if a holder unwound.
    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next change, without ever panicking.
    pub(crate) fn wait<'m, T>(changed: &Condvar, guard: MutexGuard<'m, T>) -> MutexGuard<'m, T> {
        changed.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the next change, or so long, without ever panicking.
    pub(crate) fn wait_for<'m, T>(changed: &Condvar, guard: MutexGuard<'m, T>, time: Duration) -> MutexGuard<'m, T> {
        changed.wait_timeout(guard, time).unwrap_or_else(PoisonError::into_inner).0
    }
}
