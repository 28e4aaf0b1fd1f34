//! `fork`: the child has one thread and a copy of every lock; a lock that another thread held would never be released.
#![cfg_attr(unix, expect(unsafe_code, reason = "`pthread_atfork` is the only way to know of a fork"))]

/// Sees to it that no lock of ours is held by another thread at the moment of a fork.
#[cfg(not(unix))]
pub(crate) fn watch() {}

/// Takes locks that aren't the runtime's, and keeps them until what's returned is dropped.
pub type Hold = fn() -> Box<dyn std::any::Any>;

/// Has `hold` called before each fork, and what it returns dropped after it, in both processes. Code that holds one of
/// those locks mustn't wait for one of the runtime's.
pub fn also_hold(hold: Hold) {
    #[cfg(unix)]
    {
        let _ = unix::ALSO.set(hold);
        watch();
    }
    #[cfg(not(unix))]
    let _ = hold;
}

#[cfg(unix)]
pub(crate) fn watch() {
    static REGISTERED: std::sync::Once = std::sync::Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: the three functions are `extern "C"`, don't unwind, and are never unloaded while the process runs.
        // Without memory for them a fork is as risky as without us.
        unsafe { libc::pthread_atfork(Some(unix::before), Some(unix::parent), Some(unix::child)) };
    });
}

#[cfg(unix)]
mod unix {
    use crate::registry;
    use std::any::Any;
    use std::cell::RefCell;
    use std::sync::OnceLock;

    /// The locks of `instrument-probe`.
    pub(super) static ALSO: OnceLock<super::Hold> = OnceLock::new();

    /// Locks that nobody else holds while this exists, in the order in which code of ours takes them.
    struct Held {
        _probes: Option<Box<dyn Any>>,
        _others: [Box<dyn Any>; 4],
        pool: registry::Held,
        _names: [Box<dyn Any>; 4],
    }

    thread_local! {
        static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
    }

    pub(super) extern "C" fn before() {
        // None of these is ever held around code of the user's, so no thread forks while it holds one.
        let _ = HELD.try_with(|held| {
            held.replace(Some(Held {
                _probes: ALSO.get().map(|hold| hold()),
                _others: [crate::memory::hold(), crate::report::hold(), crate::snapshot::hold(), crate::site::hold()],
                pool: registry::hold(),
                _names: [
                    crate::measure::hold(),
                    crate::clock::hold(),
                    crate::record::suspended::hold(),
                    crate::checkpoint::hold(),
                ],
            }))
        });
    }

    pub(super) extern "C" fn parent() {
        let _ = HELD.try_with(|held| drop(held.take()));
    }

    pub(super) extern "C" fn child() {
        let _ = HELD.try_with(|held| {
            if let Some(mut held) = held.take() {
                held.pool.free_all_but(crate::record::local::leased());
            }
        });
    }
}
