//! Guards: they end a span when dropped, in whatever order, also while unwinding, also when leaked or too late.

use super::{hook, throttle};
use crate::threads::{ThisThread, lost_here, this_thread};
use crate::base::inside::Inside;
use crate::time::{ticks, tsc};
use crate::tree::epochs::epochs;
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use crate::tree::stats::keep;
use std::marker::PhantomData;

/// Set in a start that another clock than the TSC has read: above [`MOST_TICKS`](crate::time::MOST_TICKS).
pub(crate) const FOREIGN: u64 = 1 << 63;
/// The start of a span that a throttled node only counts: no clock gets there.
pub(super) const UNTIMED: u64 = u64::MAX;
/// The start of a guard that ends nothing.
const NONE: u64 = 0;

/// An open span. It ends, and is recorded, when this is dropped.
///
/// It can't be sent to another thread: a span belongs to the call stack that opened it.
#[must_use = "the span ends when this guard is dropped: bind it, as in `let _span = …`"]
#[derive(Debug)]
pub struct Guard {
    node: Option<&'static Node>,
    start: u64,
    not_send: PhantomData<*const ()>,
}

impl Guard {
    #[inline(always)]
    pub(super) fn none() -> Guard {
        Guard { node: None, start: NONE, not_send: PhantomData }
    }

    #[inline(always)]
    pub(super) fn new(node: Mine<'_, Node>, start: u64) -> Guard {
        Guard { node: Some(node.shared()), start, not_send: PhantomData }
    }
}

impl Drop for Guard {
    /// Only the test for a switched-off timer is part of the user's function.
    #[inline(always)]
    fn drop(&mut self) {
        // Compared once: a start by the TSC is positive as a signed number.
        match self.start.cast_signed() {
            0 => {}
            1.. => end(self.node, self.start),
            _ => end_otherwise(self.node, self.start),
        }
    }
}

#[inline(never)]
fn end(node: Option<&'static Node>, start: u64) {
    this_thread(|thread| {
        let Some(node) = thread.innermost(node) else { return end_slowly(node, start) };
        node.stats().lock();
        let end = tsc::read();
        // A signal handler may come amid the record: what it records is below this node, until that's left at last.
        let then = move || step_out(thread, node);
        node.stats().record_locked::<{ keep::HISTOGRAM }>(end.saturating_sub(start), epochs(), then);
    });
}

/// A call that isn't timed, or by a foreign clock.
#[inline(never)]
fn end_otherwise(node: Option<&'static Node>, start: u64) {
    if start != UNTIMED {
        return end_slowly(node, start);
    }
    this_thread(|thread| match (thread.innermost(node), node) {
        (Some(node), _) => step_out(thread, node),
        (None, Some(node)) => drop_out_of_order(thread, node),
        (None, None) => {}
    });
}

#[cold]
#[inline(never)]
fn drop_out_of_order(thread: ThisThread<'_>, node: &'static Node) {
    leave_out_of_order(thread, node);
}

/// Foreign clocks, components with every span, and guards that aren't dropped in order.
#[cold]
#[inline(never)]
fn end_slowly(node: Option<&'static Node>, start: u64) {
    if let Some(node) = node {
        end_around(node, start, || ());
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
pub struct SampledGuard {
    node: Option<&'static Node>,
    /// [`NONE`] for a call that's only counted.
    start: u64,
    not_send: PhantomData<*const ()>,
}

impl SampledGuard {
    #[inline(always)]
    pub(crate) fn none() -> SampledGuard {
        SampledGuard { node: None, start: NONE, not_send: PhantomData }
    }

    #[inline(always)]
    pub(super) fn untimed(node: Mine<'_, Node>) -> SampledGuard {
        SampledGuard { node: Some(node.shared()), start: NONE, not_send: PhantomData }
    }

    #[inline(always)]
    pub(super) fn timed(node: Mine<'_, Node>, start: u64) -> SampledGuard {
        SampledGuard { node: Some(node.shared()), start, not_send: PhantomData }
    }
}

impl SampledGuard {
    /// Ends it now, with something to do between the reading of the clock and the record.
    pub(crate) fn end_around(&mut self, first: impl FnOnce()) {
        match (self.node, self.start) {
            (Some(node), start) if start != NONE => {
                self.node = None;
                end_around(node, start, first);
            }
            _ => first(),
        }
    }
}

impl Drop for SampledGuard {
    #[inline(always)]
    fn drop(&mut self) {
        match (self.node, self.start.cast_signed()) {
            (None, _) => {}
            (node, 1..) => end(node, self.start),
            (Some(node), 0) => this_thread(|thread| {
                leave(thread, node);
            }),
            (node, _) => end_otherwise(node, self.start),
        }
    }
}
