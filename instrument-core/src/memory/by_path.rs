//! What's allocated and freed, by call path: counted in the node of the innermost open span, on the thread that does it.
//!
//! Inside the toolkit there's no such node, so what it allocates itself is in no path. Outside of spans it's the tree's root,
//! which no table shows.

use crate::heap::Event;
use crate::threads::this_thread;
use crate::tree::blocks::Blocks;
use crate::tree::mine::Mine;

/// False if the path has no counters yet, so that [`finish`] is to be called.
#[inline(always)]
#[must_use]
pub(super) fn count(event: Event) -> bool {
    this_thread(|thread| {
        let Some(node) = thread.current_if_alive() else { return true };
        let Some(blocks) = node.stats().blocks() else { return false };
        add(blocks, event);
        true
    })
}

/// A path's first block.
pub(super) fn finish(event: Event) {
    this_thread(|thread| {
        if let Some(node) = thread.current_if_alive() {
            add(node.stats().blocks_or_new(), event);
        }
    });
}

#[inline(always)]
fn add(blocks: Mine<'_, Blocks>, event: Event) {
    match event {
        Event::Allocated { size, .. } => blocks.allocate(size),
        Event::Freed { size } => blocks.free(size),
        Event::Resized { old, new, .. } => blocks.resize(old, new),
    }
}
