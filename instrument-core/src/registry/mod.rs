//! The cold half: all trees of the process, what was lost, and what happens when threads begin and end.
//!
//! A tree outlives its thread: it goes back to a pool, with its statistics, and the next new thread records on into it.
//! So nothing is merged or freed at a thread's end, a late reader or guard never meets freed memory, and memory is
//! bounded by the threads that ran *at the same time*.

mod lost;
mod tree;

pub(crate) mod exit;
pub use exit::at_exit;

pub use lost::Lost;
pub(crate) use lost::{LostCounters, lost, lost_after_exit};
pub(crate) use tree::{Tree, nodes};

use crate::record::stats::Epochs;
use crate::sync::lock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Default)]
struct Pool {
    trees: Vec<&'static Tree>,
    free: Vec<&'static Tree>,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { trees: Vec::new(), free: Vec::new() });

static EPOCHS: Epochs = Epochs { current: AtomicU32::new(1), era: AtomicU32::new(0) };

#[inline(always)]
pub(crate) fn epochs() -> &'static Epochs {
    &EPOCHS
}

/// Ends the epoch under way. Callers hold [`reading`]'s lock.
pub(crate) fn end_epoch() -> u32 {
    let ended = EPOCHS.current.load(Ordering::Relaxed);
    EPOCHS.current.store(ended.wrapping_add(1), Ordering::Relaxed);
    ended
}

/// Lets extremes begin anew with the epoch under way.
pub(crate) fn begin_era() {
    EPOCHS.era.store(EPOCHS.current.load(Ordering::Relaxed), Ordering::Relaxed);
}

/// A tree for a thread that begins to record.
pub(crate) fn lease() -> &'static Tree {
    crate::fork::watch();
    let mut pool = lock(&POOL);
    let tree = pool.free.pop().unwrap_or_else(|| {
        let tree: &'static Tree = Box::leak(Box::default());
        pool.trees.push(tree);
        tree
    });
    tree.take_over();
    tree
}

/// The pool, which nobody else can use while this exists.
#[cfg(unix)]
pub(crate) struct Held(std::sync::MutexGuard<'static, Pool>);

#[cfg(unix)]
pub(crate) fn hold() -> Held {
    Held(lock(&POOL))
}

#[cfg(unix)]
impl Held {
    /// In a child after a fork the other threads don't exist: their trees are free, and nobody will close the spans that
    /// they had open.
    pub(crate) fn free_all_but(&mut self, own: Option<&'static Tree>) {
        let pool = &mut *self.0;
        pool.free = pool.trees.iter().copied().filter(|tree| own.is_none_or(|own| !std::ptr::eq(own, *tree))).collect();
        for tree in &pool.free {
            tree.abandon_open();
        }
    }
}

/// Takes a tree back from a thread that ends.
pub(crate) fn release(tree: &'static Tree) {
    tree.abandon_open();
    lock(&POOL).free.push(tree);
}

/// Calls `read` with all trees, while none comes or goes.
pub(crate) fn reading<R>(read: impl FnOnce(&[&'static Tree]) -> R) -> R {
    read(&lock(&POOL).trees)
}

/// The epoch in which statistics were last reset.
pub(crate) fn era() -> u32 {
    EPOCHS.era.load(Ordering::Relaxed)
}
