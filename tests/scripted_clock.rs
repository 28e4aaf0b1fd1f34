//! Exact figures, by a clock that each test scripts for its own thread.

mod scripted;

use instrument::{Snapshot, scope, snapshot, timer};
use scripted::{ns, pass, script};
use std::time::Duration;

/// total, own, count
fn figures(snapshot: &Snapshot, path: &[&str]) -> (Duration, Duration, u64) {
    let node = snapshot.find(path).unwrap_or_else(|| panic!("no node at {path:?}"));
    (node.total(), node.own(), node.count())
}

#[test]
fn count_total_own_extremes_and_deviation_are_exact() {
    let _turn = script();
    for value in [10u64, 20, 60] {
        let _outer = scope!("exact outer");
        pass(5);
        {
            let _inner = scope!("exact inner");
            pass(value);
        }
        pass(1);
    }
    let snapshot = snapshot();
    assert_eq!(figures(&snapshot, &["exact outer"]), (ns(108), ns(18), 3));
    assert_eq!(figures(&snapshot, &["exact outer", "exact inner"]), (ns(90), ns(90), 3));
    let inner = snapshot.find(&["exact outer", "exact inner"]).expect("recorded");
    assert_eq!((inner.min(), inner.max(), inner.mean()), (ns(10), ns(60), ns(30)));
    // Population: √((20² + 10² + 30²) / 3) = 21.60
    assert_eq!(inner.stddev(), ns(22));
    assert_eq!(inner.quantile(0.5), ns(20));
    assert_eq!((inner.quantile(0.0), inner.quantile(1.0)), (ns(10), ns(60)));
}

#[test]
fn the_quantiles_of_an_interval_are_its_own() {
    let _turn = script();
    let calls = |count, length| {
        for _ in 0..count {
            let _span = scope!("interval quantiles");
            pass(length);
        }
    };
    calls(900, 10);
    let before = snapshot();
    // The least is the same as before: it's not the extremes that tell them apart.
    calls(10, 10);
    calls(90, 1_000);
    let interval = snapshot().since(&before);
    let node = interval.find(&["interval quantiles"]).expect("called");
    for quantile in [0.2, 0.5, 0.99] {
        let error = node.quantile(quantile).abs_diff(ns(1_000));
        assert!(error <= ns(1_000 / 64), "{quantile}: off by {error:?}");
    }
}

#[test]
fn a_span_that_is_open_across_a_reset_has_no_extremes_of_before() {
    let _turn = script();
    let call = || scope!("extremes of before");
    {
        let _ended = call();
        pass(50);
    }
    instrument::reset();
    let _open = call();
    pass(7);
    let after = snapshot();
    let node = after.find(&["extremes of before"]).expect("it's running");
    assert_eq!((node.count(), node.min(), node.max()), (0, ns(0), ns(0)));
}

#[test]
fn the_deviation_of_long_spans_is_exact_too() {
    let _turn = script();
    // Their squares together need more than 64 bits.
    for seconds_tenths in [40_u64, 42] {
        let _long = scope!("long");
        pass(seconds_tenths * 100_000_000);
    }
    let deviation = snapshot().find(&["long"]).map(|node| node.stddev());
    assert_eq!(deviation, Some(Duration::from_millis(100)));
}

#[test]
fn recursion_nests_by_path() {
    fn fib(n: u32) -> u32 {
        let _span = scope!("nested fib");
        pass(1);
        if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
    }
    let _turn = script();
    assert_eq!(fib(5), 5);
    let snapshot = snapshot();
    // fib(5) makes 15 calls of 1 ns: 1 + 2 + 4 + 6 + 2 on five levels.
    let mut path = vec!["nested fib"];
    for (total, own) in [(15, 1), (14, 2), (12, 4), (8, 6), (2, 2)] {
        assert_eq!(figures(&snapshot, &path), (ns(total), ns(own), own), "at depth {}", path.len());
        path.push("nested fib");
    }
    assert!(snapshot.find(&path).is_none());
}

#[test]
fn recursion_that_folds_keeps_one_node_and_times_the_outermost_call() {
    #[timer("folded even", recursion = "fold")]
    fn even(n: u32) -> bool {
        pass(1);
        n == 0 || odd(n - 1)
    }
    #[timer("folded odd", recursion = "fold")]
    fn odd(n: u32) -> bool {
        pass(10);
        n != 0 && even(n - 1)
    }
    let _turn = script();
    assert!(even(6));
    assert!(!odd(2));
    let snapshot = snapshot();
    // even 6 4 2 0, odd 5 3 1: 34 ns from end to end; the first odd holds all but the first even's own.
    assert_eq!(figures(&snapshot, &["folded even"]), (ns(34), ns(1), 4));
    assert_eq!(figures(&snapshot, &["folded even", "folded odd"]), (ns(33), ns(33), 3));
    assert!(snapshot.find(&["folded even", "folded odd", "folded even"]).is_none());
    let even = snapshot.find(&["folded even"]).expect("recorded");
    assert_eq!((even.min(), even.max(), even.mean()), (ns(34), ns(34), ns(34)), "inner calls are counted, not timed");
    assert_eq!(figures(&snapshot, &["folded odd"]), (ns(21), ns(10), 2));
    assert_eq!(figures(&snapshot, &["folded odd", "folded even"]), (ns(11), ns(11), 1));
}

#[test]
fn a_sampled_site_counts_all_and_times_one_in_so_many() {
    #[timer("sampled", sample = 4)]
    fn sampled(time: u64) {
        pass(time);
        let _inner = scope!("sampled inner");
        pass(1);
    }
    let _turn = script();
    // Timed: the 1st, 5th and 9th, of 10, 50 and 90 ns, and 1 ns each below.
    (1..=10).for_each(|call| sampled(call * 10));
    let snapshot = snapshot();
    let node = snapshot.find(&["sampled"]).expect("recorded");
    assert!(node.is_estimated());
    assert_eq!(node.count(), 10);
    assert_eq!((node.min(), node.max(), node.mean()), (ns(11), ns(91), ns(51)));
    // Population: √((40² + 0² + 40²) / 3) = 32.66
    assert_eq!(node.stddev(), ns(33));
    assert_eq!((node.total(), node.own()), (ns(510), ns(500)), "ten times the mean, without the inner ones'");
    assert_eq!(figures(&snapshot, &["sampled", "sampled inner"]), (ns(10), ns(10), 10));
}

#[test]
fn an_interval_across_a_reset_begins_with_it() {
    let _turn = script();
    let run = |value| {
        let _span = scope!("across");
        pass(value);
        instrument::measure!("across", value);
    };
    run(5);
    let before = snapshot();
    pass(1_000);
    instrument::reset();
    run(7);
    let interval = snapshot().since(&before);
    assert_eq!(figures(&interval, &["across"]), (ns(7), ns(7), 1));
    assert_eq!(interval.elapsed(), ns(7));
    let values = interval.measurements().iter().find(|m| m.name() == "across").expect("measured");
    assert_eq!((values.count(), values.sum()), (1, 7.0));
}

#[test]
fn an_open_span_counts_as_running_so_far() {
    let _turn = script();
    let outer = scope!("running");
    pass(7);
    // Read by the thread itself: the clock is scripted per thread.
    let during = snapshot();
    let node = during.find(&["running"]).expect("open spans are shown");
    assert_eq!((node.count(), node.running(), node.total(), node.own()), (0, 1, ns(7), ns(7)));
    pass(3);
    drop(outer);
    let after = snapshot();
    let node = after.find(&["running"]).expect("recorded");
    assert_eq!((node.count(), node.running(), node.total()), (1, 0, ns(10)));
    let rest = after.since(&during);
    assert_eq!(rest.find(&["running"]).expect("ended in it").total(), ns(3));
}

#[test]
fn intervals_have_their_own_extremes_and_add_up() {
    let _turn = script();
    let run = |values: &[u64]| {
        for &value in values {
            let _span = scope!("interval");
            pass(value);
        }
        snapshot()
    };
    let zero = snapshot();
    let one = run(&[100, 900]);
    let two = run(&[300, 400]);
    let three = run(&[]);
    let of = |later: &Snapshot, earlier: &Snapshot| {
        let interval = later.since(earlier);
        let node = interval.find(&["interval"]).expect("a node once seen stays");
        (node.count(), node.total(), node.min(), node.max())
    };
    assert_eq!(of(&one, &zero), (2, ns(1000), ns(100), ns(900)));
    assert_eq!(of(&two, &one), (2, ns(700), ns(300), ns(400)), "extremes of the interval, not of all time");
    assert_eq!(of(&three, &two), (0, ns(0), ns(0), ns(0)));
    assert_eq!(of(&three, &zero), (4, ns(1700), ns(100), ns(900)));
    assert_eq!(two.since(&one).elapsed() + one.since(&zero).elapsed(), two.since(&zero).elapsed());
}

#[test]
fn a_reset_lets_everything_begin_anew() {
    let _turn = script();
    let run = |value| {
        let _span = scope!("reset");
        pass(value);
    };
    run(5);
    run(500);
    instrument::reset();
    let empty = snapshot();
    assert!(empty.find(&["reset"]).is_none_or(|node| node.count() == 0 && node.total().is_zero()));
    run(50);
    run(60);
    let again = snapshot();
    let node = again.find(&["reset"]).expect("recorded");
    assert_eq!((node.count(), node.total(), node.min(), node.max()), (2, ns(110), ns(50), ns(60)));
}

#[test]
fn guards_in_any_order_never_make_a_wrong_tree() {
    let _turn = script();
    // Out of order: the inner one outlives the outer one, and still counts, below the outer one.
    let a = scope!("order a");
    let b = scope!("order b");
    pass(10);
    drop(a);
    pass(10);
    drop(b);
    // Leaked: closed with the span below it.
    {
        let _c = scope!("order c");
        std::mem::forget(scope!("order leaked"));
        pass(10);
    }
    let _root = scope!("order root");
    let snapshot = snapshot();
    assert_eq!(figures(&snapshot, &["order a"]).2, 1);
    assert_eq!(figures(&snapshot, &["order a", "order b"]), (ns(20), ns(20), 1));
    assert_eq!(figures(&snapshot, &["order c"]), (ns(10), ns(10), 1));
    let leaked = snapshot.find(&["order c", "order leaked"]).expect("entered");
    assert_eq!((leaked.count(), leaked.running()), (0, 0), "never ended, and not running either");
    assert!(snapshot.find(&["order root"]).is_some(), "back at the top");
}

#[test]
fn quantiles_are_within_a_64th_of_the_exact_sample() {
    let _turn = script();
    // A multiplicative generator: the same sample on every machine.
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let hour = 3_600_000_000_000f64;
    let mut distributions: Vec<(&str, Vec<u64>)> = vec![
        ("constant", vec![123_456_789; 2000]),
        ("uniform", (0..20_000).map(|_| 1 + (random() * hour) as u64).collect()),
        ("exponential", (0..20_000).map(|_| 1 + (-(1.0 - random()).ln() * 1e6) as u64).collect()),
        ("log-uniform", (0..20_000).map(|_| (random() * hour.ln()).exp() as u64).collect()),
        ("bimodal", (0..20_000).map(|i| if i % 10 == 0 { 5_000_000 } else { 40 } + (random() * 9.0) as u64).collect()),
        ("tiny", (0..2000).map(|i| i % 70).collect()),
    ];
    static SITES: [&str; 6] = ["q constant", "q uniform", "q exponential", "q log-uniform", "q bimodal", "q tiny"];
    for (index, (kind, sample)) in distributions.iter_mut().enumerate() {
        for &value in sample.iter() {
            let _span = match index {
                0 => scope!(SITES[0]),
                1 => scope!(SITES[1]),
                2 => scope!(SITES[2]),
                3 => scope!(SITES[3]),
                4 => scope!(SITES[4]),
                _ => scope!(SITES[5]),
            };
            pass(value);
        }
        sample.sort_unstable();
        let snapshot = snapshot();
        let node = snapshot.find(&[SITES[index]]).expect("recorded");
        assert_eq!(node.min(), ns(sample[0]), "{kind}");
        assert_eq!(node.max(), ns(sample[sample.len() - 1]), "{kind}");
        for q in [0.0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0] {
            let rank = ((q * sample.len() as f64).ceil() as usize).max(1);
            let (exact, ours) = (sample[rank - 1], node.quantile(q).as_nanos() as u64);
            assert!(ours.abs_diff(exact) as f64 <= exact as f64 / 64.0, "{kind}: quantile {q} is {ours}, not {exact}");
            assert!((node.min()..=node.max()).contains(&node.quantile(q)), "{kind}: quantile {q} is outside");
        }
    }
}
