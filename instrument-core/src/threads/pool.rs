//! All trees of the process, and what happens when threads begin and end.
//!
//! A tree outlives its thread: it goes back to a pool, with its statistics, and the next new thread records on into it.
//! So nothing is merged or freed at a thread's end, a late reader or guard never meets freed memory, and memory is
//! bounded by the threads that ran *at the same time*.

use super::{Tree, local, tally};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::fork::{self, Holder, InChild};
use crate::tree::mine::Mine;
use crate::tree::store::{self, Room};
use std::ptr;
use std::sync::Mutex;

#[derive(Default)]
struct Pool {
    trees: Vec<&'static Tree>,
    free: Vec<&'static Tree>,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { trees: Vec::new(), free: Vec::new() });

inventory::submit! { Holder::new(50, || Box::new(lock(&POOL))) }
inventory::submit! { InChild(in_child) }

/// A tree for a thread that begins to record. To be called inside the toolkit, as is [`release`].
pub(super) fn lease() -> &'static Tree {
    fork::watch();
    let mut pool = lock(&POOL);
    let tree = pool.free.pop().unwrap_or_else(|| {
        let tree: &'static Tree = store::keep(Tree::new());
        tree.leave_room(store::exchange(Room::NONE));
        pool.trees.push(tree);
        tree
    });
    store::exchange(tree.take_room());
    tree.take_over();
    tree
}

/// Takes a tree back from a thread that ends.
pub(super) fn release(tree: Mine<'_, Tree>) {
    tree.abandon();
    tree.leave_room(store::exchange(Room::NONE));
    lock(&POOL).free.push(tree.shared());
}

/// In a child after a fork the other threads don't exist: nobody will close what they had open. Their trees are read, but
/// nobody records on into them, since they may have been left amid a change. This thread has another number.
#[expect(unsafe_code, reason = "writes to trees that nobody has on lease")]
fn forked() {
    let own = local::leased();
    let pool = &*lock(&POOL);
    let is = |one: &'static Tree, other: &&'static Tree| ptr::eq(one, *other);
    for &tree in &pool.trees {
        if !own.iter().chain(&pool.free).any(|other| is(tree, other)) {
            // SAFETY: who had it on lease doesn't exist, and nobody gets it any more, since it isn't free.
            unsafe { Mine::new(tree) }.close();
        }
    }
    own.iter().for_each(|tree| tree.take_over());
}

fn in_child() {
    forked();
    tally::forked();
}

/// Calls `read` with all trees, while none comes or goes.
pub(crate) fn reading<R>(read: impl FnOnce(&[&'static Tree]) -> R) -> R {
    let _inside = Inside::enter();
    read(&lock(&POOL).trees)
}
