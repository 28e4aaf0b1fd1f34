//! `PerfTimer`: its line, exactly, by a scripted clock; what it doesn't observe; when it reports.

use instrument::clock::{Clock, ThreadCpu};
use instrument::{BuildError, Observer, PerfTimer, measure_overhead};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

#[derive(Default)]
struct Scripted(AtomicU64);

impl Scripted {
    fn pass(&self, nanoseconds: u64) {
        self.0.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

impl Clock for Scripted {
    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

type Lines = Arc<Mutex<Vec<String>>>;

fn timer(observer: Observer) -> (PerfTimer, Arc<Scripted>, Lines) {
    let (clock, lines) = (Arc::new(Scripted::default()), Lines::default());
    let log = Arc::clone(&lines);
    let timer = PerfTimer::builder("x")
        .observer(observer)
        .clock(Arc::clone(&clock))
        .log_fn(move |line| log.lock().expect("not poisoned").push(line.to_owned()))
        .build()
        .expect("valid");
    (timer, clock, lines)
}

fn lines_of(observer: Observer, runs: &[u64]) -> Vec<String> {
    let (timer, clock, lines) = timer(observer);
    for &run in runs {
        timer.time(|| clock.pass(run));
    }
    drop(timer);
    lines.lock().expect("not poisoned").clone()
}

#[test]
fn each_observer_has_its_line() {
    let runs = [55_100, 91_100, 73_100];
    assert_eq!(lines_of(Observer::average(), &runs), [r#"timer "x": avg 73.1 µs, max 91.1 µs in 3 runs"#]);
    assert_eq!(lines_of(Observer::stddev(), &runs), [r#"timer "x": avg 73.1 µs ± 14.7 µs, max 91.1 µs in 3 runs"#]);
    assert_eq!(
        lines_of(Observer::histogram(&[0.5, 0.999]), &[40, 50, 60]),
        [r#"timer "x": avg 50 ns ± 8.16 ns, 50% ≤ 50 ns, 99.9% ≤ 60 ns in 3 runs"#]
    );
}

#[test]
fn one_run_is_just_its_duration_and_none_is_nothing() {
    assert_eq!(lines_of(Observer::default(), &[243_000_000]), [r#"timer "x": 243 ms"#]);
    assert!(lines_of(Observer::default(), &[]).is_empty());
}

#[test]
fn it_reports_once() {
    let (timer, clock, lines) = timer(Observer::default());
    timer.report();
    timer.time(|| clock.pass(5));
    timer.report();
    timer.report();
    drop(timer);
    assert_eq!(*lines.lock().expect("not poisoned"), [r#"timer "x": 5 ns"#]);
}

#[test]
fn a_run_that_unwinds_is_not_observed() {
    let (timer, clock, _) = timer(Observer::default());
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        timer.time(|| {
            clock.pass(5);
            std::panic::resume_unwind(Box::new(()));
        })
    }));
    assert!(unwound.is_err());
    assert_eq!(timer.stats().count, 0);

    struct InADestructor<'a>(&'a PerfTimer, &'a Scripted);
    impl Drop for InADestructor<'_> {
        fn drop(&mut self) {
            self.0.time(|| self.1.pass(7));
        }
    }
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _cleanup = InADestructor(&timer, &clock);
        std::panic::resume_unwind(Box::new(()));
    }));
    assert!(unwound.is_err());
    assert_eq!(timer.stats().count, 1, "a run begun and ended while unwinding didn't unwind itself");
}

#[test]
fn wrong_quantiles_are_errors() {
    let build = |quantiles: &[f64]| PerfTimer::builder("x").observer(Observer::histogram(quantiles)).build().map(drop);
    assert_eq!(build(&[]), Err(BuildError::NoQuantiles));
    assert_eq!(build(&[0.5, 1.5]), Err(BuildError::QuantileOutOfRange(1.5)));
    assert_eq!(build(&[0.9, 0.5]), Err(BuildError::QuantilesNotAscending(0.9, 0.5)));
    assert!(matches!(build(&[f64::NAN]), Err(BuildError::QuantileOutOfRange(_))));
    assert_eq!(build(&[0.0, 0.5, 1.0]), Ok(()));
}

#[test]
fn many_threads_are_one_timer() {
    static TIMER: PerfTimer = PerfTimer::new("many threads");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..10_000).for_each(|_| TIMER.time(|| ())));
        }
    });
    assert_eq!(TIMER.stats().count, 80_000);
}

#[test]
fn a_hundred_thousand_timers_use_the_same_memory() {
    for _ in 0..100_000u32 {
        let (timer, clock, _) = timer(Observer::average());
        timer.time(|| clock.pass(3));
        assert_eq!(timer.stats().count, 1, "a timer begins at nothing, whoever had its slot before");
    }
}

#[test]
fn async_runs_are_observed_when_they_complete() {
    let (timer, clock, _) = timer(Observer::default());
    let mut context = Context::from_waker(Waker::noop());
    let mut polled = false;
    let future = std::future::poll_fn(|_| {
        clock.pass(10);
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    });
    let mut future = pin!(timer.time_async(future));
    assert!(future.as_mut().poll(&mut context).is_pending());
    assert_eq!(timer.stats().count, 0);
    clock.pass(100);
    assert!(future.as_mut().poll(&mut context).is_ready());
    assert_eq!(timer.stats().total, Duration::from_nanos(120));

    let mut cancelled = Box::pin(timer.time_async(std::future::pending::<()>()));
    assert!(cancelled.as_mut().poll(&mut context).is_pending());
    drop(cancelled);
    assert_eq!(timer.stats().count, 1, "a future that's dropped isn't a short run");
}

#[test]
fn thread_cpu_time_stands_still_while_the_thread_sleeps() {
    let timer = PerfTimer::builder("cpu").clock(ThreadCpu).log_fn(|_| {}).build().expect("valid");
    timer.time(|| std::thread::sleep(Duration::from_millis(100)));
    assert!(timer.stats().total < Duration::from_millis(50));
}

#[test]
fn every_observer_has_an_overhead() {
    for observer in [Observer::average(), Observer::stddev(), Observer::histogram(&[0.5])] {
        assert!(measure_overhead(observer) > Duration::ZERO);
    }
}

#[test]
fn a_name_cannot_break_its_line() {
    let timer = PerfTimer::builder("a\nb\x1b[31m").log_fn(|_| {}).build().expect("valid");
    timer.time(|| ());
    let line = timer.summary().expect("one run");
    assert!(line.starts_with("timer \"a\\nb\\u{1b}[31m\": "), "{line}");
}
