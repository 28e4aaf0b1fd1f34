//! `fork`: the child has one thread and a copy of every lock; a lock that another thread held would never be released.
#![cfg_attr(unix, expect(unsafe_code, reason = "`pthread_atfork` is the only way to know of a fork"))]

/// Sees to it that the pool isn't locked by another thread at the moment of a fork.
#[cfg(not(unix))]
pub(super) fn watch() {}

#[cfg(unix)]
pub(super) fn watch() {
    static REGISTERED: std::sync::Once = std::sync::Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the three functions are `extern "C"`, don't unwind, and are never unloaded while the process runs.
        // Without memory for them a fork is as risky as without us.
        unsafe { libc::pthread_atfork(Some(unix::before), Some(unix::parent), Some(unix::child)) };
    });
}

#[cfg(unix)]
mod unix {
    use crate::registry::{POOL, Pool};
    use crate::sync::lock;
    use std::cell::RefCell;
    use std::sync::MutexGuard;

    thread_local! {
        static HELD: RefCell<Option<MutexGuard<'static, Pool>>> = const { RefCell::new(None) };
    }

    pub(super) extern "C" fn before() {
        // A thread that forks while it reads the pool (from a `Display` of ours, say) would deadlock on itself; the
        // pool's lock is only ever held around code of ours that doesn't fork.
        let _ = HELD.try_with(|held| held.replace(Some(lock(&POOL))));
    }

    pub(super) extern "C" fn parent() {
        let _ = HELD.try_with(|held| drop(held.take()));
    }

    pub(super) extern "C" fn child() {
        // The other threads don't exist here: their trees are free, and nobody will close the spans they had open.
        let _ = HELD.try_with(|held| {
            let Some(mut pool) = held.take() else { return };
            let own = crate::record::local::leased();
            pool.free =
                pool.trees.iter().copied().filter(|tree| own.is_none_or(|own| !std::ptr::eq(own, *tree))).collect();
            for tree in &pool.free {
                tree.abandon_open();
            }
        });
    }
}
