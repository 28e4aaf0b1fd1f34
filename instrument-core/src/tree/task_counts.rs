//! What a node counts of async calls, and the counters that it does so with.
#![expect(unsafe_code, reason = "published by pointer")]

use super::epochs::Epochs;
use super::mine::Mine;
use super::stats::{Stats, keep};
use super::store;
use crate::base::sync::{AtomicPtr, AtomicU64, Ordering};
use std::ptr;

/// What's counted of async calls, beside the time of their polls, and beside [`Stats::cancelled`].
pub(crate) struct TaskCounts {
    pub(crate) begun: Counter,
    pub(crate) polls: Counter,
    /// Wall time of the calls that completed: [`NO_WALL`] until one has. Elsewhere, since most nodes are no async call's.
    wall: AtomicPtr<Stats>,
}

/// Stands for what nobody has written yet, so that there's always something to read. Never written.
#[cfg(not(loom))]
static NO_WALL: Stats = Stats::new();

impl TaskCounts {
    pub(super) fn new() -> TaskCounts {
        #[cfg(not(loom))]
        let wall = &NO_WALL;
        // Loom's atomics can't be made by a constant.
        #[cfg(loom)]
        let wall = store::keep(Stats::new());
        let wall = AtomicPtr::new(ptr::from_ref(wall).cast_mut());
        TaskCounts { begun: Counter::new(), polls: Counter::new(), wall }
    }

    /// Wall time of the calls that completed. Any thread.
    #[inline(always)]
    pub(crate) fn wall(&self) -> &'static Stats {
        // SAFETY: the pointer is to `NO_WALL` or to what `wall_or_new` made: valid and never freed.
        unsafe { &*self.wall.load(Ordering::Acquire) }
    }
}

/// Written by one thread, read by all.
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn new() -> Counter {
        Counter(AtomicU64::new(0))
    }

    #[inline(always)]
    pub(super) fn add(&self, value: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(value), Ordering::Relaxed);
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl<'l> Mine<'l, TaskCounts> {
    /// Counts a call that was polled for the first time.
    #[inline(always)]
    pub(crate) fn begin(self) {
        self.begun.add(1);
    }

    #[inline(always)]
    pub(crate) fn poll(self) {
        self.polls.add(1);
    }

    /// Adds the wall time of a call that has completed.
    #[inline(always)]
    pub(crate) fn complete(self, wall: u64, epochs: &Epochs) {
        self.wall_or_new().record::<{ keep::DISTRIBUTION }>(wall, epochs);
    }

    /// A place to write to.
    #[inline(always)]
    fn wall_or_new(self) -> Mine<'l, Stats> {
        #[cfg(not(loom))]
        if ptr::eq(self.wall(), &raw const NO_WALL) {
            self.begin_wall();
        }
        // SAFETY: what one's own counts lead to belongs to them; `NO_WALL`, which doesn't, has just been left.
        unsafe { Mine::new(self.shared().wall()) }
    }

    #[cfg(not(loom))]
    #[cold]
    #[inline(never)]
    fn begin_wall(self) {
        let wall: &'static Stats = store::keep(Stats::new());
        self.wall.store(ptr::from_ref(wall).cast_mut(), Ordering::Release);
    }
}
