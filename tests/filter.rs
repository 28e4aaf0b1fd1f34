//! What's chosen to be recorded: by patterns, at the start and while the program runs.

mod scripted;

use instrument::{Filter, FutureExt, Switch, record, report, reset, scope, set_enabled, set_filter, snapshot};
use scripted::{ns, pass, script};
use std::pin::pin;
use std::process::Command;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

mod shop {
    use super::pass;
    use instrument::timer;

    #[timer]
    pub fn order() {
        pass(10);
        cart::add();
    }

    #[timer("paid")]
    pub fn pay() {
        pass(5);
    }

    #[timer(sample = 2)]
    pub fn sampled() {
        pass(1);
    }

    #[timer(recursion = "fold")]
    pub fn folded(levels: u32) {
        pass(1);
        if levels > 1 {
            folded(levels - 1);
        }
    }

    #[timer]
    pub async fn ship() {
        pass(7);
        super::Once(false).await;
        pass(2);
    }

    pub mod cart {
        #[instrument::timer]
        pub fn add() {
            super::pass(100);
        }
    }
}

/// Pending once.
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

fn finish(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    while future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
}

/// All of them, once.
fn everything() {
    shop::order();
    shop::pay();
    shop::sampled();
    shop::folded(3);
    finish(shop::ship());
    finish(async { pass(3) }.timed("parcel"));
    drop(scope!("constant"));
    drop(scope!(format!("run time {}", 1)));
}

const ALL: [&str; 9] = ["add", "constant", "folded", "order", "paid", "parcel", "run time 1", "sampled", "ship"];

/// The names of all nodes with calls, each once.
fn recorded() -> Vec<String> {
    let snapshot = snapshot();
    let mut names: Vec<String> =
        snapshot.nodes().filter(|node| node.count() > 0).map(|node| node.name().to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

/// Nothing recorded so far, and this filter, which fits something.
fn filtered(filter: Filter) -> MutexGuard<'static, ()> {
    let turn = script();
    reset();
    assert_eq!(set_filter(filter), Vec::<String>::new());
    turn
}

#[test]
fn patterns_choose_by_name_path_and_module() {
    let kept = |filter: Filter| {
        let _turn = filtered(filter);
        everything();
        recorded()
    };
    let without =
        |left_out: &[&str]| -> Vec<&str> { ALL.into_iter().filter(|name| !left_out.contains(name)).collect() };
    assert_eq!(kept(Filter::new()), ALL);
    assert_eq!(kept(Filter::new().only("paid")), ["paid"]);
    assert_eq!(kept(Filter::new().only("filter::shop::order")), ["order"]);
    assert_eq!(kept(Filter::new().only("filter::shop")), ["folded", "order", "paid", "sampled", "ship"]);
    assert_eq!(kept(Filter::new().only("*::shop*").skip("s*")), ["add", "folded", "order", "paid"]);
    assert_eq!(kept(Filter::new().skip("*::cart::*")), without(&["add"]));
    assert_eq!(
        kept(Filter::new().skip("ord?r").skip("run *").skip("par*")),
        without(&["order", "parcel", "run time 1"])
    );
    assert_eq!(kept(Filter::new()), ALL, "an empty filter records all again");
}

#[test]
fn what_is_left_out_is_its_callers_own_time() {
    let _turn = filtered(Filter::new().skip("filter::shop::cart"));
    shop::order();
    shop::order();
    let snapshot = snapshot();
    let order = snapshot.find(&["order"]).expect("it's recorded");
    assert_eq!((order.count(), order.total(), order.own()), (2, ns(220), ns(220)));
    assert!(order.children().all(|child| child.count() == 0));
    let text = report().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let line = "recorded by choice: all but `filter::shop::cart`; 1 place left out, whose time is \
                their callers' own";
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_span_that_is_open_is_recorded_when_it_ends() {
    let _turn = filtered(Filter::new());
    {
        let _span = scope!("constant");
        pass(4);
        set_filter(Filter::new().skip("constant"));
        pass(6);
    }
    drop(scope!("constant"));
    let after = snapshot();
    let span = after.roots().find(|node| node.name() == "constant").expect("it began before");
    assert_eq!((span.count(), span.total()), (1, ns(10)));
}

#[test]
fn an_async_call_is_followed_if_it_began_and_went_on_while_it_was_recorded() {
    let _turn = filtered(Filter::new());
    let poll = |future: std::pin::Pin<&mut dyn Future<Output = ()>>| {
        future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    };
    let (mut left, mut unseen) = (pin!(shop::ship()), pin!(shop::ship()));
    assert!(!poll(left.as_mut()));
    set_filter(Filter::new().skip("ship"));
    assert!(poll(left.as_mut()) && !poll(unseen.as_mut()));
    set_filter(Filter::new());
    assert!(poll(unseen.as_mut()));
    finish(shop::ship());
    let after = snapshot();
    let ship = after.find(&["ship"]).expect("one was seen");
    assert_eq!((ship.count(), ship.mean()), (1, ns(9)));
}

#[test]
fn switching_off_and_on_again_changes_nothing_of_the_choice() {
    let _turn = filtered(Filter::new().only("paid"));
    everything();
    set_enabled(Switch::Timers, false);
    everything();
    // Nobody has asked for its name before.
    let late = || finish(async {}.timed("late"));
    late();
    set_enabled(Switch::Timers, true);
    late();
    everything();
    assert_eq!(recorded(), ["paid"]);
    assert_eq!(snapshot().find(&["paid"]).map(|node| node.count()), Some(2));
    // Chosen while all was off.
    set_enabled(Switch::Timers, false);
    set_filter(Filter::new().only("constant"));
    set_enabled(Switch::Timers, true);
    everything();
    assert_eq!(recorded(), ["constant", "paid"]);
}

#[test]
fn a_recorded_piece_of_code_is_whole_whatever_is_left_out() {
    let _turn = filtered(Filter::new().only("paid"));
    let ((), recorded) = record(everything);
    let names: Vec<&str> = recorded.nodes().map(|node| node.name()).collect();
    assert_eq!(names, ["record", "paid"]);
}

#[test]
fn patterns_that_fit_nothing_are_told_with_what_is_nearest() {
    let _turn = script();
    let mistakes = set_filter(Filter::new().only("payd").skip("*::shop::carts").skip("paid"));
    let nearest =
        ["`payd` fits", "; the nearest is `paid`", "`*::shop::carts` fits", "; the nearest is `filter::shop::cart`"];
    assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    for (mistake, parts) in mistakes.iter().zip(nearest.chunks(2)) {
        assert!(parts.iter().all(|part| mistake.contains(part)), "{mistake}");
    }
    set_filter(Filter::new());
}

#[test]
fn threads_record_while_the_choice_changes() {
    let _turn = filtered(Filter::new());
    let is_over = AtomicBool::new(false);
    let calls = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut calls = 0_u64;
                    while !is_over.load(Relaxed) {
                        let _always = scope!("always");
                        everything();
                        calls += 1;
                    }
                    calls
                })
            })
            .collect();
        for at in 0..500 {
            set_filter(if at % 2 == 0 { Filter::new().only("always") } else { Filter::new() });
        }
        is_over.store(true, Relaxed);
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum::<u64>()
    });
    let after = snapshot();
    assert_eq!(after.find(&["always"]).map(|node| node.count()), Some(calls));
    assert!(after.lost().is_empty(), "{:?}", after.lost());
}

/// Run again with variables, and on purpose with a mistake.
#[test]
fn the_environment_chooses_and_mistakes_are_said() {
    const SCENE: &str = "TEST_SCENE";
    if std::env::var_os(SCENE).is_some() {
        everything();
        let names = recorded().join(",");
        eprintln!("recorded: {names}\n{}", report());
        return;
    }
    let output = Command::new(std::env::current_exe().expect("a file"))
        .args(["--exact", "--nocapture", "the_environment_chooses_and_mistakes_are_said"])
        .env(SCENE, "1")
        .env("INSTRUMENT_ONLY", "filter::shop*, parcels")
        .env("INSTRUMENT_SKIP", "*::cart")
        .output()
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("recorded: folded,order,paid,sampled,ship\n"), "{text}");
    assert!(text.contains("INSTRUMENT_ONLY or INSTRUMENT_SKIP: `parcels` fits"), "{text}");
    assert!(!text.contains("`*::cart` fits"), "{text}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let chosen = "recorded by choice: only `filter::shop*`, `parcels`, without `*::cart`; ";
    assert!(text.contains(chosen), "{text}");
}
