//! Columns over time: intervals add up to the whole, resets begin anew, samples stand for all calls, threads are told apart.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
mod scripted;

use instrument::component::{self, Component};
use instrument::storage::Scope;
use instrument::{FutureExt, Snapshot, Throttle, marker, report, reset, scope, set_throttle, snapshot, storage, timer};
use parts::use_up;
use scripted::{pass, script};
use std::time::Duration;

components! {
    Sums = "sums" in Seconds of Total
    Resets = "resets" in Seconds of Total
    Threads = "threads" in Seconds of Total
    Reused = "reused" in Seconds of Total
    Sampled = "sampled" in Count of Total
    Throttled = "throttled" in Count of Total
    Later = "later" in Count of Total
    Async = "async" in Count of Total
    Flat = "flat" in Count of Total
}

/// Total, own, least, greatest, observations.
fn column(snapshot: &Snapshot, path: &[&str], name: &str) -> Option<[f64; 5]> {
    let figures = snapshot.find(path)?.column(name)?;
    Some([figures.total(), figures.own(), figures.min(), figures.max(), figures.count()])
}

#[test]
fn intervals_add_up_to_the_whole_and_have_their_own_extremes() {
    let _turn = script();
    let call = |own: f64, below: &[f64]| {
        let _outer = marker!("outer sums", Sums);
        use_up(own);
        for part in below {
            let mut inner = Sums::new("inner sums");
            inner.push();
            inner.start();
            use_up(*part);
            inner.pop();
        }
    };
    let rounds: [&[f64]; 4] = [&[3.0, 1.0], &[50.0], &[], &[7.0, 7.0, 8.0]];
    let mut before = snapshot();
    let mut sums = [[0.0; 3]; 2];
    for round in rounds {
        call(2.0, round);
        call(1.0, &[]);
        let now = snapshot();
        let interval = now.since(&before);
        before = now;
        let below: f64 = round.iter().sum();
        assert_eq!(column(&interval, &["outer sums"], "sums"), Some([3.0 + below, 3.0, 1.0, 2.0 + below, 2.0]));
        let extremes = round.iter().fold((f64::MAX, 0.0_f64), |(min, max), part| (min.min(*part), max.max(*part)));
        let (min, max) = if round.is_empty() { (0.0, 0.0) } else { extremes };
        let inner = column(&interval, &["outer sums", "inner sums"], "sums");
        assert_eq!(inner, Some([below, below, min, max, round.len() as f64]));
        for (sum, path) in sums.iter_mut().zip([&["outer sums"][..], &["outer sums", "inner sums"]]) {
            let [total, own, .., count] = column(&interval, path, "sums").expect("measured");
            *sum = [sum[0] + total, sum[1] + own, sum[2] + count];
        }
    }
    for (sum, path) in sums.iter().zip([&["outer sums"][..], &["outer sums", "inner sums"]]) {
        let [total, own, .., count] = column(&before, path, "sums").expect("measured");
        assert_eq!(*sum, [total, own, count], "{path:?}");
    }
    assert_eq!(column(&before, &["outer sums"], "sums"), Some([88.0, 12.0, 1.0, 52.0, 8.0]));
}

#[test]
fn a_reset_begins_anew_with_what_is_open() {
    let _turn = script();
    let call = |amount| {
        let _marker = marker!("resets", Resets);
        use_up(amount);
    };
    call(100.0);
    let mut open = Resets::new("open at reset");
    open.push();
    open.start();
    use_up(1.0);
    {
        let _below = marker!("below", Resets);
        use_up(16.0);
    }
    let before = snapshot();
    reset();
    assert_eq!(column(&snapshot(), &["resets"], "resets"), None, "nothing was measured since");
    call(2.0);
    call(3.0);
    use_up(4.0);
    let mut other = Resets::new("other");
    other.push();
    other.start();
    use_up(8.0);
    other.pop();
    open.pop();
    let after = snapshot();
    assert_eq!(column(&after, &["open at reset", "resets"], "resets"), Some([5.0, 5.0, 2.0, 3.0, 2.0]));
    assert_eq!(column(&after, &["open at reset", "other"], "resets"), Some([8.0, 8.0, 8.0, 8.0, 1.0]));
    // A lap counts as a whole where it ends; what was below before the reset isn't below any more.
    let [total, own, .., count] = column(&after, &["open at reset"], "resets").expect("measured");
    assert_eq!((total, own, count), (18.0, 5.0, 1.0));
    assert_eq!(after.since(&before).data(), after.data(), "nothing of before is in it");
    let entries = storage::<Resets>().flat();
    let found: Vec<_> = entries.iter().map(|entry| (entry.prefix.as_str(), entry.data, entry.stats.count)).collect();
    assert_eq!(found, [("open at reset", 18.0, 1), ("resets", 5.0, 2), ("other", 8.0, 1)]);
}

#[test]
fn threads_that_are_apart_add_up_to_those_that_are_merged() {
    let _turn = script();
    let together = std::sync::Barrier::new(4);
    std::thread::scope(|threads| {
        for number in 1..=4 {
            let together = &together;
            threads.spawn(move || {
                let _outer = marker!("each thread", Threads);
                together.wait();
                use_up(f64::from(number));
                let _inner = marker!("and within", Threads);
                use_up(10.0);
                together.wait();
            });
        }
    });
    let apart = storage::<Threads>().per_thread().tree();
    assert_eq!(apart.len(), 4);
    let mut own: Vec<f64> = apart.iter().map(|root| root.exclusive.data).collect();
    own.sort_by(f64::total_cmp);
    assert_eq!(own, [1.0, 2.0, 3.0, 4.0]);
    for root in &apart {
        assert_eq!((root.children.len(), root.children[0].inclusive.data), (1, 10.0));
        assert_eq!(root.inclusive.data, root.exclusive.data + 10.0);
    }
    let merged = storage::<Threads>().tree();
    assert_eq!((merged.len(), merged[0].inclusive.data, merged[0].exclusive.data), (1, 50.0, 10.0));
    assert_eq!(merged[0].inclusive.stats.count, 4);
    assert_eq!(column(&snapshot(), &["each thread"], "threads"), Some([50.0, 10.0, 11.0, 14.0, 4.0]));
}

#[test]
fn what_a_thread_measured_before_a_reset_is_not_its_heirs() {
    let _turn = script();
    let measure = |amount| {
        move || {
            let _marker = marker!("in turn", Reused);
            use_up(amount);
        }
    };
    // One after the other they have the same tree.
    std::thread::spawn(measure(5.0)).join().expect("no panic");
    reset();
    std::thread::spawn(measure(2.0)).join().expect("no panic");
    assert_eq!(column(&snapshot(), &["in turn"], "reused"), Some([2.0, 2.0, 2.0, 2.0, 1.0]));
    for storage in [storage::<Reused>(), storage::<Reused>().per_thread()] {
        let entries = storage.flat();
        assert_eq!(entries.len(), 1);
        assert_eq!((entries[0].data, entries[0].stats.count, entries[0].stats.max), (2.0, 1, 2.0));
    }
}

#[test]
fn a_sample_stands_for_all_and_says_so() {
    let _turn = script();
    #[timer("one in four", sample = 4, components(Sampled))]
    fn sampled(amount: f64) {
        pass(1);
        use_up(amount);
        let _below = marker!("below a sample", Sampled);
        use_up(1.0);
    }
    // The 1st, 5th and 9th are measured: 10, 50 and 90, and 1 below each.
    (1..=10).for_each(|call| sampled(f64::from(call) * 10.0));
    let after = snapshot();
    let [total, own, min, max, count] = column(&after, &["one in four"], "sampled").expect("measured");
    assert_eq!((min, max, count), (11.0, 91.0, 3.0));
    assert_eq!(total, 153.0 / 3.0 * 10.0);
    // What's below is measured in each call, not only in those of the sample.
    assert_eq!(column(&after, &["one in four", "below a sample"], "sampled"), Some([10.0, 10.0, 1.0, 1.0, 10.0]));
    assert_eq!(own, total - 10.0);
    let text = report().to_string();
    let line = text.lines().find(|line| line.starts_with("one in four")).expect("a row");
    assert!(line.contains("~510"), "{text}");
}

#[test]
fn a_throttled_path_has_what_it_measured_before_and_an_estimate_since() {
    let _turn = script();
    set_throttle(Some(Throttle::new(100, Duration::from_nanos(1_000))));
    let call = |amount| {
        let _marker = marker!("short", Throttled);
        pass(1);
        use_up(amount);
    };
    (0..100).for_each(|_| call(3.0));
    assert!(!snapshot().find(&["short"]).is_some_and(|node| node.is_estimated()));
    let whole = snapshot();
    (0..640).for_each(|_| call(5.0));
    let after = snapshot();
    let figures = after.find(&["short"]).and_then(|node| node.column("throttled")).expect("measured");
    assert_eq!((figures.total(), figures.own(), figures.count()), (3500.0, 3500.0, 110.0));
    let interval = after.since(&whole);
    let [total, own, min, max, count] = column(&interval, &["short"], "throttled").expect("measured");
    assert_eq!([total, own, min, max, count], [3200.0, 3200.0, 5.0, 5.0, 10.0]);
    let text = report().to_string();
    let line = text.lines().find(|line| line.starts_with("short")).expect("a row");
    assert!(line.contains("~3,500"), "{text}");
    // A component that begins to measure there later has only samples.
    component::register::<Later>();
    component::choose(&["later"]).expect("it's registered");
    (0..640).for_each(|_| call(5.0));
    component::choose(&[]).expect("none is known");
    set_throttle(None);
    let later = column(&snapshot(), &["short"], "later").expect("measured");
    assert_eq!((later[2], later[3], later[4]), (5.0, 5.0, 10.0));
}

#[test]
fn what_pushes_in_a_node_that_samples_is_measured_each_time() {
    let _turn = script();
    set_throttle(Some(Throttle::new(100, Duration::from_nanos(1_000))));
    let name = "a span and a meter";
    for _ in 0..100 + 640 {
        let _span = scope!(name);
        pass(1);
    }
    set_throttle(None);
    for _ in 0..10 {
        let mut meter = Later::new(name);
        meter.push();
        meter.start();
        use_up(2.0);
        meter.pop();
    }
    assert_eq!(column(&snapshot(), &[name], "later"), Some([20.0, 20.0, 2.0, 2.0, 10.0]));
}

#[test]
fn an_async_call_that_is_not_sampled_is_measured_in_none_of_its_polls() {
    let _turn = script();
    #[timer("sampled async", sample = 3, components(Async))]
    async fn sampled() {
        use_up(4.0);
    }
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    for _ in 0..9 {
        assert!(std::pin::pin!(sampled()).as_mut().poll(&mut cx).is_ready());
    }
    assert_eq!(column(&snapshot(), &["sampled async"], "async"), Some([36.0, 36.0, 4.0, 4.0, 3.0]));
    // One by a name that's made at run time is measured by what's chosen.
    component::register::<Async>();
    component::choose(&["async"]).expect("it's registered");
    for number in 0..4 {
        let call = async { use_up(1.0) }.timed(format!("future {}", number % 2));
        assert!(std::pin::pin!(call).as_mut().poll(&mut cx).is_ready());
    }
    component::choose(&[]).expect("none is known");
    for name in ["future 0", "future 1"] {
        assert_eq!(column(&snapshot(), &[name], "async"), Some([2.0, 2.0, 1.0, 1.0, 2.0]));
    }
}

#[test]
fn single_observations_are_in_storage_and_in_no_column() {
    let _turn = script();
    for amount in [1.0, 2.0] {
        let mut meter = Flat::new("moment").scope(Scope::Timeline);
        meter.push();
        meter.start();
        use_up(amount);
    }
    let entries: Vec<f64> = storage::<Flat>().flat().iter().map(|entry| entry.data).collect();
    assert_eq!(entries, [1.0, 2.0]);
    assert_eq!(column(&snapshot(), &["moment"], "flat"), None);
}
