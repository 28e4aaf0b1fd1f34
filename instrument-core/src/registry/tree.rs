//! One thread's tree, and the caps that bound it.

use crate::record::arena::Arena;
use crate::record::cells::Cells;
use crate::record::node::Node;
use crate::settings::settings;
use crate::site::Site;
use crate::sync::lock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

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
    /// Who records in it: a thread's name, else its number.
    owner: Mutex<String>,
}

impl Tree {
    pub(crate) fn root(&self) -> &'static Node {
        self.root.get_or_init(|| Box::leak(Box::new(Node::root())))
    }

    /// Notes that the calling thread records in it from now on.
    pub(super) fn take_over(&self) {
        let thread = std::thread::current();
        let id = format!("{:?}", thread.id());
        let number: String = id.chars().filter(char::is_ascii_digit).collect();
        // Pools give all their threads one name.
        *lock(&self.owner) = thread.name().map_or_else(|| format!("#{number}"), |name| format!("{name} #{number}"));
    }

    /// Who records in it, or was the last to.
    pub(crate) fn owner(&self) -> String {
        lock(&self.owner).clone()
    }

    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    /// Adds a node for `site` below `here`, unless that passes a cap; then the call is counted as folded. Owner only.
    pub(crate) fn add(&self, here: &'static Node, site: &'static Site) -> Option<&'static Node> {
        self.has_room_below(here).then(|| here.add_child(site, &mut lock(&self.arena)))
    }

    /// The node that stands here for `node`, which may be another thread's: made if need be, unless that passes a cap.
    /// Owner only.
    pub(crate) fn proxy(&self, node: &'static Node) -> Option<&'static Node> {
        self.cells.proxies.get(node, |parent, site| {
            let here = parent.unwrap_or_else(|| self.root());
            self.has_room_below(here).then(|| here.add_proxy(site, &mut lock(&self.arena)))
        })
    }

    /// Counts a node to come, or what's lost without it. Owner only.
    fn has_room_below(&self, here: &Node) -> bool {
        if here.depth() >= settings().max_depth {
            self.cells.lost.too_deep();
            return false;
        }
        // Looked at first: past the cap, every call of a new path comes here.
        let most = settings().max_nodes;
        if nodes() >= most || NODES.fetch_add(1, Ordering::Relaxed) >= most {
            self.cells.lost.too_many_nodes();
            return false;
        }
        true
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
