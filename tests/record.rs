//! `record`: each piece of code has what it did itself, whatever runs beside it.

#[path = "scripted/child.rs"]
mod child;

use instrument::{Context, CountingAllocator, record, scope, timer};
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

fn allocate(blocks: usize) {
    (0..blocks).for_each(|_| drop(black_box(Box::new([1_u8; 16]))));
}

#[timer("call")]
fn call(blocks: usize) {
    allocate(blocks);
}

#[test]
fn what_allocates_nothing_is_told_so() {
    let (sum, recorded) = record(|| {
        let _span = scope!("adds");
        black_box((1..=100).sum::<u64>())
    });
    assert_eq!(sum, 5050);
    assert_eq!(recorded.column("alloc_blocks").total(), 0.0);
    assert_eq!(recorded.column("alloc_bytes").unit().map(ToString::to_string).as_deref(), Some("B"));
    assert!(recorded.column("alloc_bloks").total().is_nan(), "nothing is called so");
    assert_eq!(recorded.find(&["record", "adds"]).map(|node| node.count()), Some(1));
}

#[test]
fn pieces_at_the_same_time_and_after_each_other_have_their_own() {
    let together = Barrier::new(8);
    thread::scope(|threads| {
        for blocks in 1..=8 {
            let together = &together;
            threads.spawn(move || {
                together.wait();
                for round in 0..100 {
                    let ((), recorded) = record(|| {
                        allocate(round);
                        (0..blocks).for_each(|_| call(blocks));
                    });
                    let roots: Vec<_> = recorded.roots().collect();
                    let [root] = roots[..] else { panic!("{} roots", roots.len()) };
                    assert_eq!((root.name(), root.count()), ("record", 1));
                    let own = root.column("alloc_blocks").map(|column| column.own());
                    assert_eq!(own, Some(round as f64));
                    let inner = recorded.find(&["record", "call"]).expect("it was called");
                    assert_eq!(inner.count(), blocks as u64);
                    assert_eq!(recorded.column("alloc_blocks").total(), (blocks * blocks + round) as f64);
                    // Extremes, too, are the piece's.
                    assert!(inner.min() > std::time::Duration::ZERO && inner.max() <= root.max());
                }
            });
        }
    });
}

#[test]
fn what_a_context_was_carried_to_is_in_there_and_pieces_nest() {
    let ((), outer) = record(|| {
        let context = Context::current();
        let ((), inner) = record(|| call(3));
        assert_eq!(inner.column("alloc_blocks").total(), 3.0);
        thread::scope(|threads| {
            threads.spawn(|| {
                let _attached = context.attach();
                call(4);
            });
        });
    });
    let blocks =
        |path: &[&str]| outer.find(path).and_then(|node| node.column("alloc_blocks")).map(|column| column.total());
    assert_eq!((blocks(&["record", "record", "call"]), blocks(&["record", "call"])), (Some(3.0), Some(4.0)));
}

#[test]
fn a_piece_that_panics_leaves_nothing_behind() {
    let panicked = std::panic::catch_unwind(|| record(|| -> () { std::panic::panic_any(1) }));
    panicked.expect_err("it panicked");
    // More than there are sites before one is used again.
    for _ in 0..100 {
        let ((), recorded) = record(|| call(1));
        assert_eq!(recorded.find(&["record", "call"]).map(|node| node.count()), Some(1));
        assert_eq!(recorded.column("alloc_blocks").total(), 1.0);
    }
}

#[test]
fn what_goes_on_after_its_piece_is_not_in_the_next_one() {
    // By itself: tests at the same time may use all the sites there are until it's the first one's turn again.
    child::run("what_goes_on_after_its_piece_is_not_in_the_next_one", &[], || {
        let ((proceed, thread), _) = record(|| {
            let context = Context::current();
            let (proceed, goes_on) = std::sync::mpsc::channel::<()>();
            let thread = thread::spawn(move || {
                let _attached = context.attach();
                let _ = goes_on.recv();
                call(7);
            });
            (proceed, thread)
        });
        let ((), recorded) = record(|| {
            drop(proceed);
            thread.join().expect("it doesn't panic");
        });
        assert!(recorded.find(&["record", "call"]).is_none());
    });
}
