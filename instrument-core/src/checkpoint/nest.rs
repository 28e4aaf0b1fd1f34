//! Which profilers are open on this thread, or in the task that it polls: the way from a nested one to its parent.
//!
//! A profiler's parent is the innermost one that was open where it began and still is when it ends. So that nothing is
//! attached wrongly or lost, it must also *end* where it began: one that was sent elsewhere prints for itself.
//!
//! Tasks share their threads, so a task that's suspended with an open profiler would look like the parent of whatever
//! runs next on the thread. [`Task`] keeps a task's open profilers apart: they're this thread's only while it polls.

use super::run::Shared;
use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

/// Profilers deeper than this aren't kept, or a recursion's block would take as much stack to print.
pub(super) const DEEPEST: usize = 64;

thread_local! {
    static OPEN: RefCell<Vec<Arc<Shared>>> = const { RefCell::new(Vec::new()) };
}

/// Those that are open, outermost first; `None` where the thread's locals are gone already.
///
/// Whatever `with` returns may run a user's destructors, which is why it's never dropped in here.
fn open<R>(with: impl FnOnce(&mut Vec<Arc<Shared>>) -> R) -> Option<R> {
    OPEN.try_with(|open| open.try_borrow_mut().ok().map(|mut open| with(&mut open))).ok().flatten()
}

/// The innermost one that's open.
pub(super) fn innermost() -> Option<Arc<Shared>> {
    open(|open| open.iter().rfind(|shared| !shared.has_ended()).cloned()).flatten()
}

/// How many are open.
pub(super) fn depth() -> usize {
    open(|open| open.iter().filter(|shared| !shared.has_ended()).count()).unwrap_or(0)
}

/// Makes it the innermost one.
pub(super) fn enter(shared: &Arc<Shared>) {
    // Those that ended on another thread are still here.
    let ended = open(|open| {
        let ended: Vec<_> = open.extract_if(.., |shared| shared.has_ended()).collect();
        open.push(Arc::clone(shared));
        ended
    });
    drop(ended);
}

/// Takes it out; its parent, if it was here and has one.
pub(super) fn leave(shared: &Arc<Shared>) -> Option<Arc<Shared>> {
    let (own, parent) = open(|open| {
        let at = open.iter().rposition(|other| Arc::ptr_eq(other, shared))?;
        let parent = open[..at].iter().rfind(|shared| !shared.has_ended()).cloned();
        Some((open.remove(at), parent))
    })
    .flatten()?;
    drop(own);
    parent
}

/// Calls `f` with those around `shared`, from the inside.
pub(super) fn around<R>(shared: &Arc<Shared>, f: impl Fn(&Shared) -> Option<R>) -> Option<R> {
    open(|open| {
        let at = open.iter().rposition(|other| Arc::ptr_eq(other, shared))?;
        open[..at].iter().rev().filter(|shared| !shared.has_ended()).find_map(|shared| f(shared))
    })
    .flatten()
}

/// A task's own open profilers, while it isn't polled.
#[derive(Debug, Default)]
pub(super) struct Task(Vec<Arc<Shared>>);

impl Task {
    pub(super) const fn none() -> Task {
        Task(Vec::new())
    }

    /// Calls `poll` with the task's profilers in place of the thread's.
    pub(super) fn during<R>(&mut self, poll: impl FnOnce() -> R) -> R {
        /// Swaps back, also when unwinding.
        struct Back<'a>(&'a mut Task);
        impl Drop for Back<'_> {
            fn drop(&mut self) {
                self.0.swap();
            }
        }
        self.swap();
        let _back = Back(self);
        poll()
    }

    fn swap(&mut self) {
        open(|open| mem::swap(open, &mut self.0));
    }

    /// Opens a profiler in the task.
    pub(super) fn enter(&mut self, shared: &Arc<Shared>) {
        self.0.push(Arc::clone(shared));
    }
}
