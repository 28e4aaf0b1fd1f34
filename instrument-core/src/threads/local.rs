//! The calling thread, and what it may write: the tree that it has on lease.
//!
//! Where it is in that is kept in plain words, see [`here`](crate::base::here). A thread-local with a destructor exists beside,
//! to hand the tree back when the thread ends, see [`end`].
#![expect(unsafe_code, reason = "what a thread has on lease is its own")]

use super::cells::Cells;
use super::{Tree, pool};
use crate::base::end::{self, Lease};
use crate::base::here::HERE;
use crate::base::inside::{self, Inside};
use crate::process::facts;
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

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
        // SAFETY: null, or what `go_to` put there, which is in the tree on lease.
        let node = unsafe { HERE.with(|here| here.node.get()).cast::<Node>().as_ref::<'static>() };
        // SAFETY: as above.
        node.map(|node| unsafe { Mine::new(node) })
    }

    /// The current one, for the allocator: it's called by whatever comes last on a thread, where on some systems there's no
    /// storage left.
    #[inline(always)]
    pub(crate) fn current_if_alive(self) -> Option<Mine<'l, Node>> {
        // SAFETY: as in `current`.
        let node = unsafe { HERE.try_with(|here| here.node.get()).ok()?.cast::<Node>().as_ref::<'static>() };
        // SAFETY: as above.
        node.map(|node| unsafe { Mine::new(node) })
    }

    /// Makes a node the current one; or none, as if there had been no span yet.
    #[inline(always)]
    pub(crate) fn go_to(self, node: Option<Mine<'l, Node>>) {
        let node = node.map_or(ptr::null(), |node| ptr::from_ref(node.shared()));
        HERE.with(|here| here.node.set(node.cast()));
    }

    /// `node`, if that's the current one.
    #[inline(always)]
    pub(crate) fn innermost(self, node: impl Into<NonNull<Node>>) -> Option<Mine<'l, Node>> {
        let node = node.into();
        let is_current = ptr::eq(HERE.with(|here| here.node.get()), node.as_ptr().cast());
        // SAFETY: it's what `current` would give.
        is_current.then(|| unsafe { Mine::new(node.as_ref()) })
    }

    /// The current node and those above it.
    #[inline(always)]
    pub(crate) fn open(self) -> impl Iterator<Item = Mine<'l, Node>> {
        std::iter::successors(self.current(), |node| node.parent())
    }

    /// `node`, if it's in this thread's tree still; not inside the toolkit.
    pub(crate) fn own(self, node: &'static Node) -> Option<Mine<'l, Node>> {
        let top = std::iter::successors(Some(node), |node| node.parent()).last()?;
        let tree = leased().filter(|_| !inside::is_inside())?;
        // SAFETY: the tree that it's in is the one on lease.
        ptr::eq(top, tree.root()).then(|| unsafe { Mine::new(node) })
    }

    /// This thread's cells, if it has any yet.
    #[inline(always)]
    pub(crate) fn known_cells(self) -> Option<Mine<'l, Cells>> {
        // SAFETY: null, or those of the tree on lease.
        let cells = unsafe { HERE.with(|here| here.cells.get()).cast::<Cells>().as_ref::<'static>() };
        // SAFETY: as above.
        cells.map(|cells| unsafe { Mine::new(cells) })
    }

    /// This thread's cells; `None` inside the toolkit, and at the thread's end.
    #[inline(always)]
    pub(crate) fn cells(self) -> Option<Mine<'l, Cells>> {
        match self.known_cells() {
            Some(cells) => Some(cells),
            None => self.tree().map(Mine::<Tree>::cells),
        }
    }

    /// This thread's tree; gets one at the first call. `None` inside the toolkit, and at the thread's end.
    #[cold]
    pub(crate) fn tree(self) -> Option<Mine<'l, Tree>> {
        if inside::is_inside() {
            return None;
        }
        let tree = leased().or_else(lease)?;
        HERE.with(|here| {
            if here.node.get().is_null() {
                here.node.set(ptr::from_ref(tree.root()).cast());
            }
            here.cells.set(ptr::from_ref(tree.cells()).cast());
        });
        // SAFETY: it's on lease, says `HERE`.
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
    // SAFETY: null, or what `lease` put there: trees are never freed.
    unsafe { HERE.with(|here| here.tree.get()).cast::<Tree>().as_ref() }
}

/// Gets this thread its tree, unless it has had one and is at its end.
fn lease() -> Option<&'static Tree> {
    if HERE.with(|here| here.has_ended.get()) {
        return None;
    }
    let _inside = Inside::enter();
    end::watch(Lease::Tree, |_| end_lease(), ptr::null());
    let tree = pool::lease();
    HERE.with(|here| {
        here.tree.set(ptr::from_ref(tree).cast());
        here.lost.set(Some(tree.cells().lost.inside()));
    });
    Some(tree)
}

/// Hands this thread's tree back for good, if it has one.
fn end_lease() {
    let tree = leased();
    let node = HERE.with(|here| here.node.get());
    HERE.with(|here| {
        here.node.set(ptr::null());
        here.cells.set(ptr::null());
        here.tree.set(ptr::null());
        here.lost.set(None);
        here.has_ended.set(true);
    });
    if let Some(tree) = tree {
        let _inside = Inside::enter();
        let root: *const Node = ptr::from_ref(tree.root());
        // `exit` runs the destructors of this thread's locals first, and what reports does so later: spans that the process
        // exits from are still running then.
        if !node.is_null() && !ptr::eq(node.cast(), root) && facts::is_first_thread() {
            return;
        }
        // SAFETY: the lease ends here. Nothing of `HERE` leads to the tree any more.
        pool::release(unsafe { Mine::new(tree) });
    }
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
