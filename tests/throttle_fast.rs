//! Throttling by the machine's own clock, which has a way of its own: calls are counted exactly, and timed as rarely as said.

use instrument::{FutureExt, Throttle, scope, set_throttle, snapshot, timer};
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const CALLS: u64 = 100;
const SAMPLE: u64 = Throttle::SAMPLE as u64;

/// All calls, and those that were timed.
fn counts(path: &[&str]) -> (u64, u64) {
    let snapshot = snapshot();
    let node = snapshot.find(path).unwrap_or_else(|| panic!("no node at {path:?}"));
    (node.count(), node.data().times.count)
}

#[timer("leaf")]
fn leaf() {}

#[timer("other leaf")]
fn other_leaf() {}

#[timer("always sampled", sample = 10)]
fn sampled() {
    leaf();
}

/// One test, since throttling is the process's.
#[test]
fn calls_are_counted_exactly_and_one_in_so_many_is_timed() {
    set_throttle(Some(Throttle::new(CALLS, Duration::from_secs(1))));
    let parent = || scope!("parent");
    let rounds = CALLS + 10 * SAMPLE + 1;
    for _ in 0..rounds {
        let _parent = parent();
        leaf();
        // Those two are called in turn, so neither is the last one called.
        other_leaf();
        sampled();
    }
    let timed = CALLS + 11;
    assert_eq!(counts(&["parent"]), (rounds, timed));
    assert_eq!(counts(&["parent", "leaf"]), (rounds, timed));
    assert_eq!(counts(&["parent", "other leaf"]), (rounds, timed));
    // What samples by itself isn't throttled, what it calls is.
    assert_eq!(counts(&["parent", "always sampled"]), (rounds, rounds.div_ceil(10)));
    assert_eq!(counts(&["parent", "always sampled", "leaf"]), (rounds, timed));
    assert!(snapshot().find(&["parent", "leaf"]).is_some_and(|node| node.is_estimated()));

    // A span that's only counted ends as one, whatever is switched meanwhile, and in whatever order.
    {
        let outer = parent();
        set_throttle(None);
        let inner = scope!("timed in full");
        drop(outer);
        drop(inner);
        leaf();
    }
    assert_eq!(counts(&["parent"]), (rounds + 1, timed));
    assert_eq!(counts(&["leaf"]), (1, 1));
    for _ in 0..10 {
        let _parent = parent();
        leaf();
    }
    assert_eq!(counts(&["parent"]).0, rounds + 11);
    assert_eq!(counts(&["parent", "leaf"]), (rounds + 10, timed + 10));

    // Async calls are timed in full.
    set_throttle(Some(Throttle::new(CALLS, Duration::from_secs(1))));
    for _ in 0..3 * CALLS {
        let future = pin!(ready(()).timed("async"));
        assert_eq!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()));
    }
    assert_eq!(counts(&["async"]), (3 * CALLS, 3 * CALLS));

    // Long calls are, too; those of a path that has become short are not, from the next judgement on.
    let call = |length| {
        let _span = scope!("long");
        std::thread::sleep(length);
    };
    set_throttle(Some(Throttle::new(2, Duration::from_nanos(1))));
    (0..10).for_each(|_| call(Duration::from_micros(50)));
    assert_eq!(counts(&["long"]), (10, 10));
    set_throttle(Some(Throttle::new(12, Duration::from_secs(1))));
    (0..2 + SAMPLE).for_each(|_| call(Duration::ZERO));
    assert_eq!(counts(&["long"]), (12 + SAMPLE, 13));
}
