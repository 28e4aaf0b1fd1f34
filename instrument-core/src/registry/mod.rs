//! The cold half: all trees of the process, what was lost, and what happens when threads begin and end.
//!
//! A tree outlives its thread: it goes back to a pool, with its statistics, and the next new thread records on into it.
//! So nothing is merged or freed at a thread's end, a late reader or guard never meets freed memory, and memory is
//! bounded by the threads that ran *at the same time*.

mod lost;
mod nearest;
mod settings;
mod tree;

pub(crate) mod exit;
pub(crate) mod fork;

pub use lost::Lost;
pub(crate) use lost::{LostCounters, LostPush, lost, lost_after_exit, lost_push};
pub(crate) use nearest::nearest;
pub(crate) use settings::settings;
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
    fork::watch();
    let mut pool = lock(&POOL);
    let tree = pool.free.pop().unwrap_or_else(|| {
        let tree: &'static Tree = Box::leak(Box::default());
        pool.trees.push(tree);
        tree
    });
    tree.take_over();
    tree
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
