//! A million calls with components: in steady state nothing is allocated, and threads in turn share their trees. Alone in
//! its process, since it counts all that's allocated.
#![expect(unsafe_code, reason = "counts what the program allocates")]

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
mod scripted;

use instrument::component::{self, Component};
use instrument::storage::Scope;
use instrument::{marker, scope, snapshot, timer};
use parts::use_up;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Counting;

// SAFETY: as `System`, which does all the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: the caller's promise is ours.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is ours.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

components! {
    Spent = "spent" in Count of Total
    Level = "level" in Bytes of Level
    Every = "every" in Count of Total
}

#[timer("attribute", components(Spent, Level, WallClock, TripCount))]
fn attribute() {
    use_up(1.0);
}

/// Seven observations and three spans besides.
fn calls(made: &str) {
    attribute();
    let _span = scope!("span");
    let _named = scope!(made);
    let _marker = marker!("marker", Spent, Level);
    for scope in [Scope::Tree, Scope::Flat, Scope::Timeline] {
        let mut meter = Spent::new("meter").scope(scope);
        meter.push();
        meter.start();
        use_up(1.0);
        meter.pop();
    }
}

#[test]
fn a_million_calls_allocate_nothing_and_threads_in_turn_share_their_trees() {
    // Of times that vary, a rare one takes a page of its distribution.
    let _turn = scripted::script();
    component::register::<Every>();
    component::choose(&["every"]).expect("it's registered");
    let made = format!("made {}", 7);
    let many = |count| (0..count).for_each(|_| calls(&made));
    many(1_000);
    let before = ALLOCATIONS.load(Relaxed);
    // Under a sanitizer these would take more than a minute, after which the harness has something to say, and allocates.
    many(if std::env::var_os("INSTRUMENT_TEST_CALLS").is_some() { 10_000 } else { 100_000 });
    assert_eq!(ALLOCATIONS.load(Relaxed) - before, 0, "of 100,000 rounds of ten calls");

    let threads = |count| {
        (0..count).for_each(|_| {
            // Only who joins a thread knows that its locals are gone, too: a scope ends before.
            std::thread::scope(|threads| threads.spawn(|| many(3)).join().expect("it doesn't panic"));
        })
    };
    threads(20);
    let (nodes, trees) = (snapshot().len(), snapshot().threads());
    let before = ALLOCATIONS.load(Relaxed);
    threads(20);
    let a_few = ALLOCATIONS.load(Relaxed) - before;
    let before = ALLOCATIONS.load(Relaxed);
    threads(200);
    // A thread itself takes some, each as many as the other.
    assert!(ALLOCATIONS.load(Relaxed) - before <= a_few * 11, "{a_few} for 20, then more than that each");
    assert_eq!((snapshot().len(), snapshot().threads()), (nodes, trees));
    let snapshot = snapshot();
    let calls = 101_000.0 + 240.0 * 3.0;
    let column =
        |path: &[&str], name| snapshot.find(path).and_then(|node| node.column(name)).map(|found| found.count());
    assert_eq!(column(&["attribute"], "level"), Some(calls));
    assert_eq!(column(&["span", "made 7", "marker", "meter"], "spent"), Some(calls));
    assert_eq!(column(&["span", "made 7"], "every"), Some(calls));
    assert_eq!(column(&["meter"], "spent"), Some(calls));
}
