//! One thread's tree, and the caps that bound it.

use crate::record::arena::Arena;
use crate::record::cells::Cells;
use crate::record::node::Node;
use crate::site::Site;
use crate::sync::lock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// Call paths deeper than this fold into the node they are in.
pub(crate) const MAX_DEPTH: u32 = 1024;
/// Nodes of all threads together; at some 700 bytes each, and some 500 for the histogram.
pub(crate) const MAX_NODES: usize = 1 << 18;

static NODES: AtomicUsize = AtomicUsize::new(0);

/// How many nodes there are in all trees together; a few more where threads met at the cap.
pub(crate) fn nodes() -> usize {
    NODES.load(Ordering::Relaxed)
}

/// A root and what hangs below it, recorded by one thread at a time.
#[derive(Default)]
pub(crate) struct Tree {
    root: OnceLock<&'static Node>,
    cells: Cells,
    /// Locked for a path's first call only, and always free then.
    arena: Mutex<Arena>,
}

impl Tree {
    pub(crate) fn root(&self) -> &'static Node {
        self.root.get_or_init(|| Box::leak(Box::new(Node::root())))
    }

    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    /// Adds a node for `site` below `here`, unless that passes a cap; then the call is counted as folded. Owner only.
    pub(crate) fn add(&self, here: &'static Node, site: &'static Site) -> Option<&'static Node> {
        if here.depth() >= MAX_DEPTH {
            self.cells.lost.too_deep();
            return None;
        }
        // Looked at first: past the cap, every call of a new path comes here.
        if nodes() >= MAX_NODES || NODES.fetch_add(1, Ordering::Relaxed) >= MAX_NODES {
            self.cells.lost.too_many_nodes();
            return None;
        }
        Some(here.add_child(site, &mut lock(&self.arena)))
    }

    /// Closes spans whose guards were leaked by a thread that ends: nobody else will. Owner only.
    pub(crate) fn abandon_open(&self) {
        let mut open = vec![self.root()];
        while let Some(node) = open.pop() {
            node.stats.abandon();
            open.extend(node.children());
        }
    }
}
