//! Spans whose names are made at run time: one site a name, a limit of names that's told, and nothing made while off.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
#[path = "scripted/child.rs"]
mod child;
mod scripted;

use child::run;
use instrument::component::Component;
use instrument::{FutureExt, Switch, marker, scope, set_enabled, snapshot};
use parts::use_up;
use scripted::{ns, pass, script};
use std::pin::pin;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Context, Waker};

components! {
    Named = "named" in Count of Total
    Past = "past" in Count of Total
}

static MADE: AtomicU32 = AtomicU32::new(0);

fn made(name: &str) -> String {
    MADE.fetch_add(1, Relaxed);
    name.to_owned()
}

fn polled(future: impl Future<Output = ()>) {
    assert!(pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

#[test]
fn a_name_is_made_once_a_span_and_not_at_all_while_timers_are_off() {
    let _turn = script();
    let spans = || {
        let _scope = scope!(made("made scope"));
        let _marker = marker!(made("made marker"), Named);
        let _chosen = marker!(made("made chosen"));
    };
    spans();
    assert_eq!(MADE.swap(0, Relaxed), 3);
    set_enabled(Switch::Timers, false);
    spans();
    assert_eq!(MADE.load(Relaxed), 0);
    let off = marker!(made("made marker"), Named);
    assert_eq!((off.meter().get(), off.meter().is_running()), ((0.0,), false));
    set_enabled(Switch::Timers, true);
    drop(off);
    let snapshot = snapshot();
    assert_eq!(snapshot.find(&["made scope", "made marker", "made chosen"]).map(|node| node.count()), Some(1));
    assert!(snapshot.find(&["made marker"]).is_none());
}

#[test]
fn a_name_is_one_node_however_it_is_made_and_by_whom() {
    let _turn = script();
    // A constant, an expression, a marker and a future.
    {
        let _span = scope!("one name");
        pass(1);
    }
    {
        let _span = scope!(format!("one {}", "name"));
        pass(2);
    }
    {
        let _marker = marker!("one name", Named);
        pass(4);
        use_up(1.0);
    }
    polled(async { pass(8) }.timed("one name".to_owned()));
    let mut meter = Named::new("one name");
    meter.push();
    meter.start();
    use_up(2.0);
    meter.pop();
    let snapshot = snapshot();
    assert_eq!(snapshot.roots().filter(|node| node.name() == "one name").count(), 1);
    let node = snapshot.find(&["one name"]).expect("recorded");
    assert_eq!((node.count(), node.own()), (4, ns(15)));
    let column = node.column("named").expect("measured");
    assert_eq!((column.total(), column.count()), (3.0, 2.0));
}

#[test]
fn threads_that_make_names_at_once_share_them() {
    let _turn = script();
    const THREADS: u64 = 8;
    let together = Barrier::new(THREADS as usize);
    std::thread::scope(|threads| {
        for first in 0..THREADS {
            let together = &together;
            threads.spawn(move || {
                for number in 0..200 {
                    // Each begins the round with another one.
                    if number % 10 == 0 {
                        together.wait();
                    }
                    let name = format!("shared {}", number / 10 * 10 + (number + first) % 10);
                    let _span = scope!(&name);
                    let _marker = marker!(format!("{name} within"), Named);
                    pass(1);
                    use_up(1.0);
                }
            });
        }
    });
    let snapshot = snapshot();
    assert_eq!(snapshot.roots().filter(|node| node.name().starts_with("shared ")).count(), 200);
    for number in 0..200 {
        let name = format!("shared {number}");
        let node = snapshot.find(&[&name]).expect("recorded");
        assert_eq!((node.count(), node.total()), (THREADS, ns(THREADS)), "{name}");
        let within = snapshot.find(&[&name, &format!("{name} within")]).expect("recorded");
        let column = within.column("named").expect("measured");
        assert_eq!((column.total(), column.count()), (THREADS as f64, THREADS as f64), "{name}");
    }
}

#[test]
fn names_past_the_limit_are_counted_and_their_time_stays_the_callers() {
    run("names_past_the_limit_are_counted_and_their_time_stays_the_callers", &[], || {
        const LIMIT: u64 = 10_000;
        let _turn = script();
        let caller = scope!("caller");
        for number in 1..LIMIT {
            let _span = scope!(number.to_string());
            pass(1);
        }
        let taken = snapshot();
        assert!(taken.lost().is_empty());
        assert_eq!(taken.find(&["caller"]).map(|node| node.children().count() as u64), Some(LIMIT - 1));
        // The last one that there's room for, whoever makes it.
        std::thread::spawn(|| drop(marker!("the last", Past))).join().expect("no panic");
        for number in 0..3 {
            let _span = scope!(format!("past {number}"));
            pass(10);
            let _marker = marker!(format!("marker past {number}"), Past);
            use_up(1.0);
            pass(10);
            let mut meter = Past::new(format!("meter past {number}"));
            meter.push();
            meter.start();
            use_up(1.0);
            meter.pop();
            assert_eq!(meter.get(), 1.0, "laps are its own");
            polled(
                async {
                    pass(10);
                    // Known names, and constant ones, have room below.
                    let _known = scope!(String::from("7"));
                    let _constant = scope!("constant");
                    pass(100);
                }
                .timed(format!("future past {number}")),
            );
        }
        let before = snapshot();
        drop(scope!(String::from("one more")));
        drop(caller);
        let after = snapshot();
        assert_eq!(after.lost().too_many_names, 13);
        assert_eq!(after.since(&before).lost().too_many_names, 1);
        let caller = after.find(&["caller"]).expect("recorded");
        assert_eq!((caller.total(), caller.own()), (ns(LIMIT - 1 + 390), ns(90)));
        assert_eq!(after.find(&["caller", "7", "constant"]).map(|node| node.total()), Some(ns(300)));
        assert_eq!(after.find(&["caller", "7"]).map(|node| node.count()), Some(4));
        assert!(after.nodes().all(|node| !node.name().contains("past")));
        assert!(instrument::report().to_string().contains("lost: 13 ×"), "{}", instrument::report());
    });
}
