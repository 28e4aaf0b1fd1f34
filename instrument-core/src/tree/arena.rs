//! Where a tree's nodes are: side by side, in blocks that are never moved or freed.

use super::node::Node;
use super::store;
use std::mem::{self, MaybeUninit};

/// The first block; a thread that times two functions shouldn't take room for a hundred.
const FIRST: usize = 8;
const LARGEST: usize = 512;

/// Nodes of one tree in the order in which they were made: neighbours in time are neighbours in memory.
#[derive(Default)]
pub(crate) struct Arena {
    free: &'static mut [MaybeUninit<Node>],
    made: usize,
}

impl Arena {
    pub(crate) fn keep(&mut self, node: Node) -> &'static mut Node {
        if self.free.is_empty() {
            self.free = store::keep_all(self.made.clamp(FIRST, LARGEST), MaybeUninit::uninit);
        }
        self.made += 1;
        match mem::take(&mut self.free).split_first_mut() {
            Some((place, rest)) => {
                self.free = rest;
                place.write(node)
            }
            None => store::keep(node),
        }
    }
}
