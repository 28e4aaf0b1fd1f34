//! A call path that's carried to where the work is done: another thread, a pool, a spawned task.
#![expect(unsafe_code, reason = "goes back to where the thread was")]

use super::enter;
use crate::options::Scope;
use crate::site::Site;
use crate::state;
use crate::threads::lost::{LostPush, lost_push};
use crate::threads::{ThisThread, lost_here, this_thread};
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use std::marker::PhantomData;

/// Where a thread is in its call tree, to be attached elsewhere: what's recorded there hangs below that path.
///
/// A context is one word, costs nothing to copy and to send, and outlives its thread. What runs elsewhere runs beside its
/// parent, not in it: it isn't part of the parent's time, and reports mark it as `parallel`.
///
/// ```
/// use instrument_core::Context;
///
/// let context = Context::current();
/// std::thread::scope(|scope| {
///     scope.spawn(context.wrap(|| { /* spans here hang below where we are */ }));
///     scope.spawn(|| {
///         let _attached = context.attach();
///     });
/// });
/// ```
/// With rayon, take the context outside and attach it inside: `items.par_iter().for_each(|item| { let _attached =
/// context.attach(); work(item) })`. With tokio, `tokio::spawn(future.in_context(Context::current()))`, see
/// `FutureExt`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context {
    node: Option<&'static Node>,
}

impl Context {
    /// Where this thread is; the top of the tree outside of any span, and while timers are off. Costs a few loads.
    #[inline]
    pub fn current() -> Context {
        this_thread(|thread| {
            Context { node: thread.current().map(Mine::shared).filter(|node| node.site().is_some()) }
        })
    }

    /// Lets what this thread records from now on hang below the context's path, until the guard is dropped.
    ///
    /// Costs about as much as entering a known span, without the clock; a path's first time on a thread allocates. Where
    /// the path is open on this very thread, it's that path that's gone back to. Past the limits of the tree nothing is
    /// attached, which is counted as lost.
    #[inline]
    pub fn attach(&self) -> Attached {
        this_thread(|thread| {
            let target = if state::decide() { self.target(thread) } else { None };
            let before = target.and_then(|_| thread.current());
            if target.is_some() {
                thread.go_to(target);
            }
            Attached::to(target, before)
        })
    }

    /// The node here that stands for the context's.
    fn target<'l>(&self, thread: ThisThread<'l>) -> Option<Mine<'l, Node>> {
        let Some(node) = self.node else {
            // The top: nothing to make where nothing was recorded yet.
            return thread.current().map(top);
        };
        thread.open().find(|open| open.is(node)).or_else(|| match thread.tree() {
            Some(tree) => tree.proxy(node),
            None => {
                lost_here();
                None
            }
        })
    }

    /// A function that does `work` with this context attached: for `std::thread::spawn`, `Scope::spawn`, `rayon::spawn`.
    ///
    /// ```
    /// use instrument_core::Context;
    /// let sum = std::thread::spawn(Context::current().wrap(|| 1 + 2)).join();
    /// assert_eq!(sum.ok(), Some(3));
    /// ```
    pub fn wrap<R>(self, work: impl FnOnce() -> R) -> impl FnOnce() -> R {
        move || {
            let _attached = self.attach();
            work()
        }
    }
}

/// Goes to the node of a push, from where the thread is, or from the top where the scope is flat; until what's returned is
/// dropped. Nothing is timed. Where there's no room for a node it's counted.
pub(crate) fn visit<'l>(
    thread: ThisThread<'l>,
    site: &'static Site,
    scope: Scope,
) -> Option<(Mine<'l, Node>, Visit)> {
    thread.tree()?;
    let current = thread.current()?;
    let here = if scope == Scope::Flat { top(current) } else { current };
    let target = enter::below(thread, here, site).inspect_err(|_| lost_push(LostPush::NoRoom)).ok()?;
    thread.go_to(Some(target));
    target.visit();
    Some((target, Visit(Attached::to(Some(target), Some(current)))))
}

/// Where a push has gone, until this is dropped.
#[derive(Debug)]
pub(crate) struct Visit(Attached);

impl Drop for Visit {
    fn drop(&mut self) {
        this_thread(|thread| {
            let target = self.0.target.and_then(|target| thread.own(target));
            target.into_iter().for_each(Mine::<Node>::leave);
        });
    }
}

/// The top of the tree that a node is in.
pub(crate) fn top(node: Mine<'_, Node>) -> Mine<'_, Node> {
    node.upwards().last().unwrap_or(node)
}

/// A context attached to this thread, until this is dropped, see [`Context::attach`].
#[must_use = "the context is detached when this guard is dropped: bind it, as in `let _attached = …`"]
#[derive(Debug)]
pub struct Attached {
    target: Option<&'static Node>,
    before: Option<&'static Node>,
    not_send: PhantomData<*const ()>,
}

impl Attached {
    fn to<'l>(target: Option<Mine<'l, Node>>, before: Option<Mine<'l, Node>>) -> Attached {
        Attached { target: target.map(Mine::shared), before: before.map(Mine::shared), not_send: PhantomData }
    }
}

impl Drop for Attached {
    #[inline]
    fn drop(&mut self) {
        let Some(target) = self.target else { return };
        this_thread(|thread| {
            if thread.innermost(target).is_none() {
                // Spans that were leaked below it end with it; if it isn't there any more, others have taken over.
                if !thread.open().any(|open| open.is(target)) {
                    return;
                }
                thread.open().take_while(|open| !open.is(target)).for_each(|leaked| leaked.stats().abandon());
            }
            // SAFETY: the target is open, so the tree that it's in is on lease; it and this were made one's own as one.
            let mut before = self.before.map(|before| unsafe { Mine::new(before) });
            // Guards of spans below may have been dropped meanwhile: then it's the nearest that's still open.
            while let Some(node) = before
                && node.has_ended()
            {
                before = node.parent();
            }
            thread.go_to(before);
        });
    }
}
