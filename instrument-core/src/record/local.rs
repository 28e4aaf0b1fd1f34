//! What a thread keeps for itself: where in its tree it is, and the cells of its timers and measurements.
//!
//! Two thread-locals, since one with a destructor would cost every access a check: the hot one is plain words; the cold
//! one exists to hand the tree back when the thread ends.

use super::cells::Cells;
use super::node::Node;
use super::task_clock::Task;
use crate::registry::{self, Tree};
use std::cell::Cell;

pub(crate) struct Local {
    /// The node of the innermost open span; `None` before the first span and after the thread's end.
    pub(crate) current: Cell<Option<&'static Node>>,
    pub(crate) cells: Cell<Option<&'static Cells>>,
    /// The task that's being polled.
    pub(super) task: Task,
}

thread_local! {
    pub(crate) static LOCAL: Local = const {
        Local { current: Cell::new(None), cells: Cell::new(None), task: Task::none() }
    };
    static LEASE: Lease = Lease(registry::lease());
}

struct Lease(&'static Tree);

impl Drop for Lease {
    fn drop(&mut self) {
        LOCAL.with(|local| {
            local.current.set(None);
            local.cells.set(None);
        });
        registry::release(self.0);
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

/// The tree that this thread has, without giving it one.
#[cfg(unix)]
pub(crate) fn leased() -> Option<&'static Tree> {
    LOCAL.with(|local| local.current.get())?;
    LEASE.try_with(|lease| lease.0).ok()
}
