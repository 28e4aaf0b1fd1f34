//! What a thread keeps for itself: where in its tree it is, and the cells of its timers and measurements.
//!
//! Two thread-locals, since one with a destructor would cost every access a check: the hot one is plain words; the cold
//! one exists to hand the tree back when the thread ends.
#![expect(unsafe_code, reason = "what a thread has on lease is its own")]

use super::cells::Cells;
use super::{Tree, pool};
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::ptr;
use std::task::RawWakerVTable;

pub(crate) struct Local {
    /// The node of the innermost open span; `None` before the first span and after the thread's end. Here and in `cells` is
    /// nothing but what belongs to the tree on lease, and nothing once that's handed back.
    current: Cell<Option<&'static Node>>,
    cells: Cell<Option<&'static Cells>>,
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
    const fn none() -> Task {
        Task { data: Cell::new(NOBODY.0), table: Cell::new(NOBODY.1), spent: Cell::new(0), since: Cell::new(0) }
    }

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
        Local { current: Cell::new(None), cells: Cell::new(None), task: Task::none() }
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
        // SAFETY: the lease ends here. Neither `LOCAL` nor `LEASE` leads to the tree any more.
        pool::release(unsafe { Mine::new(self.0) });
    }
}

/// The calling thread, as what leads to all that it may write, for the time of a call of [`this_thread`].
///
/// A lease doesn't end within: it does in the destructor of a thread-local, and frames that are on the stack when those are
/// run, as by `exit`, are never returned to.
#[derive(Clone, Copy)]
pub(crate) struct ThisThread<'l>(PhantomData<(&'l (), *const ())>);

/// Calls `work` with the calling thread. Nothing that it leads to gets out of `work`.
#[inline(always)]
pub(crate) fn this_thread<R>(work: impl for<'l> FnOnce(ThisThread<'l>) -> R) -> R {
    work(ThisThread(PhantomData))
}

impl<'l> ThisThread<'l> {
    /// For where [`this_thread`] would cost: in a large function that's inlined, the compiler doesn't inline a closure.
    ///
    /// # Safety
    /// `'l` ends before the calling function returns.
    #[inline(always)]
    pub(crate) unsafe fn until_return() -> ThisThread<'l> {
        ThisThread(PhantomData)
    }

    /// Who has something of its own is the calling thread.
    pub(crate) fn of<T>(mine: Mine<'l, T>) -> ThisThread<'l> {
        let _ = mine;
        ThisThread(PhantomData)
    }

    /// The node of the innermost open span; `None` before the first span and after the thread's end.
    #[inline(always)]
    pub(crate) fn current(self) -> Option<Mine<'l, Node>> {
        // SAFETY: it's in the tree on lease, see `Local`.
        LOCAL.with(|local| local.current.get()).map(|node| unsafe { Mine::new(node) })
    }

    /// Makes a node the current one; or none, as if there had been no span yet.
    #[inline(always)]
    pub(crate) fn go_to(self, node: Option<Mine<'l, Node>>) {
        LOCAL.with(|local| local.current.set(node.map(Mine::shared)));
    }

    /// `node`, if that's the current one.
    #[inline(always)]
    pub(crate) fn innermost(self, node: &'static Node) -> Option<Mine<'l, Node>> {
        match LOCAL.with(|local| local.current.get()) {
            // SAFETY: it's what `current` would give.
            Some(current) if ptr::eq(current, node) => Some(unsafe { Mine::new(node) }),
            _ => None,
        }
    }

    /// The current node and those above it.
    #[inline(always)]
    pub(crate) fn open(self) -> impl Iterator<Item = Mine<'l, Node>> {
        std::iter::successors(self.current(), |node| node.parent())
    }

    /// `node`, if it's in this thread's tree still.
    pub(crate) fn own(self, node: &'static Node) -> Option<Mine<'l, Node>> {
        let top = std::iter::successors(Some(node), |node| node.parent()).last()?;
        let tree = LEASE.try_with(|lease| lease.0).ok()?;
        // SAFETY: the tree that it's in is the one on lease.
        ptr::eq(top, tree.root()).then(|| unsafe { Mine::new(node) })
    }

    /// This thread's cells, if it has any yet.
    #[inline(always)]
    pub(crate) fn known_cells(self) -> Option<Mine<'l, Cells>> {
        // SAFETY: they're those of the tree on lease, see `Local`.
        LOCAL.with(|local| local.cells.get()).map(|cells| unsafe { Mine::new(cells) })
    }

    /// This thread's cells; `None` once its locals are being torn down.
    #[inline(always)]
    pub(crate) fn cells(self) -> Option<Mine<'l, Cells>> {
        match self.known_cells() {
            Some(cells) => Some(cells),
            None => self.tree().map(Mine::<Tree>::cells),
        }
    }

    /// This thread's tree; gets one at the first call. `None` once the thread's locals are being torn down.
    #[cold]
    pub(crate) fn tree(self) -> Option<Mine<'l, Tree>> {
        let tree = LEASE.try_with(|lease| lease.0).ok()?;
        LOCAL.with(|local| {
            if local.current.get().is_none() {
                local.current.set(Some(tree.root()));
            }
            local.cells.set(Some(tree.cells()));
        });
        // SAFETY: it's on lease, says `LEASE`.
        Some(unsafe { Mine::new(tree) })
    }
}

/// Something in the tree of a thread, kept for when the same thread wants it again: one comparison tells whether it may.
pub(crate) struct Kept<T: 'static> {
    cells: &'static Cells,
    it: &'static T,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kept<T> {}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl<T> Kept<T> {
    pub(crate) fn new(cells: Mine<'_, Cells>, it: Mine<'_, T>) -> Kept<T> {
        Kept { cells: cells.shared(), it: it.shared() }
    }

    /// Gives it back to a thread that has the tree; `None` to others.
    #[inline(always)]
    pub(crate) fn mine<'l>(self, thread: ThisThread<'l>) -> Option<Mine<'l, T>> {
        let is_here = thread.known_cells().is_some_and(|cells| cells.is(self.cells));
        // SAFETY: it was some thread's own together with the cells, so it's in their tree, and that's this thread's.
        is_here.then(|| unsafe { Mine::new(self.it) })
    }
}

/// The tree that this thread has, without giving it one.
pub(crate) fn leased() -> Option<&'static Tree> {
    LOCAL.with(|local| local.current.get())?;
    LEASE.try_with(|lease| lease.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::gauge::Gauge;

    #[test]
    fn what_is_kept_is_given_back_to_nobody_but_the_thread_whose_it_is() {
        let kept: Kept<Gauge> = this_thread(|thread| {
            let cells = thread.cells().expect("a living thread has cells");
            Kept::new(cells, cells.gauges().get_or_add(1).expect("there's room"))
        });
        let is_given = move || this_thread(|thread| kept.mine(thread).is_some());
        assert!(is_given());
        let elsewhere = move || (is_given(), this_thread(|thread| thread.cells().is_some()), is_given());
        assert_eq!(std::thread::spawn(elsewhere).join().expect("no panic"), (false, true, false));
        assert!(is_given());
    }
}
