//! `fork`: the child has one thread and a copy of every lock; a lock that another thread held would never be released.
//!
//! So whoever has a lock registers a [`Holder`], with its place in the order in which code of ours takes them, and all are
//! held across a fork. This file knows none of them.
#![cfg_attr(unix, expect(unsafe_code, reason = "`pthread_atfork` is the only way to know of a fork"))]

use std::any::Any;

/// Takes locks, and keeps them until what it returns is dropped, in both processes. Register one by `inventory::submit!`.
///
/// None of these locks may ever be held around code of the user's, or a thread may fork while it holds one.
#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix forks; elsewhere locks are registered for nothing"))]
pub struct Holder {
    /// Locks of a lower rank are taken first.
    rank: u8,
    hold: fn() -> Box<dyn Any>,
}
inventory::collect!(Holder);

impl Holder {
    /// The locks that `hold` takes, which code of ours may take while it holds some of lower rank, and of none of higher.
    pub const fn new(rank: u8, hold: fn() -> Box<dyn Any>) -> Holder {
        Holder { rank, hold }
    }
}

/// What a child has to do before it goes on, when all locks are free. Register it by `inventory::submit!`.
#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix forks; elsewhere locks are registered for nothing"))]
pub(crate) struct InChild(pub(crate) fn());
inventory::collect!(InChild);

/// What a forked child is without until it asks for it, see [`again`]: threads that its parent had, and what they did. It's
/// called in any process, and does nothing where all is there. Register it by `inventory::submit!`.
pub struct AfterFork(pub fn());
inventory::collect!(AfterFork);

/// Starts what's missing in a forked child.
pub(crate) fn again() {
    inventory::iter::<AfterFork>.into_iter().for_each(|AfterFork(start)| start());
}

/// Sees to it that no lock of ours is held by another thread at the moment of a fork.
#[cfg(not(unix))]
pub fn watch() {}

/// Whether this process was forked by one that [`watch`]ed.
#[cfg(not(unix))]
pub(crate) fn is_child() -> bool {
    false
}

/// Whether this process has forked since it [`watch`]es.
#[cfg(not(unix))]
pub(crate) fn is_parent() -> bool {
    false
}

#[cfg(target_os = "linux")]
pub(crate) use unix::generation;
#[cfg(unix)]
pub use unix::watch;
#[cfg(unix)]
pub(crate) use unix::{is_child, is_parent};

#[cfg(unix)]
mod unix {
    use super::{Holder, InChild};
    use crate::base::inside::Inside;
    use std::any::Any;
    use std::cell::RefCell;
    use std::sync::Once;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

    static GENERATION: AtomicU32 = AtomicU32::new(0);
    static HAS_FORKED: AtomicBool = AtomicBool::new(false);

    /// Whether this process was forked by one that [`watch`]ed.
    pub(crate) fn is_child() -> bool {
        GENERATION.load(Ordering::Relaxed) > 0
    }

    /// Whether this process has forked since it [`watch`]es.
    pub(crate) fn is_parent() -> bool {
        HAS_FORKED.load(Ordering::Relaxed)
    }

    /// Counts forks: in a child it's another number than in its parent.
    #[cfg(target_os = "linux")]
    pub(crate) fn generation() -> u32 {
        GENERATION.load(Ordering::Relaxed)
    }

    type Held = (Vec<Box<dyn Any>>, Option<Inside>);

    thread_local! {
        /// In the order in which they were taken; and that the thread is inside the toolkit as long as they are held.
        static HELD: RefCell<Held> = const { RefCell::new((Vec::new(), None)) };
    }

    /// Sees to it that no lock of ours is held by another thread at the moment of a fork.
    pub fn watch() {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| {
            // SAFETY: the three functions are `extern "C"`, don't unwind, and are never unloaded while the process runs.
            // Without memory for them a fork is as risky as without us.
            unsafe { libc::pthread_atfork(Some(before), Some(parent), Some(child)) };
        });
    }

    extern "C" fn before() {
        let inside = Inside::enter();
        let mut holders: Vec<&Holder> = inventory::iter::<Holder>.into_iter().collect();
        holders.sort_by_key(|holder| holder.rank);
        let held = holders.iter().map(|holder| (holder.hold)());
        let _ = HELD.try_with(|all| *all.borrow_mut() = (held.collect(), inside));
    }

    extern "C" fn parent() {
        HAS_FORKED.store(true, Ordering::Relaxed);
        release();
    }

    fn release() {
        let _ = HELD.try_with(|all| {
            // Locks first.
            let (held, inside) = std::mem::take(&mut *all.borrow_mut());
            drop(held);
            drop(inside);
        });
    }

    extern "C" fn child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
        HAS_FORKED.store(false, Ordering::Relaxed);
        release();
        let _inside = Inside::enter();
        for InChild(prepare) in inventory::iter::<InChild> {
            prepare();
        }
    }
}
