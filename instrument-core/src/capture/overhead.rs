//! What a timer costs on this machine, measured in this process while a report is made.
#![expect(unsafe_code, reason = "has a tree that's no thread's")]

use crate::base::inside::Inside;
use crate::site::{Location, Site};
use crate::span::guard::step_out;
use crate::threads::{ThisThread, this_thread};
use crate::time::{self, Source, Timeline, tsc};
use crate::tree::arena::Arena;
use crate::tree::epochs::epochs;
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use crate::tree::stats::keep;
use crate::tree::store;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

const CALLS: u32 = 1000;

/// What stands for a function: nobody's, so it's in no list of sites.
static SITE: Site = Site::new(Some("overhead"), Location::new(module_path!(), file!(), line!(), column!(), || ""));
/// Above its node; recorded below by whoever makes a report and has the turn, since nodes have one owner at a time.
static ROOT: OnceLock<&'static Node> = OnceLock::new();
static TURN: Mutex<()> = Mutex::new(());
/// The last answers, in nanoseconds, as bits; 0 before the first.
static TIMED: AtomicU64 = AtomicU64::new(0);
static COUNTED: AtomicU64 = AtomicU64::new(0);

/// Measures what recording a call costs: finding its node, two readings of the clock and a record, or counting it; each as
/// a median of several rounds.
///
/// Costs some thousand calls of each kind. Touches nothing that's reported. Does nothing with a clock of the program's own: reading that some
/// thousand times may be what it counts, or what a test has scripted; nor while another thread measures.
pub(super) fn measure() {
    if time::is_user_defined() {
        return;
    }
    let _inside = Inside::enter();
    let Ok(_turn) = TURN.try_lock() else { return };
    let root = ROOT.get_or_init(|| {
        let root: &'static Node = store::keep(Node::root());
        // SAFETY: it's nobody else's yet.
        unsafe { Mine::new(root) }.add_child(&SITE, &mut Arena::default());
        root
    });
    this_thread(|thread| {
        // SAFETY: it's nobody else's turn before this function returns.
        let root = unsafe { Mine::new(*root) };
        let before = thread.current();
        thread.go_to(Some(root));
        // Read as spans read it: which clock it is was asked before.
        let timed = match time::source() {
            Source::Tsc => median(|| time_one(thread, tsc::read)),
            Source::Foreign(_) => median(|| time_one(thread, time::ticks)),
        };
        let counted = median(|| count_one(thread));
        thread.go_to(before);
        TIMED.store(timed.to_bits(), Relaxed);
        COUNTED.store(counted.to_bits(), Relaxed);
    });
}

/// Nanoseconds that one of these takes.
fn median(mut one: impl FnMut()) -> f64 {
    let mut rounds: Vec<u64> = (0..7)
        .map(|_| {
            let start = time::ticks();
            (0..CALLS).for_each(|_| one());
            time::ticks().saturating_sub(start)
        })
        .collect();
    rounds.sort_unstable();
    Timeline::get().scale().nanos_f64(rounds[3] as f64 / f64::from(CALLS))
}

/// What begins a call is part of the function, what ends it is called; so it is here.
#[inline(always)]
fn time_one(thread: ThisThread<'_>, now: impl Fn() -> u64) {
    let Some(node) = SITE.step_in(thread) else { return };
    let start = now();
    node.stats().begin(start);
    end_one(thread, node, start, now);
}

#[inline(never)]
fn end_one(thread: ThisThread<'_>, node: Mine<'_, Node>, start: u64, now: impl Fn() -> u64) {
    node.stats().lock();
    let elapsed = now().saturating_sub(start);
    node.stats().record_locked::<{ keep::HISTOGRAM }>(elapsed, epochs(), || step_out(thread, node));
}

/// What's only counted ends within the function, too, and knows where it goes back to.
#[inline(always)]
fn count_one(thread: ThisThread<'_>) {
    let here = thread.current();
    let Some(node) = SITE.step_in(thread) else { return };
    node.sample(u32::MAX);
    if thread.innermost(black_box(node.shared())).is_some() {
        thread.go_to(black_box(here));
    }
}

/// What [`measure`] found last, in nanoseconds: of a timed call, and of one that's only counted.
pub(super) fn last() -> (Option<f64>, Option<f64>) {
    let found = |place: &AtomicU64| Some(f64::from_bits(place.load(Relaxed))).filter(|&nanos| nanos > 0.0);
    (found(&TIMED), found(&COUNTED))
}
