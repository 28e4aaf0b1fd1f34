//! What hangs on to spans: components now, whatever else has something to do when a span begins and ends.
//!
//! A hook costs spans nothing while none is on: only the careful way looks here.

use crate::state::{self, Reason};
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use std::any::Any;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Something to do when spans begin and end, on the thread whose spans they are. Must not panic.
pub(crate) trait SpanHook: Sync {
    /// A span of this node, or a poll, is about to be timed.
    fn begin(&self, node: Mine<'_, Node>);

    /// The time of a span of this node was taken. Called as well for spans that began while the hook was off.
    fn end(&self, node: &'static Node);

    /// The time of a poll of this node was taken. What's left in `carry` comes with the call's next poll, wherever that is.
    fn end_poll(&self, node: &'static Node, carry: &mut Option<Box<dyn Any + Send>>, completes: bool) {
        let _ = (carry, completes);
        self.end(node);
    }
}

/// What hooks carry from one poll of an async call to the next, by hook.
#[derive(Debug, Default)]
pub(crate) struct Carry([Option<Box<dyn Any + Send>>; MOST]);

const MOST: usize = 8;
static HOOKS: [OnceLock<&'static dyn SpanHook>; MOST] = [const { OnceLock::new() }; MOST];
/// A bit for each hook that's on.
static ON: AtomicU8 = AtomicU8::new(0);

/// Turns a hook on or off for spans that begin from now on. It stays known, so that spans under way end with it.
pub(crate) fn turn(hook: &'static dyn SpanHook, on: bool) {
    let is_it = |known: &&'static dyn SpanHook| std::ptr::addr_eq(*known, hook);
    let Some(place) = HOOKS.iter().position(|place| is_it(place.get_or_init(|| hook))) else { return };
    let bit = 1 << place;
    if on { ON.fetch_or(bit, Relaxed) } else { ON.fetch_and(!bit, Relaxed) };
    state::be_careful(Reason::Hook, ON.load(Relaxed) != 0);
}

/// A span is about to be timed. Whether that took time.
#[inline]
pub(crate) fn begin(node: Mine<'_, Node>) -> bool {
    let on = ON.load(Relaxed);
    if on != 0 {
        begin_now(node, on);
    }
    on != 0
}

#[cold]
fn begin_now(node: Mine<'_, Node>, on: u8) {
    let known = HOOKS.iter().enumerate().filter(|(place, _)| on & 1 << place != 0);
    known.filter_map(|(_, hook)| hook.get()).for_each(|hook| hook.begin(node));
}

/// A span's time was taken.
#[inline]
pub(crate) fn end(node: &'static Node) {
    HOOKS.iter().map_while(OnceLock::get).for_each(|hook| hook.end(node));
}

/// The time of a poll was taken.
pub(crate) fn end_poll(node: &'static Node, carry: Option<&mut Carry>, completes: bool) {
    let Some(carry) = carry else { return end(node) };
    let known = HOOKS.iter().map_while(OnceLock::get).zip(&mut carry.0);
    known.for_each(|(hook, carry)| hook.end_poll(node, carry, completes));
}

/// Whether any hook is known.
#[inline(always)]
pub(crate) fn is_any() -> bool {
    HOOKS[0].get().is_some()
}
