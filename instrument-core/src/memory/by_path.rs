//! What's allocated and freed, by call path: counted in the node of the innermost open span, on the thread that does it.
//!
//! Inside the toolkit there's no such node, so what it allocates itself is in no path. Outside of spans it's the tree's root,
//! which no table shows.

use crate::threads::this_thread;
use crate::tree::blocks::Blocks;
use crate::tree::mine::Mine;

#[inline(always)]
pub(super) fn allocated(bytes: usize) {
    here(|blocks| blocks.allocate(bytes));
}

#[inline(always)]
pub(super) fn deallocated(bytes: usize) {
    here(|blocks| blocks.free(bytes));
}

#[inline(always)]
pub(super) fn reallocated(old: usize, new: usize) {
    here(|blocks| blocks.resize(old, new));
}

#[inline(always)]
fn here(count: impl FnOnce(Mine<'_, Blocks>)) {
    this_thread(|thread| {
        if let Some(node) = thread.current_if_alive() {
            count(node.stats().blocks());
        }
    });
}
