//! Throttling: short calls are sampled after a while, and nothing is lost by it.

mod scripted;

use instrument::{Throttle, report, scope, set_throttle, snapshot, timer};
use scripted::{pass, script};
use std::sync::MutexGuard;
use std::time::Duration;

const LIMIT: u64 = 1_000;
const CALLS: u64 = 500;

/// Throttles after 500 calls of less than 1 µs.
fn throttled() -> MutexGuard<'static, ()> {
    let turn = script();
    set_throttle(Some(Throttle::new(CALLS, Duration::from_nanos(LIMIT))));
    turn
}

/// Calls, nanoseconds, whether it's estimated.
fn figures(path: &[&str]) -> (u64, u64, bool) {
    let snapshot = snapshot();
    let node = snapshot.find(path).unwrap_or_else(|| panic!("no node at {path:?}"));
    (node.count(), u64::try_from(node.total().as_nanos()).expect("small"), node.is_estimated())
}

#[test]
fn short_calls_are_sampled_and_long_ones_are_not() {
    let _turn = throttled();
    #[timer("nothing")]
    fn nothing() {
        pass(1);
    }
    #[timer("work")]
    fn work() {
        pass(2 * LIMIT);
    }
    for _ in 0..CALLS {
        nothing();
        work();
    }
    // Not one too early.
    assert_eq!(figures(&["nothing"]), (CALLS, CALLS, false));
    for _ in 0..64 * 10 {
        nothing();
        work();
    }
    assert_eq!(figures(&["nothing"]), (CALLS + 640, CALLS + 640, true));
    assert_eq!(figures(&["work"]), (CALLS + 640, (CALLS + 640) * 2 * LIMIT, false));
    let timed = snapshot().find(&["nothing"]).map(|node| node.max());
    assert_eq!(timed, Some(Duration::from_nanos(1)));
    let text = report().to_string();
    assert!(text.contains("of short calls, one in 64 of which is timed"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("nothing") && line.contains('~')), "{text}");
}

#[test]
fn a_call_path_that_changes_its_ways_is_estimated_by_what_was_sampled_since() {
    let _turn = throttled();
    let call = |length| {
        let _span = scope!("changes");
        pass(length);
    };
    (0..CALLS).for_each(|_| call(10));
    (0..640).for_each(|_| call(50_000));
    let sum = CALLS * 10 + 640 * 50_000;
    assert_eq!(figures(&["changes"]), (CALLS + 640, sum, true));
    let mean = snapshot().find(&["changes"]).map(|node| node.mean());
    assert_eq!(mean, Some(Duration::from_nanos((sum + (CALLS + 640) / 2) / (CALLS + 640))));
}

#[test]
fn a_parent_is_never_shorter_than_what_it_called() {
    let _turn = throttled();
    for round in 0..CALLS + 128 {
        let _parent = scope!("parent");
        pass(1);
        // The ninth of each 64 sampled calls isn't timed, but its child is.
        let long = round >= CALLS && round % 64 == 9;
        if long {
            let _child = scope!("child");
            pass(1_000_000);
        }
    }
    let snapshot = snapshot();
    let parent = snapshot.find(&["parent"]).expect("recorded");
    let child = snapshot.find(&["parent", "child"]).expect("recorded");
    assert!(parent.total() >= child.total(), "{parent:?}");
}

#[test]
fn what_samples_or_folds_by_itself_is_left_alone() {
    let _turn = throttled();
    #[timer("sampled", sample = 2)]
    fn sampled() {
        pass(1);
    }
    #[timer("folds", recursion = "fold")]
    fn folds(level: u32) {
        pass(1);
        if level > 0 {
            folds(level - 1);
        }
    }
    for _ in 0..4 * CALLS {
        sampled();
        folds(1);
    }
    assert_eq!(figures(&["sampled"]), (4 * CALLS, 4 * CALLS, true));
    assert_eq!(figures(&["folds"]), (8 * CALLS, 8 * CALLS, false));
}

#[test]
fn without_throttling_every_call_is_timed_again() {
    let _turn = throttled();
    let call = || {
        let _span = scope!("resumes");
        pass(1);
    };
    (0..CALLS + 63).for_each(|_| call());
    set_throttle(None);
    let timed = || snapshot().find(&["resumes"]).map(|node| (node.count(), node.total()));
    let before = timed();
    call();
    pass(5);
    assert_eq!(before.map(|(count, _)| count + 1), timed().map(|(count, _)| count));
    (0..1000).for_each(|_| call());
    assert_eq!(figures(&["resumes"]).0, CALLS + 63 + 1001);
}

#[test]
fn nested_calls_of_a_throttled_path_keep_their_place() {
    let _turn = throttled();
    for _ in 0..2 * CALLS {
        let _outer = scope!("outer");
        let _inner = scope!("inner");
        pass(1);
    }
    let snapshot = snapshot();
    assert_eq!(snapshot.find(&["outer", "inner"]).map(|node| node.count()), Some(2 * CALLS));
    assert!(snapshot.find(&["inner"]).is_none() && snapshot.find(&["outer", "outer"]).is_none());
}
