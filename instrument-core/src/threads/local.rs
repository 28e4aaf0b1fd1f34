//! What a thread keeps for itself: where in its tree it is, and the cells of its timers and measurements.
//!
//! Two thread-locals, since one with a destructor would cost every access a check: the hot one is plain words; the cold
//! one exists to hand the tree back when the thread ends.

use super::cells::Cells;
use super::{Tree, pool};
use crate::tree::node::Node;
use std::cell::Cell;
use std::ptr;
use std::task::RawWakerVTable;

pub(crate) struct Local {
    /// The node of the innermost open span; `None` before the first span and after the thread's end.
    pub(crate) current: Cell<Option<&'static Node>>,
    pub(crate) cells: Cell<Option<&'static Cells>>,
    /// The task that's being polled.
    pub(crate) task: Task,
}

/// What a task is known by: its waker.
pub(crate) type Key = (*const (), *const RawWakerVTable);

/// No waker's: it has no table.
const NOBODY: Key = (ptr::null(), ptr::null());

/// The task that this thread polls now.
///
/// Cells by themselves: to read as a whole what was just written in parts, the processor waits for the parts.
#[derive(Debug)]
pub(crate) struct Task {
    data: Cell<*const ()>,
    table: Cell<*const RawWakerVTable>,
    /// Ticks that the task was polled before this poll.
    pub(crate) spent: Cell<u64>,
    /// When this poll began.
    pub(crate) since: Cell<u64>,
}

impl Task {
    const NONE: Task =
        Task { data: Cell::new(NOBODY.0), table: Cell::new(NOBODY.1), spent: Cell::new(0), since: Cell::new(0) };

    #[inline(always)]
    pub(crate) fn is_none(&self) -> bool {
        self.table.get().is_null()
    }

    #[inline(always)]
    pub(crate) fn is(&self, (data, table): Key) -> bool {
        ptr::eq(self.data.get(), data) && ptr::eq(self.table.get(), table)
    }

    pub(crate) fn key(&self) -> Key {
        (self.data.get(), self.table.get())
    }

    #[inline(always)]
    pub(crate) fn set(&self, (data, table): Key) {
        self.data.set(data);
        self.table.set(table);
    }

    #[inline(always)]
    pub(crate) fn leave(&self) {
        self.set(NOBODY);
    }
}

thread_local! {
    pub(crate) static LOCAL: Local = const {
        Local { current: Cell::new(None), cells: Cell::new(None), task: Task::NONE }
    };
    static LEASE: Lease = Lease(pool::lease());
}

struct Lease(&'static Tree);

impl Drop for Lease {
    fn drop(&mut self) {
        LOCAL.with(|local| {
            local.current.set(None);
            local.cells.set(None);
        });
        pool::release(self.0);
    }
}

/// This thread's tree; gets one at the first call. `None` once the thread's locals are being torn down.
#[cold]
pub(crate) fn tree() -> Option<&'static Tree> {
    let tree = LEASE.try_with(|lease| lease.0).ok()?;
    LOCAL.with(|local| {
        if local.current.get().is_none() {
            local.current.set(Some(tree.root()));
        }
        local.cells.set(Some(tree.cells()));
    });
    Some(tree)
}

/// Whether `node` is in this thread's tree still.
pub(crate) fn owns(node: &'static Node) -> bool {
    let top = std::iter::successors(Some(node), |node| node.parent()).last();
    match (top, LEASE.try_with(|lease| lease.0)) {
        (Some(top), Ok(tree)) => std::ptr::eq(top, tree.root()),
        _ => false,
    }
}

/// This thread's cells; `None` once its locals are being torn down.
pub(crate) fn cells() -> Option<&'static Cells> {
    LOCAL.with(|local| local.cells.get()).or_else(|| tree().map(Tree::cells))
}

/// The tree that this thread has, without giving it one.
pub(crate) fn leased() -> Option<&'static Tree> {
    LOCAL.with(|local| local.current.get())?;
    LEASE.try_with(|lease| lease.0).ok()
}
