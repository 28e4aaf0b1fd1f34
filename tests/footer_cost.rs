//! What the footer says that timing cost, beside the CPU time of the same work without it.

use instrument::clock::{Clock, ThreadCpu};
use instrument::{FutureExt, report, snapshot, timer};
use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[path = "scripted/child.rs"]
mod child;

#[timer]
fn flat(x: u64) -> u64 {
    black_box(x) + 1
}

#[timer]
fn outer(x: u64) -> u64 {
    inner(x) + 1
}

#[timer]
fn inner(x: u64) -> u64 {
    black_box(x) + 1
}

#[timer(sample = 64)]
fn sampled(x: u64) -> u64 {
    black_box(x) + 1
}

const ROUNDS: u64 = 400_000;

/// Calls that are timed, nested, only counted, and polled.
fn work() {
    for x in 0..ROUNDS {
        black_box(flat(x));
        black_box(outer(x));
        black_box(sampled(x));
    }
    let mut polls = 0;
    let mut future = pin!(
        poll_fn(|_| {
            polls += 1;
            if polls < ROUNDS { Poll::Pending } else { Poll::Ready(()) }
        })
        .timed("polled")
    );
    while future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
}

/// The figure behind a word.
fn figure(text: &str, word: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_else(|| panic!("no {word} in {text}"));
    line.trim().parse().unwrap_or_else(|_| panic!("no number: {line}"))
}

/// Nanoseconds of CPU, and what of it timing has cost as the footer says.
fn run(test: &str, timers: &str) -> (f64, f64) {
    let text = child::run(test, &[("INSTRUMENT", timers), ("INSTRUMENT_OUTPUT", "/dev/null")], || {
        let before = ThreadCpu.now();
        work();
        eprintln!("took {}", ThreadCpu.now() - before);
        let _ = report().to_string();
        let taken = snapshot();
        let (recorded, data) = (taken.recorded(), taken.data());
        if std::env::var("INSTRUMENT").is_ok_and(|timers| timers == "on") {
            // Three spans and a poll a round, and one call of 64; what's counted is too cheap to be seen in CPU time.
            let (timed, counted) = (recorded.timed, recorded.counted);
            assert_eq!((timed, counted), (4 * ROUNDS + ROUNDS / 64, ROUNDS - ROUNDS / 64));
        }
        let [cost, counting] = [data.cost, data.counting].map(Option::unwrap_or_default);
        eprintln!("said {}", cost * recorded.timed as f64 + counting * recorded.counted as f64);
    });
    (figure(&text, "took "), figure(&text, "said "))
}

/// Machines are busy, and each run's CPU time with them: of a few the least is taken, and the bounds are generous.
#[test]
fn the_footer_says_what_timing_cost() {
    const TEST: &str = "the_footer_says_what_timing_cost";
    let least = |timers: &str| {
        let runs: Vec<(f64, f64)> = (0..5).map(|_| run(TEST, timers)).collect();
        runs.into_iter().fold((f64::MAX, f64::MAX), |(took, said), run| (took.min(run.0), said.min(run.1)))
    };
    let ((with, said), (without, nothing)) = (least("on"), least("off"));
    let cost = with - without;
    println!("{said:.0} said, {cost:.0} measured: {:.2}", said / cost);
    assert!((0.5 * cost..2.0 * cost).contains(&said), "{said} said, {with} with timers, {without} without");
    assert!(nothing < 0.01 * said, "nothing was recorded, and {nothing} said");
}
