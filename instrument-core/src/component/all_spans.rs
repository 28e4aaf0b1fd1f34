//! Components with all spans: what `INSTRUMENT_COMPONENTS` and `choose` ask for.
//!
//! A thread has a stack of meters beside its spans, so that guards needn't know of them. Meters that are free stay on the
//! stack for the next span of the same depth: nothing is allocated once it's deep enough.

use super::meter::Meter;
use super::selection::{Chosen, Sums};
use crate::base::inside::Inside;
use crate::site::Site;
use crate::span::hook::{self, SpanHook};
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

static ALL_SPANS: AllSpans = AllSpans { on: AtomicBool::new(false) };
/// Counts choices: meters of an earlier one aren't used again.
static CHOICE: AtomicU32 = AtomicU32::new(0);

fn is_on() -> bool {
    ALL_SPANS.on.load(Relaxed)
}

pub(super) fn set(on: bool) {
    CHOICE.fetch_add(1, Relaxed);
    ALL_SPANS.on.store(on, Relaxed);
    hook::turn(&ALL_SPANS, on);
}

#[derive(Default)]
struct Stack {
    choice: u32,
    /// Those in use, then those that are free.
    meters: Vec<(*const Node, Meter<Chosen>)>,
    used: usize,
}

/// Whether a bundle has the component of a name.
pub(super) type Has = fn(&str) -> bool;

/// A thread that ends leaves its spans open: what they have measured is no observation.
impl Drop for Stack {
    fn drop(&mut self) {
        self.meters[..self.used].iter_mut().for_each(|(_, meter)| meter.reset());
    }
}

thread_local! {
    static STACK: RefCell<Stack> = RefCell::new(Stack::default());
    /// A site that's about to begin a span, and what it measures by itself.
    static WITHOUT: Cell<Option<(&'static Site, Has)>> = const { Cell::new(None) };
    /// How many meters are in use.
    static USED: Cell<usize> = const { Cell::new(0) };
}

/// A span of this site is about to begin that measures these itself: nothing is measured twice. Called last before it
/// begins: components that are read may begin spans of their own.
pub(super) fn leave_out(site: &'static Site, has: Has) {
    if is_on() {
        let _ = WITHOUT.try_with(|without| without.set(Some((site, has))));
    }
}

struct AllSpans {
    on: AtomicBool,
}

impl SpanHook for AllSpans {
    fn begin(&self, node: Mine<'_, Node>) {
        begin(node);
    }

    fn end(&self, node: &'static Node) {
        if is_measuring() {
            end(node, Meter::pop);
        }
    }

    fn end_poll(&self, node: &'static Node, carry: &mut Option<Box<dyn Any + Send>>, completes: bool) {
        if is_measuring() {
            end(node, |meter| {
                let sums = carry.get_or_insert_with(|| Box::<Sums>::default());
                if let Some(sums) = sums.downcast_mut() {
                    meter.end_poll(sums, completes);
                }
            });
        }
    }
}

/// A span that ends looks here first.
fn is_measuring() -> bool {
    USED.try_with(Cell::get).is_ok_and(|used| used > 0)
}

/// Works on the stack, unless it's torn down, or at work: a component's own code may be timed.
fn with(work: impl FnOnce(&mut Stack)) {
    let _ = STACK.try_with(|stack| {
        if let Ok(mut stack) = stack.try_borrow_mut() {
            work(&mut stack);
            let _ = USED.try_with(|used| used.set(stack.used));
        }
    });
}

fn begin(node: Mine<'_, Node>) {
    let Some(site) = node.site() else { return };
    let without = WITHOUT.try_with(Cell::take).ok().flatten();
    let without = without.filter(|(of, _)| ptr::eq(*of, site)).map(|(_, has)| has);
    with(|stack| {
        let choice = CHOICE.load(Relaxed);
        let inside = Inside::enter();
        if stack.choice != choice {
            // Those in use go on until their spans end.
            stack.meters.truncate(stack.used);
            stack.choice = choice;
        }
        drop(inside);
        if stack.meters.len() == stack.used {
            let meter = Meter::new("");
            let _inside = Inside::enter();
            stack.meters.push((ptr::null(), meter));
        }
        let at = stack.used;
        stack.used += 1;
        let (of, meter) = &mut stack.meters[at];
        *of = node.shared();
        meter.begin_anew(site, node, without);
    });
}

fn end(node: &'static Node, pop: impl FnOnce(&mut Meter<Chosen>)) {
    with(|stack| {
        let Some(at) = stack.meters[..stack.used].iter().rposition(|(of, _)| ptr::eq(*of, node)) else { return };
        stack.meters[at].1.stop();
        // Spans whose guards were leaked are left without an observation.
        for (_, leaked) in stack.meters[at + 1..stack.used].iter_mut().rev() {
            leaked.reset();
            leaked.pop();
        }
        pop(&mut stack.meters[at].1);
        stack.used = at;
    });
}
