//! A million calls with components: in steady state nothing is allocated, and threads in turn share their trees.
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
use std::cell::Cell;

thread_local! {
    /// Of this thread: the test harness has one of its own, which allocates when it likes.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: as `System`, which does all the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
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
    // Under a sanitizer more would take more than a minute.
    let rounds = if std::env::var_os("INSTRUMENT_TEST_CALLS").is_some() { 10_000 } else { 100_000 };
    let before = ALLOCATIONS.get();
    many(rounds);
    assert_eq!(ALLOCATIONS.get() - before, 0, "of {rounds} rounds of ten calls");

    // What threads allocate, each from its beginning to its last call.
    let threads = |count| -> u64 {
        let one = || {
            many(3);
            ALLOCATIONS.get()
        };
        // Only who joins a thread knows that its locals are gone, too: a scope ends before.
        (0..count).map(|_| std::thread::scope(|threads| threads.spawn(one).join().expect("it doesn't panic"))).sum()
    };
    threads(20);
    let (nodes, trees) = (snapshot().len(), snapshot().threads());
    let a_few = threads(20);
    // A thread itself takes some, each as many as the other.
    assert!(threads(200) <= a_few * 10, "{a_few} for 20, then more than that each");
    assert_eq!((snapshot().len(), snapshot().threads()), (nodes, trees));
    let snapshot = snapshot();
    let calls = f64::from(1_000 + rounds + 240 * 3);
    let column =
        |path: &[&str], name| snapshot.find(path).and_then(|node| node.column(name)).map(|found| found.count());
    assert_eq!(column(&["attribute"], "level"), Some(calls));
    assert_eq!(column(&["span", "made 7", "marker", "meter"], "spent"), Some(calls));
    assert_eq!(column(&["span", "made 7"], "every"), Some(calls));
    assert_eq!(column(&["meter"], "spent"), Some(calls));
}
