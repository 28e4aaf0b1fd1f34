//! Where a tree's nodes are: side by side, in blocks that are never moved or freed.

use super::node::Node;
use std::sync::OnceLock;

/// The first block; a thread that times two functions shouldn't take room for a hundred.
const FIRST: usize = 8;
const LARGEST: usize = 512;

/// Nodes of one tree in the order in which they were made: neighbours in time are neighbours in memory.
#[derive(Default)]
pub(crate) struct Arena {
    block: &'static [OnceLock<Node>],
    used: usize,
}

impl Arena {
    pub(crate) fn keep(&mut self, node: Node) -> &'static Node {
        if self.used == self.block.len() {
            let size = (self.block.len() * 2).clamp(FIRST, LARGEST);
            self.block = Box::leak((0..size).map(|_| OnceLock::new()).collect());
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1].get_or_init(|| node)
    }
}
