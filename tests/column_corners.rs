//! Columns at their corners: what one figure can hide, another one tells.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
#[path = "scripted/child.rs"]
mod child;

use instrument::component::{self, Component};
use instrument::storage::Scope;
use instrument::{Context, FutureExt, marker, reset, scope, snapshot, storage};
use parts::use_up;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

components! {
    Late = "late" in Count of Total
    Back = "back" in Count of Total
    First = "first" in Count of Total
    Second = "second" in Count of Total
    Anew = "anew" in Count of Total
    Full = "full" in Count of Total
    Ends = "ends" in Count of Total
    Twice = "twice" in Count of Event
    Level = "level" in Bytes of Level
    Later = "later" in Count of Total
    Again = "again" in Count of Total
}

/// Resets and choices are the process's.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn measured<C: Component>(label: &'static str, within: impl FnOnce()) {
    let mut meter = C::new(label);
    meter.push();
    meter.start();
    within();
    meter.pop();
}

#[test]
fn an_observation_that_began_after_what_is_within_it_has_nothing_of_its_own() {
    let _alone = alone();
    let mut late = Late::new("late");
    late.push();
    measured::<Late>("early", || use_up(5.0));
    late.start();
    use_up(1.0);
    late.pop();
    let tree = storage::<Late>().tree();
    let late = &tree[0];
    assert_eq!((late.inclusive.data, late.exclusive.data), (5.0, 0.0), "no less than what's below");
    assert_eq!((late.inclusive.stats.max, late.exclusive.stats.min, late.exclusive.stats.sum), (1.0, 0.0, 0.0));
}

#[test]
fn what_is_own_is_never_negative_be_it_flat_or_of_an_interval() {
    let _alone = alone();
    // More was measured at the top than in what that ran in.
    let mut around = Late::new("around flat");
    around.push();
    let mut flat = Late::new("flat").scope(Scope::Flat);
    flat.push();
    flat.start();
    use_up(5.0);
    flat.pop();
    around.start();
    use_up(1.0);
    around.pop();
    // What's popped first has less than what's within it, but only from then on.
    let mut popped = Late::new("popped first");
    popped.push();
    popped.start();
    let mut within = Late::new("within popped");
    within.push();
    within.start();
    use_up(10.0);
    popped.pop();
    let before = snapshot();
    use_up(2.0);
    within.pop();
    let after = snapshot();
    let interval = after.since(&before);
    let own = |snapshot: &instrument::Snapshot, path: &str| {
        let figures = snapshot.find(&[path]).and_then(|node| node.column("late")).expect("measured");
        (figures.total(), figures.own())
    };
    assert_eq!(own(&after, "around flat"), (1.0, 0.0));
    assert_eq!(own(&before, "popped first"), (10.0, 10.0));
    assert_eq!(own(&after, "popped first"), (12.0, 0.0));
    assert_eq!(own(&interval, "popped first"), (2.0, 0.0));
}

#[test]
fn a_level_that_is_open_has_what_was_measured_below_so_far() {
    let _alone = alone();
    let mut open = Level::new("open level");
    open.push();
    open.start();
    use_up(100.0);
    measured::<Level>("freed", || use_up(-30.0));
    let figures = |path: &[&str]| {
        let snapshot = snapshot();
        let figures = snapshot.find(path)?.column("level")?;
        Some((figures.total(), figures.own(), figures.count()))
    };
    assert_eq!(figures(&["open level"]), Some((-30.0, 0.0, 0.0)));
    open.pop();
    assert_eq!(figures(&["open level"]), Some((70.0, 100.0, 1.0)));
}

#[test]
fn a_place_that_was_popped_is_not_gone_back_to() {
    let _alone = alone();
    for _ in 0..2 {
        let mut meter = Back::new("popped");
        meter.push();
        meter.start();
        let attached = Context::default().attach();
        use_up(1.0);
        meter.pop();
        drop(attached);
        measured::<Back>("after", || use_up(2.0));
    }
    // One that's open is.
    let mut meter = Back::new("open");
    meter.push();
    drop(Context::default().attach());
    measured::<Back>("within", || use_up(4.0));
    meter.pop();
    let entries = storage::<Back>().flat();
    let found: Vec<_> = entries.iter().map(|entry| (entry.prefix.as_str(), entry.depth, entry.data)).collect();
    assert_eq!(found, [("popped", 0, 2.0), ("after", 0, 4.0), ("open", 0, 4.0), ("within", 1, 4.0)]);
}

#[test]
fn each_component_that_was_chosen_observes_an_async_call_by_its_own_figures() {
    let _alone = alone();
    component::register::<First>();
    component::register::<Second>();
    component::choose(&["first", "trip_count", "second"]).expect("all are known");
    let mut polls = 0;
    let body = std::future::poll_fn(|_| {
        polls += 1;
        use_up(10.0);
        if polls == 3 { Poll::Ready(()) } else { Poll::Pending }
    });
    let mut call = pin!(body.timed("polled three times"));
    let mut cx = std::task::Context::from_waker(Waker::noop());
    while call.as_mut().poll(&mut cx).is_pending() {}
    component::choose(&[]).expect("none is known");
    let snapshot = snapshot();
    for (name, sum) in [("first", 30.0), ("trip_count", 3.0), ("second", 30.0)] {
        let node = snapshot.find(&["polled three times"]).expect("recorded");
        let figures = node.column(name).expect("measured");
        assert_eq!((figures.total(), figures.own(), figures.mean(), figures.max()), (sum, sum, sum, sum), "{name}");
        assert_eq!((figures.count(), figures.laps()), (1.0, 3), "{name}");
    }
}

#[test]
fn a_reset_begins_observations_anew_with_and_without_what_is_within() {
    let _alone = alone();
    let call = |own| {
        measured::<Anew>("outer", || {
            use_up(own);
            measured::<Anew>("inner", || use_up(1.0));
        });
    };
    call(100.0);
    call(7.0);
    reset();
    call(2.0);
    call(4.0);
    let tree = storage::<Anew>().tree();
    let stats =
        |entry: &storage::Entry| (entry.laps, entry.stats.count, entry.stats.min, entry.stats.max, entry.stats.sum);
    assert_eq!(stats(&tree[0].inclusive), (2, 2, 3.0, 5.0, 8.0));
    assert_eq!(stats(&tree[0].exclusive), (2, 2, 2.0, 4.0, 6.0));
    assert!((tree[0].exclusive.stats.stddev - 1.0).abs() < 1e-9);
    let before = snapshot();
    call(16.0);
    let interval = snapshot().since(&before);
    let data = interval.find(&["outer"]).and_then(|node| node.column("anew")).expect("measured").data().clone();
    assert_eq!((data.exclusive.count, data.exclusive.sum, data.exclusive.min()), (1, 16.0, 16.0));
    // Not adjacent: extremes are no narrower than the interval's.
    let later = snapshot();
    call(8.0);
    let _ = snapshot();
    call(2.0);
    let wide = snapshot().since(&later);
    let column = wide.find(&["outer"]).and_then(|node| node.column("anew")).expect("measured");
    assert_eq!((column.total(), column.count()), (12.0, 2.0));
    assert!(column.min() <= 3.0 && column.max() >= 9.0, "{} {}", column.min(), column.max());
}

#[test]
fn what_a_thread_leaves_open_is_closed_at_its_end() {
    let _alone = alone();
    for _ in 0..300 {
        std::thread::spawn(|| {
            measured::<Ends>("ends", || {
                use_up(1.0);
                measured::<Ends>("below", || use_up(2.0));
            });
            let mut meter = Ends::new("ends");
            meter.push();
            meter.start();
            std::mem::forget(meter);
        })
        .join()
        .expect("no panic");
    }
    let snapshot = snapshot();
    let figures = snapshot.find(&["ends"]).and_then(|node| node.column("ends")).expect("measured");
    assert_eq!((figures.total(), figures.own(), figures.count()), (900.0, 300.0, 300.0), "none is within another");
    assert!(snapshot.find(&["ends", "ends"]).is_none());
    // Its place as well: what's open there is left where it was.
    std::thread::spawn(|| {
        let mut meter = Ends::new("ends");
        meter.push();
        let attached = Context::default().attach();
        meter.pop();
        drop(attached);
        drop(scope!("at the top of an heir"));
    })
    .join()
    .expect("no panic");
    assert!(self::snapshot().find(&["at the top of an heir"]).is_some());
}

#[test]
fn a_meter_that_is_pushed_again_observes_what_was_made_since() {
    let _alone = alone();
    let mut meter = Again::new("again");
    for amount in [1.0, 2.0, 4.0] {
        meter.start();
        use_up(amount);
        meter.push();
        use_up(amount);
        meter.stop();
        meter.start();
        use_up(amount);
        meter.pop();
    }
    assert_eq!((meter.get(), meter.laps()), (21.0, 6));
    let snapshot = snapshot();
    let figures = snapshot.find(&["again"]).and_then(|node| node.column("again")).expect("measured");
    assert_eq!((figures.total(), figures.min(), figures.max(), figures.laps()), (21.0, 3.0, 12.0, 6));
}

#[test]
fn what_is_pushed_flat_afterwards_changes_nothing_of_where_it_was_pushed() {
    let _alone = alone();
    {
        let _around = marker!("around both", Later);
        use_up(1.0);
        let mut inner = Later::new("inner of both");
        inner.push();
        inner.start();
        use_up(2.0);
        let mut flat = Again::new("flat within").scope(Scope::Flat);
        flat.push();
        inner.pop();
    }
    let snapshot = snapshot();
    let figures = snapshot.find(&["around both"]).and_then(|node| node.column("later")).expect("measured");
    assert_eq!((figures.total(), figures.own()), (3.0, 1.0));
}

#[test]
fn events_within_events_stand_for_themselves() {
    let _alone = alone();
    measured::<Twice>("outer event", || {
        use_up(1.0);
        measured::<Twice>("inner event", || use_up(2.0));
    });
    let snapshot = snapshot();
    let column = |path: &[&str]| {
        let figures = snapshot.find(path)?.column("twice")?;
        Some((figures.total(), figures.own(), figures.data().exclusive.sum))
    };
    assert_eq!(column(&["outer event"]), Some((3.0, 3.0, 3.0)));
    assert_eq!(column(&["outer event", "inner event"]), Some((2.0, 2.0, 2.0)));
}

#[test]
fn what_is_flat_and_has_no_room_is_counted() {
    let variables = [("INSTRUMENT_SCOPE", "flat"), ("INSTRUMENT_MAX_NODES", "3")];
    let _ = child::run("what_is_flat_and_has_no_room_is_counted", &variables, || {
        for _ in 0..2 {
            let _outer = scope!("outer span");
            // A span in the tree, and a place for its component at the top: one has room, the other hasn't.
            let _first = marker!("flat", Full);
            use_up(1.0);
            let mut second = Full::new("no room").scope(Scope::Tree);
            second.push();
            second.pop();
            let _third = marker!("outer span", Full);
        }
        let snapshot = snapshot();
        assert_eq!(snapshot.find(&["flat"]).and_then(|node| node.column("full")).map(|full| full.count()), Some(2.0));
        assert_eq!(snapshot.lost().pushes, 2);
        assert_eq!(snapshot.lost().too_deep + snapshot.lost().too_many_nodes, 2);
    });
}

#[test]
fn a_flat_place_without_room_leaves_the_span() {
    let variables = [("INSTRUMENT_SCOPE", "flat"), ("INSTRUMENT_MAX_NODES", "2")];
    let _ = child::run("a_flat_place_without_room_leaves_the_span", &variables, || {
        for _ in 0..2 {
            let _outer = scope!("outer span");
            let _marker = marker!("flat", Full);
            use_up(1.0);
        }
        let snapshot = snapshot();
        assert_eq!(snapshot.find(&["outer span", "flat"]).map(|node| node.count()), Some(2));
        assert!(snapshot.find(&["flat"]).is_none());
        assert_eq!((snapshot.lost().pushes, snapshot.lost().too_many_nodes), (2, 0));
        assert!(instrument::report().to_string().contains("lost: 2 × a component's push"));
    });
}
