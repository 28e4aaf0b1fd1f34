//! Guards: they end a span when dropped, in whatever order, also while unwinding, also when leaked or too late.
#![expect(unsafe_code, reason = "a guard is two words, of which the one tells what the other is")]
#![expect(clippy::extra_unused_type_parameters, reason = "what's generic is compiled with its caller")]

use super::{hook, throttle};
use crate::base::inside::Inside;
use crate::threads::{ThisThread, lost_here, this_thread};
use crate::time::{ticks, tsc};
use crate::tree::epochs::epochs;
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use crate::tree::stats::keep;
use std::ptr::{self, NonNull};

/// Set in a start that another clock than the TSC has read: above [`MOST_TICKS`](crate::time::MOST_TICKS).
pub(crate) const FOREIGN: u64 = 1 << 63;
/// Set besides where nothing has begun: a call that's only counted has in place of a start where it goes back to, inverted.
/// Read from the node, that would come a load later, and the next call waits for it.
const COUNTED: u64 = 1 << 62;
/// The start of a guard that ends nothing.
const NONE: u64 = 0;

/// What a guard knows of its call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    /// Dangling where the start is [`NONE`].
    node: NonNull<Node>,
    start: u64,
}

impl Open {
    #[inline(always)]
    pub(super) fn none() -> Open {
        Open { node: NonNull::dangling(), start: NONE }
    }

    /// A span that has begun, at a time above 0.
    #[inline(always)]
    pub(super) fn timed(node: Mine<'_, Node>, start: u64) -> Open {
        Open { node: NonNull::from(node.shared()), start }
    }

    /// A call right below `here` that's only counted.
    #[inline(always)]
    pub(super) fn counted(node: Mine<'_, Node>, here: Mine<'_, Node>) -> Open {
        Open { node: NonNull::from(node.shared()), start: !(ptr::from_ref(here.shared()).expose_provenance() as u64) }
    }

    #[inline(always)]
    fn is_counted(self) -> bool {
        self.start & (FOREIGN | COUNTED) == FOREIGN | COUNTED
    }

    #[inline(always)]
    fn node(self) -> Option<&'static Node> {
        if self.start == NONE {
            return None;
        }
        // SAFETY: it's what `timed` or `counted` got as `&'static`.
        Some(unsafe { self.node.as_ref() })
    }

    /// The node, if it's the current one. An address that's none of a node is nobody's current one.
    #[inline(always)]
    fn innermost<'l>(self, thread: ThisThread<'l>) -> Option<Mine<'l, Node>> {
        thread.innermost(self.node)
    }

    /// Ends a call that's only counted, unless it's none, or not the innermost one.
    #[inline(always)]
    fn go_back(self) -> bool {
        this_thread(|thread| {
            let goes_back = self.innermost(thread).is_some() && self.is_counted();
            if goes_back {
                let here = ptr::with_exposed_provenance::<Node>(!self.start as usize);
                // SAFETY: it's what `counted` got: right above a node that's in this thread's tree, and so in there, too.
                thread.go_to(Some(unsafe { Mine::new(&*here) }));
            }
            goes_back
        })
    }
}

/// An open span. It ends, and is recorded, when this is dropped.
///
/// It can't be sent to another thread: a span belongs to the call stack that opened it.
#[must_use = "the span ends when this guard is dropped: bind it, as in `let _span = …`"]
#[derive(Debug)]
pub struct Guard(Open);

impl Guard {
    #[inline(always)]
    pub(super) fn none() -> Guard {
        Guard(Open::none())
    }

    #[inline(always)]
    pub(super) fn of(open: Open) -> Guard {
        Guard(open)
    }
}

impl Drop for Guard {
    /// What ends a timed span isn't part of the user's function: only tests, and how a call ends that's only counted.
    #[inline(always)]
    fn drop(&mut self) {
        // Compared once: a start by the TSC is positive as a signed number.
        match self.0.start.cast_signed() {
            0 => {}
            1.. => end::<()>(self.0),
            _ if self.0.go_back() => {}
            _ => end_slowly(self.0),
        }
    }
}

/// Generic so that it's compiled with its caller, see [`enter`](super::enter).
#[inline(never)]
fn end<InCallersCrate>(open: Open) {
    this_thread(|thread| {
        let Some(node) = open.innermost(thread) else { return end_slowly(open) };
        node.stats().lock();
        let end = tsc::read();
        // A signal handler may come amid the record: what it records is below this node, until that's left at last.
        let then = move || step_out(thread, node);
        node.stats().record_locked::<{ keep::HISTOGRAM }>(end.saturating_sub(open.start), epochs(), then);
    });
}

/// Foreign clocks, components with every span, and guards that aren't dropped in order.
#[cold]
#[inline(never)]
fn end_slowly(open: Open) {
    match open.node() {
        Some(node) if open.is_counted() => this_thread(|thread| {
            leave(thread, node);
        }),
        Some(node) => end_around(node, open.start, || ()),
        None => {}
    }
}

/// Reads the clock, does what's to be done before the span is recorded, and records it.
fn end_around(node: &'static Node, start: u64, first: impl FnOnce()) {
    let end = ticks();
    first();
    hook::end(node);
    this_thread(|thread| {
        if let Some(node) = leave(thread, node) {
            // A signal handler may come amid the record, and have a span of the same node.
            let _inside = Inside::enter();
            node.stats().record::<{ keep::HISTOGRAM }>(end.saturating_sub(start & !FOREIGN), epochs());
            throttle::judge(node);
        }
    });
}

/// Makes the parent current, also if spans within were leaked. The node, if it's this thread's still.
#[inline(always)]
pub(crate) fn leave<'l>(thread: ThisThread<'l>, node: &'static Node) -> Option<Mine<'l, Node>> {
    match thread.innermost(node) {
        Some(node) => {
            step_out(thread, node);
            Some(node)
        }
        None => leave_out_of_order(thread, node),
    }
}

/// Makes the parent current.
#[inline(always)]
pub(crate) fn step_out<'l>(thread: ThisThread<'l>, node: Mine<'l, Node>) {
    thread.go_to(node.parent());
}

/// A guard that isn't the innermost one: leaked ones above it are closed with it; if it was closed itself by one below
/// it, its span still counts.
#[cold]
#[inline(never)]
fn leave_out_of_order<'l>(thread: ThisThread<'l>, node: &'static Node) -> Option<Mine<'l, Node>> {
    let node = still_own(thread, node)?;
    if thread.open().any(|open| open.is(&node)) {
        thread.open().take_while(|open| !open.is(&node)).for_each(|leaked| leaked.stats().abandon());
        step_out(thread, node);
    }
    Some(node)
}

/// The node, if it's this thread's still; else that's counted.
pub(crate) fn still_own<'l>(thread: ThisThread<'l>, node: &'static Node) -> Option<Mine<'l, Node>> {
    let own = thread.own(node);
    if own.is_none() {
        // The thread's tree was handed back before this guard was dropped, in another thread-local's destructor; or it's
        // dropped by what the toolkit calls.
        lost_here();
    }
    own
}

/// An open span of a site that doesn't time every call.
#[must_use = "the span ends when this guard is dropped: bind it, as in `let _span = …`"]
#[derive(Debug)]
pub struct SampledGuard(Open);

impl SampledGuard {
    #[inline(always)]
    pub(crate) fn none() -> SampledGuard {
        SampledGuard(Open::none())
    }

    #[inline(always)]
    pub(super) fn of(open: Open) -> SampledGuard {
        SampledGuard(open)
    }

    /// Ends it now, with something to do between the reading of the clock and the record.
    pub(crate) fn end_around(&mut self, first: impl FnOnce()) {
        match self.0.node() {
            Some(node) if !self.0.is_counted() => end_around(node, std::mem::replace(&mut self.0, Open::none()).start, first),
            _ => first(),
        }
    }
}

impl Drop for SampledGuard {
    /// Most calls are only counted: their end comes first.
    #[inline(always)]
    fn drop(&mut self) {
        if self.0.start.cast_signed() >= 0 {
            end_sampled::<()>(self.0);
        } else if !self.0.go_back() {
            end_slowly(self.0);
        }
    }
}

/// A call that's timed, or that timers were off at the beginning of.
#[cold]
#[inline(never)]
fn end_sampled<InCallersCrate>(open: Open) {
    if open.start != NONE {
        end::<InCallersCrate>(open);
    }
}
