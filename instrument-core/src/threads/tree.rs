//! One thread's tree, and the caps that bound it.

use super::cells::Cells;
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::facts;
use crate::settings::settings;
use crate::site::Site;
use crate::tree::arena::Arena;
use crate::tree::column::Column;
use crate::tree::lines::Lines;
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use crate::tree::store::{self, Room};
use instrument_model::data::Thread;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

static NODES: AtomicUsize = AtomicUsize::new(0);

/// How many nodes there are in all trees together; a few more where threads met at the cap.
pub(crate) fn nodes() -> usize {
    NODES.load(Ordering::Relaxed)
}

/// A root and what hangs below it, recorded by one thread at a time.
pub(crate) struct Tree {
    /// Made with the tree, under the pool's lock: a child that was forked amid that couldn't tell.
    root: &'static Node,
    cells: Cells,
    /// Locked for a path's first call only, and always free then.
    arena: Mutex<Arena>,
    /// Who records in it.
    owner: Mutex<Option<Thread>>,
    /// Memory that it has while no thread does.
    room: Mutex<Room>,
}

/// Why a node can't be made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Full {
    TooDeep,
    TooManyNodes,
}

impl Tree {
    pub(super) fn new() -> Tree {
        Tree {
            root: store::keep(Node::root()),
            cells: Cells::default(),
            arena: Mutex::default(),
            owner: Mutex::default(),
            room: Mutex::new(Room::NONE),
        }
    }

    pub(crate) fn root(&self) -> &'static Node {
        self.root
    }

    /// Notes that the calling thread records in it from now on.
    pub(super) fn take_over(&self) {
        *lock(&self.owner) = Some(Thread { name: facts::thread_name(), id: facts::thread_number() });
    }

    /// Keeps what its thread has left of its last piece of memory, for the next one.
    pub(super) fn leave_room(&self, room: Room) {
        *lock(&self.room) = room;
    }

    pub(super) fn take_room(&self) -> Room {
        std::mem::replace(&mut lock(&self.room), Room::NONE)
    }

    /// Who records in it, or was the last to.
    pub(crate) fn owner(&self) -> Thread {
        lock(&self.owner).clone().unwrap_or_else(|| Thread { name: String::new(), id: 0 })
    }

    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }
}

impl<'l> Mine<'l, Tree> {
    #[expect(unsafe_code, reason = "the root is elsewhere, beside its children")]
    pub(crate) fn root(self) -> Mine<'l, Node> {
        // SAFETY: the root belongs to its tree.
        unsafe { Mine::new(self.shared().root()) }
    }

    pub(crate) fn cells(self) -> Mine<'l, Cells> {
        self.part(Tree::cells)
    }

    /// Adds a node for `site` below `here`, unless that passes a cap.
    pub(crate) fn add(self, here: Mine<'l, Node>, site: &'static Site) -> Result<Mine<'l, Node>, Full> {
        let _inside = Inside::enter();
        room_below(&here).map(|()| here.add_child(site, &mut lock(&self.arena)))
    }

    /// The node that stands here for `node`, which may be another thread's: made if need be, unless that passes a cap,
    /// which is counted.
    pub(crate) fn proxy(self, node: &'static Node) -> Option<Mine<'l, Node>> {
        self.cells().proxy(node, |parent, site| {
            let here = parent.unwrap_or_else(|| self.root());
            let room = room_below(&here).inspect_err(|full| self.cells().lost().call(*full));
            room.ok().map(|()| here.add_proxy(site, &mut lock(&self.arena)))
        })
    }

    /// Leaves what a thread that ends has left open: nobody else will.
    pub(super) fn abandon(self) {
        self.cells().abandon_frames();
        self.cells().lines().iter().for_each(Mine::<Lines>::abandon);
        self.close();
    }

    /// Closes spans whose guards will never be dropped, since they were leaked, or are of a thread that doesn't exist; lets
    /// readers in where such a thread was writing.
    pub(super) fn close(self) {
        let mut open = vec![self.root()];
        while let Some(node) = open.pop() {
            node.stats().abandon();
            node.forget_visits();
            node.stats().columns().for_each(Mine::<Column>::settle);
            open.extend(node.children());
        }
    }
}

/// Counts a node to come, if there's room for one.
fn room_below(here: &Node) -> Result<(), Full> {
    if here.depth() >= settings().max_depth {
        return Err(Full::TooDeep);
    }
    // Looked at first: past the cap, every call of a new path comes here.
    let most = settings().max_nodes;
    if nodes() >= most || NODES.fetch_add(1, Ordering::Relaxed) >= most {
        return Err(Full::TooManyNodes);
    }
    Ok(())
}
