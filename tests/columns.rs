//! Columns: whatever measures a component does so in a node of the one tree, beside that node's time, with exact figures.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
mod scripted;

use instrument::component::{self, Component, Meter, Unit};
use instrument::storage::Scope;
use instrument::{Context, FutureExt, Snapshot, marker, scope, snapshot, timer};
use parts::use_up;
use scripted::{ns, pass, script};
use std::pin::pin;
use std::task::{Poll, Waker};

components! {
    Nests = "nests" in Seconds of Total
    Skips = "skips" in Bytes of Total
    Level = "level" in Bytes of Level
    Aside = "aside" in Seconds of Total
    Spread = "spread" in Count of Total
    Elsewhere = "elsewhere" in Seconds of Total
    Here = "here" in Seconds of Total
    Nested = "nested" in Seconds of Total
    Cancelled = "cancelled" in Seconds of Total
    Migrates = "migrates" in Seconds of Total
    Open = "open" in Seconds of Total
}

/// Total, own, observations.
fn column(snapshot: &Snapshot, path: &[&str], name: &str) -> Option<(f64, f64, f64)> {
    let figures = snapshot.find(path)?.column(name)?;
    Some((figures.total(), figures.own(), figures.count()))
}

/// A unit of both, and what's within.
fn unit(within: &dyn Fn()) {
    pass(10);
    use_up(1.0);
    within();
}

#[timer("attribute", components(Nests))]
fn attribute(within: &dyn Fn()) {
    unit(within);
}

const WAYS: [&str; 5] = ["attribute", "chosen", "run time", "marker", "meter"];

fn measured(way: &str, within: &dyn Fn()) {
    match way {
        "attribute" => attribute(within),
        "chosen" => {
            let _span = scope!("chosen");
            unit(within);
        }
        "run time" => {
            let _span = scope!(format!("run {}", "time"));
            unit(within);
        }
        "marker" => {
            let _marker = marker!(way.to_owned(), Nests);
            unit(within);
        }
        _ => {
            let mut meter = Nests::new(way.to_owned());
            meter.push();
            meter.start();
            unit(within);
            meter.pop();
        }
    }
}

#[test]
fn all_ways_to_measure_nest_in_one_another_and_in_themselves() {
    let _turn = script();
    component::register::<Nests>();
    component::choose(&["nests"]).expect("it's registered");
    for outer in WAYS {
        for inner in WAYS {
            measured(outer, &|| measured(inner, &|| ()));
        }
    }
    component::choose(&[]).expect("none is known");
    let snapshot = snapshot();
    for outer in WAYS {
        let node = snapshot.find(&[outer]).unwrap_or_else(|| panic!("no {outer}"));
        let figures = node.column("nests").unwrap_or_else(|| panic!("{outer} has no column"));
        assert_eq!((figures.total(), figures.own(), figures.count()), (10.0, 5.0, 5.0), "{outer}");
        assert_eq!((figures.mean(), figures.min(), figures.max(), figures.stddev()), (2.0, 2.0, 2.0, 0.0), "{outer}");
        assert_eq!((figures.name(), figures.unit(), figures.laps()), ("nests", &Unit::Seconds, 5));
        // A push isn't timed: it's in the time of what it's in.
        let (time, own, calls) = if outer == "meter" { (40, 0, 0) } else { (100, 60, 5) };
        assert_eq!((node.total(), node.own(), node.count()), (ns(time), ns(own), calls), "{outer}");
        for inner in WAYS {
            assert_eq!(column(&snapshot, &[outer, inner], "nests"), Some((1.0, 1.0, 1.0)), "{outer}/{inner}");
        }
    }
}

#[test]
fn own_is_without_the_nearest_below_that_have_the_column() {
    let _turn = script();
    for _ in 0..2 {
        let _top = marker!("skips", Skips);
        use_up(1.0);
        let _span = scope!("without");
        use_up(2.0);
        let mut other = component::TripCount::new("another column");
        other.push();
        other.start();
        use_up(4.0);
        for part in [8.0, 16.0] {
            let _below = marker!("with", Skips);
            use_up(part);
            let _deeper = marker!("deeper", Skips);
            use_up(32.0);
        }
        other.pop();
    }
    let snapshot = snapshot();
    let path = ["skips", "without", "another column", "with", "deeper"];
    assert_eq!(column(&snapshot, &path[..1], "skips"), Some((190.0, 14.0, 2.0)));
    assert_eq!(column(&snapshot, &path[..2], "skips"), None);
    assert_eq!(column(&snapshot, &path[..3], "skips"), None);
    assert_eq!(column(&snapshot, &path[..3], "trip_count"), Some((2.0, 2.0, 2.0)));
    assert_eq!(column(&snapshot, &path[..4], "skips"), Some((176.0, 48.0, 4.0)));
    assert_eq!(column(&snapshot, &path, "skips"), Some((128.0, 128.0, 4.0)));
    let with = snapshot.find(&path[..4]).and_then(|node| node.column("skips")).expect("measured");
    assert_eq!((with.min(), with.max(), with.mean(), with.stddev()), (40.0, 48.0, 44.0, 4.0));
}

#[test]
fn levels_may_be_negative_and_their_own_too() {
    let _turn = script();
    {
        let _frees = marker!("frees", Level);
        use_up(-8.0);
        let _takes = marker!("takes", Level);
        use_up(20.0);
    }
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["frees"], "level"), Some((12.0, -8.0, 1.0)));
    assert_eq!(column(&snapshot, &["frees", "takes"], "level"), Some((20.0, 20.0, 1.0)));
}

#[test]
fn what_is_flat_is_at_the_top_and_no_part_of_what_it_ran_in() {
    let _turn = script();
    {
        let _outer = marker!("around flat", Aside);
        use_up(1.0);
        for _ in 0..2 {
            let mut flat = Aside::new("flat").scope(Scope::Flat);
            flat.push();
            flat.start();
            use_up(2.0);
            // Of a recursion in one place the outermost counts.
            let mut again = Aside::new("flat").scope(Scope::Flat);
            again.push();
            again.start();
            use_up(4.0);
            let _below = marker!("below flat", Aside);
            use_up(8.0);
            drop(_below);
            again.pop();
            flat.pop();
        }
    }
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["around flat"], "aside"), Some((29.0, 1.0, 1.0)));
    assert_eq!(column(&snapshot, &["around flat", "flat"], "aside"), None);
    assert_eq!(column(&snapshot, &["flat"], "aside"), Some((28.0, 12.0, 4.0)));
    assert_eq!(column(&snapshot, &["flat", "below flat"], "aside"), Some((16.0, 16.0, 2.0)));
}

#[test]
fn observations_have_the_deviation_of_the_population() {
    let _turn = script();
    for amount in [10.0, 20.0, 60.0] {
        let _marker = marker!("spread", Spread);
        use_up(amount);
    }
    let snapshot = snapshot();
    let figures = snapshot.find(&["spread"]).and_then(|node| node.column("spread")).expect("measured");
    assert_eq!((figures.min(), figures.max(), figures.mean()), (10.0, 60.0, 30.0));
    assert!((figures.stddev() - (1400.0_f64 / 3.0).sqrt()).abs() < 1e-9, "{}", figures.stddev());
}

#[test]
fn what_runs_elsewhere_hangs_below_its_path_and_is_no_part_of_it() {
    let _turn = script();
    {
        let _outer = marker!("sends", Elsewhere);
        use_up(1.0);
        let context = Context::current();
        let work = move || {
            let _attached = context.attach();
            let mut meter = Elsewhere::new("sent");
            meter.push();
            meter.start();
            use_up(4.0);
            let _marker = marker!("within", Elsewhere);
            use_up(8.0);
        };
        std::thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(work);
            }
        });
        // The path is open here: it's gone back to.
        work();
    }
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["sends"], "elsewhere"), Some((13.0, 1.0, 1.0)));
    assert_eq!(column(&snapshot, &["sends", "sent"], "elsewhere"), Some((36.0, 12.0, 3.0)));
    assert_eq!(column(&snapshot, &["sends", "sent", "within"], "elsewhere"), Some((24.0, 24.0, 3.0)));
    assert!(snapshot.find(&["sent"]).is_none());
}

#[test]
fn a_future_in_a_context_measures_below_that_wherever_it_is_polled() {
    let _turn = script();
    let context = {
        let _outer = marker!("asks", Here);
        use_up(1.0);
        Context::current()
    };
    let mut polled = false;
    let body = async move {
        let _marker = marker!("answers", Here);
        use_up(2.0);
        std::future::poll_fn(|_| {
            use_up(4.0);
            if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    };
    {
        let _around = marker!("polls", Here);
        use_up(8.0);
        let mut future = pin!(body.in_context(context));
        let mut cx = std::task::Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut cx).is_pending());
        assert!(future.as_mut().poll(&mut cx).is_ready());
    }
    let snapshot = snapshot();
    assert_eq!(column(&snapshot, &["asks"], "here"), Some((1.0, 1.0, 1.0)));
    assert_eq!(column(&snapshot, &["asks", "answers"], "here"), Some((10.0, 10.0, 1.0)));
    // As time does, it counts what its thread did meanwhile.
    assert_eq!(column(&snapshot, &["polls"], "here"), Some((18.0, 18.0, 1.0)));
}

#[test]
fn recursion_nests_by_path() {
    let _turn = script();
    #[timer("nested", components(Nested))]
    fn nested(levels: u32) {
        use_up(1.0);
        if levels > 0 {
            nested(levels - 1);
            nested(levels - 1);
        }
    }
    nested(3);
    let snapshot = snapshot();
    let mut path = vec!["nested"];
    for (total, own) in [(15.0, 1.0), (14.0, 2.0), (12.0, 4.0), (8.0, 8.0)] {
        assert_eq!(column(&snapshot, &path, "nested"), Some((total, own, own)), "at depth {}", path.len());
        path.push("nested");
    }
}

#[test]
fn a_cancelled_call_is_no_observation_but_what_it_used_counts() {
    let _turn = script();
    #[timer("cancelled", components(Cancelled))]
    async fn cancelled(completes: bool) {
        use_up(1.0);
        let mut polls = 0;
        std::future::poll_fn(|_| {
            polls += 1;
            use_up(2.0);
            if completes && polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    let mut cx = std::task::Context::from_waker(Waker::noop());
    {
        let mut never = pin!(cancelled(false));
        let mut whole = pin!(cancelled(true));
        for _ in 0..2 {
            let _ = never.as_mut().poll(&mut cx);
            let _ = whole.as_mut().poll(&mut cx);
        }
        drop(Box::pin(cancelled(true)));
    }
    let snapshot = snapshot();
    let figures = snapshot.find(&["cancelled"]).and_then(|node| node.column("cancelled")).expect("measured");
    // Dropping what's under way is measured as well, as a lap.
    assert_eq!((figures.total(), figures.own(), figures.count(), figures.mean()), (10.0, 10.0, 1.0, 5.0));
}

#[test]
fn a_call_that_moves_between_threads_and_paths_is_observed_where_it_completes() {
    let _turn = script();
    #[timer("moves", components(Migrates))]
    async fn moves() {
        let mut polls = 0;
        std::future::poll_fn(|_| {
            polls += 1;
            use_up(f64::from(1 << polls));
            let _within = marker!("at each poll", Migrates);
            use_up(100.0);
            if polls == 3 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    let mut future = Box::pin(moves());
    for path in ["first", "second", "third"] {
        let poll = move || {
            let _around = marker!(path, Migrates);
            use_up(1000.0);
            let _ = future.as_mut().poll(&mut std::task::Context::from_waker(Waker::noop()));
            future
        };
        future = std::thread::spawn(poll).join().expect("no panic");
    }
    let snapshot = snapshot();
    for (path, part, calls) in [("first", 2.0, 0.0), ("second", 4.0, 0.0), ("third", 8.0, 1.0)] {
        assert_eq!(column(&snapshot, &[path], "migrates"), Some((1100.0 + part, 1000.0, 1.0)));
        assert_eq!(column(&snapshot, &[path, "moves"], "migrates"), Some((100.0 + part, part, calls)));
        assert_eq!(column(&snapshot, &[path, "moves", "at each poll"], "migrates"), Some((100.0, 100.0, 1.0)));
    }
    let whole = snapshot.find(&["third", "moves"]).and_then(|node| node.column("migrates")).expect("measured");
    assert_eq!((whole.min(), whole.max(), whole.laps()), (314.0, 314.0, 1));
}

#[test]
fn what_is_open_has_what_was_measured_below_so_far() {
    let _turn = script();
    let mut outer = Meter::<Open>::new("open");
    outer.push();
    outer.start();
    use_up(1.0);
    {
        let _below = marker!("closed", Open);
        use_up(2.0);
    }
    assert_eq!(column(&snapshot(), &["open"], "open"), Some((2.0, 0.0, 0.0)));
    outer.pop();
    assert_eq!(column(&snapshot(), &["open"], "open"), Some((3.0, 1.0, 1.0)));
}
