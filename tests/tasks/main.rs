//! Async calls: timed by poll, observed when they complete, on any executor. By a clock that a test scripts.

mod kinds;
#[path = "../scripted/mod.rs"]
mod scripted;

use futures::stream::{self, Stream, StreamExt as _};
use instrument::{
    Context, FutureExt, PerfTimer, Snapshot, StreamExt, clock, scope, snapshot, task_perf_counter, timer,
};
use scripted::{ns, pass, script};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{self, Poll, Waker};
use std::time::Duration;

/// Busy for so long, then suspended once.
struct Step {
    busy: u64,
    polled: bool,
}

fn step(busy: u64) -> Step {
    Step { busy, polled: false }
}

impl Future for Step {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<()> {
        if self.polled {
            return Poll::Ready(());
        }
        self.polled = true;
        pass(self.busy);
        Poll::Pending
    }
}

/// Polls to the end; between polls, so much time passes.
fn run<F: Future>(future: F, pause: u64) -> F::Output {
    let mut future = pin!(future);
    loop {
        match poll(future.as_mut()) {
            Poll::Ready(output) => return output,
            Poll::Pending => pass(pause),
        }
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut task::Context::from_waker(Waker::noop()))
}

/// count, total, own, wall, polls, cancelled
fn figures(snapshot: &Snapshot, path: &[&str]) -> (u64, Duration, Duration, Duration, u64, u64) {
    let node = snapshot.find(path).unwrap_or_else(|| panic!("no node at {path:?} in {snapshot:?}"));
    (node.count(), node.total(), node.own(), node.wall(), node.polls(), node.cancelled())
}

#[timer("inner")]
async fn inner(busy: u64) -> u64 {
    step(busy).await;
    {
        let _span = scope!("sync leaf");
        pass(3);
    }
    step(busy).await;
    busy
}

#[timer("outer")]
async fn outer(busy: u64) -> u64 {
    pass(1);
    inner(busy).await + inner(busy).await
}

#[test]
fn polls_nest_and_calls_are_observed_by_their_busy_time() {
    let _turn = script();
    assert_eq!(run(outer(10), 1_000), 20);
    let snapshot = snapshot();
    // 4 steps of 10 and 2 leaves of 3; 4 suspensions of 1,000, of which each inner call sees two.
    assert_eq!(figures(&snapshot, &["outer"]), (1, ns(47), ns(1), ns(4_047), 5, 0));
    assert_eq!(figures(&snapshot, &["outer", "inner"]), (2, ns(46), ns(40), ns(4_046), 6, 0));
    assert_eq!(figures(&snapshot, &["outer", "inner", "sync leaf"]).1, ns(6));
    let inner = snapshot.find(&["outer", "inner"]).expect("recorded");
    assert_eq!((inner.min(), inner.max(), inner.mean(), inner.stddev()), (ns(23), ns(23), ns(23), ns(0)));
    assert!(snapshot.find(&["inner"]).is_none(), "nothing hangs elsewhere");
}

#[test]
fn a_call_under_way_is_running_and_its_time_counts() {
    let _turn = script();
    let mut future = Box::pin(step(10).timed("under way"));
    assert!(poll(future.as_mut()).is_pending());
    pass(500);
    let during = snapshot();
    let node = during.find(&["under way"]).expect("begun");
    assert_eq!((node.count(), node.running(), node.total(), node.own()), (0, 1, ns(10), ns(10)));
    assert!(poll(future.as_mut()).is_ready());
    let after = snapshot();
    assert_eq!(figures(&after, &["under way"]), (1, ns(10), ns(10), ns(510), 2, 0));
    assert_eq!(after.find(&["under way"]).expect("ended").running(), 0);
    let rest = after.since(&during);
    assert_eq!(figures(&rest, &["under way"]), (1, ns(0), ns(0), ns(510), 1, 0));
}

#[test]
fn a_call_that_ends_on_another_path_is_not_running_where_it_began() {
    let _turn = script();
    let mut calls: Vec<_> = (0..3).map(|_| Box::pin(step(10).timed("moves"))).collect();
    {
        let _here = scope!("began here");
        calls.iter_mut().for_each(|call| assert!(poll(call.as_mut()).is_pending()));
    }
    let running = |snapshot: &Snapshot| snapshot.find(&["began here", "moves"]).expect("begun").running();
    assert_eq!(running(&snapshot()), 3);
    assert!(poll(calls[0].as_mut()).is_ready());
    drop(calls.pop());
    let snapshot = snapshot();
    assert_eq!(running(&snapshot), 1);
    assert_eq!(figures(&snapshot, &["began here", "moves"]), (0, ns(30), ns(30), ns(0), 3, 0));
    assert_eq!(figures(&snapshot, &["moves"]), (1, ns(0), ns(0), ns(30), 1, 1), "from its first poll on");
    drop(calls);
}

/// Values as in `exact_quantiles` of a sorted list, within the 1/64 that's promised.
#[test]
fn what_callers_waited_has_a_distribution_of_its_own() {
    let _turn = script();
    let calls = |pauses: std::ops::RangeInclusive<u64>| {
        pauses.for_each(|pause| run(step(10).timed("waits"), pause * 1_000));
    };
    calls(1..=100);
    let first = snapshot();
    let node = first.find(&["waits"]).expect("called");
    let near = |found: Duration, exact: u64| found.as_nanos().abs_diff(u128::from(exact)) * 64 <= u128::from(exact);
    assert_eq!((node.wall(), node.wall_mean()), (ns(5_051_000), ns(50_510)));
    assert!(near(node.wall_quantile(0.5), 50_010) && near(node.wall_quantile(0.99), 99_010), "{:?}", node.data().tasks);
    assert_eq!(
        (node.wall_max(), node.wall_quantile(0.0), node.wall_quantile(1.0)),
        (ns(100_010), ns(1_010), ns(100_010))
    );
    // Busy time is another thing.
    assert_eq!((node.mean(), node.max(), node.quantile(0.99)), (ns(10), ns(10), ns(10)));
    // An interval has its own, exactly.
    calls(200..=201);
    let interval = snapshot().since(&first);
    let node = interval.find(&["waits"]).expect("called");
    assert_eq!((node.wall(), node.wall_max(), node.wall_quantile(0.0)), (ns(401_020), ns(201_010), ns(200_010)));
    let text = instrument::report().to_string();
    let row = text.lines().rfind(|line| line.starts_with("waits ")).unwrap_or_else(|| panic!("{text}"));
    assert!(row.contains("201 µs") && row.contains("10 ns"), "{text}");
}

#[test]
fn a_cancelled_call_is_no_success_and_keeps_its_time() {
    struct Costly;
    impl Drop for Costly {
        fn drop(&mut self) {
            let _span = scope!("destructor");
            pass(100);
        }
    }
    #[timer("cancelled")]
    async fn cancelled() {
        let _costly = Costly;
        inner(10).await;
    }
    let _turn = script();
    let mut future = Box::pin(cancelled());
    assert!(poll(future.as_mut()).is_pending());
    pass(5_000);
    drop(future);
    // Never polled: never begun.
    drop(cancelled());
    let snapshot = snapshot();
    // What it drops is part of it.
    assert_eq!(figures(&snapshot, &["cancelled"]), (0, ns(110), ns(0), ns(0), 1, 1));
    assert_eq!(figures(&snapshot, &["cancelled", "inner"]), (0, ns(10), ns(10), ns(0), 1, 1));
    assert_eq!(figures(&snapshot, &["cancelled", "destructor"]).1, ns(100));
    let node = snapshot.find(&["cancelled"]).expect("begun");
    assert_eq!((node.running(), node.mean(), node.max()), (0, ns(0), ns(0)));
    // Of whom it kept waiting, that's what was waited.
    assert_eq!(node.cancelled_wall(), ns(5_010));
    let text = instrument::report().to_string();
    assert!(text.lines().any(|line| line.starts_with("Async") && line.ends_with("Cancelled  Avg cancelled")), "{text}");
    assert!(text.lines().any(|line| line.starts_with("cancelled ") && line.ends_with("1        5.01 µs")), "{text}");
}

#[test]
fn a_call_that_is_dropped_on_a_thread_that_polled_none_was_cancelled() {
    let _turn = script();
    #[timer("left elsewhere")]
    async fn left_elsewhere() {
        std::future::pending::<()>().await;
    }
    let mut future = Box::pin(left_elsewhere());
    assert!(poll(future.as_mut()).is_pending());
    std::thread::spawn(move || drop(future)).join().expect("no panic");
    let node = snapshot();
    let node = node.find(&["left elsewhere"]).expect("it began");
    assert_eq!((node.polls(), node.cancelled(), node.running()), (1, 1, 0));
}

#[test]
fn a_poll_that_unwinds_ends_its_span_and_the_call_was_cancelled() {
    let _turn = script();
    let mut future = Box::pin(
        async {
            let _span = scope!("unwound");
            pass(5);
            std::panic::resume_unwind(Box::new(()));
        }
        .timed("unwinds"),
    );
    let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _: Poll<()> = poll(future.as_mut());
    }));
    assert!(polled.is_err());
    drop(future);
    let snapshot = snapshot();
    assert_eq!(figures(&snapshot, &["unwinds"]), (0, ns(5), ns(0), ns(0), 1, 1));
    drop(scope!("after unwinding"));
    assert!(instrument::snapshot().find(&["after unwinding"]).is_some(), "back at the top");
}

#[test]
fn a_stream_is_one_call_from_its_first_poll_to_its_end() {
    let _turn = script();
    let numbers = || stream::iter(0..3).then(|n| async move { step(5).map_to(n).await });
    let collected: Vec<u32> = run(Box::pin(numbers().timed_stream("stream")).collect(), 100);
    assert_eq!(collected, [0, 1, 2]);
    // Polls: three suspended, three with an item, and the end.
    let full = snapshot();
    assert_eq!(figures(&full, &["stream"]), (1, ns(15), ns(15), ns(315), 7, 0));
    let first: Option<u32> = run(async { Box::pin(numbers().timed_stream("stream")).next().await }, 100);
    assert_eq!(first, Some(0));
    assert_eq!(figures(&snapshot(), &["stream"]).5, 1, "dropped before its end");
    assert_eq!(numbers().timed_stream("hint").size_hint(), numbers().size_hint());
}

trait MapTo: Future<Output = ()> + Sized {
    fn map_to<T>(self, value: T) -> impl Future<Output = T> {
        async move {
            self.await;
            value
        }
    }
}

impl MapTo for Step {}

#[test]
fn sampled_and_folded_calls_are_all_counted() {
    #[timer("async sampled", sample = 4)]
    async fn sampled(busy: u64) {
        step(busy).await;
        drop(scope!("below sampled"));
    }
    #[timer("async folded", recursion = "fold")]
    async fn folded(depth: u32) {
        step(10).await;
        if depth > 0 {
            Box::pin(folded(depth - 1)).await;
        }
    }
    let _turn = script();
    (1..=8).for_each(|call| run(sampled(call * 10), 1));
    run(folded(3), 1_000);
    // A ninth one, and a tenth, which isn't timed: both are given up.
    for _ in 0..2 {
        let mut cancelled = Box::pin(sampled(0));
        assert!(poll(cancelled.as_mut()).is_pending());
    }
    let snapshot = snapshot();
    let node = snapshot.find(&["async sampled"]).expect("recorded");
    // Timed: the 1st and the 5th.
    assert_eq!((node.count(), node.min(), node.max(), node.running()), (8, ns(10), ns(50), 0));
    assert_eq!(node.total(), ns(240), "four times what was timed");
    assert_eq!(node.cancelled(), 2);
    assert_eq!(snapshot.find(&["async sampled", "below sampled"]).expect("nested").count(), 8);
    let node = snapshot.find(&["async folded"]).expect("recorded");
    assert_eq!((node.count(), node.max(), node.total(), node.running()), (4, ns(40), ns(40), 0));
    assert_eq!(node.children().count(), 0);
}

#[test]
fn a_tasks_own_clock_stands_still_while_it_is_suspended() {
    let _turn = script();
    let outside = task_perf_counter();
    pass(50);
    assert_eq!(task_perf_counter() - outside, ns(50), "outside of tasks it's the wall's");
    #[timer("task clock")]
    async fn task() -> Duration {
        let start = task_perf_counter();
        pass(7);
        step(10).await;
        let inner = async {
            let start = task_perf_counter();
            step(20).await;
            task_perf_counter() - start
        };
        assert_eq!(inner.timed("same task").await, ns(20));
        let before = task_perf_counter();
        pass(0);
        let across = async { task_perf_counter() - before };
        assert_eq!(across.timed("the outer one's time goes on").await, ns(0));
        task_perf_counter() - start
    }
    assert_eq!(run(task(), 1_000), ns(37));
    // Two tasks taking turns on one thread, as in a local set inside an instrumented future.
    let both = async {
        let start = task_perf_counter();
        let mut other = Box::pin(task());
        let waker = task::Waker::from(std::sync::Arc::new(Ignored));
        while other.as_mut().poll(&mut task::Context::from_waker(&waker)).is_pending() {
            pass(1);
        }
        task_perf_counter() - start
    };
    assert_eq!(run(both.timed("drives another"), 0), ns(39), "it was busy driving the other one");
}

struct Ignored;

impl task::Wake for Ignored {
    fn wake(self: std::sync::Arc<Self>) {}
}

#[test]
fn perf_timers_by_the_tasks_clock_leave_suspension_out() {
    let _turn = script();
    let by_hand = PerfTimer::builder("by hand").clock(clock::Task).log_fn(|_| {}).build().expect("valid");
    let around = async {
        by_hand.time_async(inner(10)).await;
        let _run = by_hand.start();
        pass(5);
        step(10).await;
    };
    run(around.timed("around"), 1_000);
    assert_eq!(by_hand.summary().expect("two runs"), "timer \"by hand\": avg 19 ns ± 4 ns, max 23 ns in 2 runs");
}

#[test]
fn futures_grow_by_64_bytes_at_most() {
    async fn plain(a: &str, b: Vec<u8>, c: [u64; 9]) -> usize {
        step(1).await;
        a.len() + b.len() + c.len()
    }
    #[timer]
    async fn timed(a: &str, b: Vec<u8>, c: [u64; 9]) -> usize {
        step(1).await;
        a.len() + b.len() + c.len()
    }
    let (plain, timed) = (plain("", Vec::new(), [0; 9]), timed("", Vec::new(), [0; 9]));
    assert!(size_of_val(&timed) <= size_of_val(&plain) + 64, "{} {}", size_of_val(&timed), size_of_val(&plain));
    assert_eq!(size_of_val(&step(1).timed("")), size_of::<Step>() + 48);
    fn send<T: Send>(_: &T) {}
    send(&timed);
    send(&step(1).timed("").in_context(Context::current()));
}

#[test]
fn deep_nesting_stays_within_the_compilers_limits() {
    fn deeper(depth: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
        Box::pin(async move { if depth == 0 { 0 } else { deeper(depth - 1).timed("deep").await + 1 } })
    }
    let _turn = script();
    let stack = std::thread::Builder::new().stack_size(64 << 20);
    let depth = stack.spawn(|| run(deeper(2_000), 0)).expect("started").join();
    assert_eq!(depth.expect("no panic"), 2_000);
    // Past the limit of depth calls fold into the node they are in, and that's said.
    assert!(snapshot().lost().too_deep > 0);
}

#[test]
fn active_lists_open_spans_and_if_asked_calls_that_wait() {
    let _turn = script();
    instrument::set_enabled(instrument::Switch::Tasks, true);
    let mut waiting = Box::pin(async { step(10).timed("waits").await }.timed("request"));
    assert!(poll(waiting.as_mut()).is_pending());
    instrument::set_enabled(instrument::Switch::Tasks, false);
    let mut unlisted = Box::pin(step(1).timed("not listed"));
    assert!(poll(unlisted.as_mut()).is_pending());
    pass(500);
    let _outer = scope!("active outer");
    pass(30);
    let _inner = scope!("active inner");
    pass(4);
    let active = instrument::active();
    let thread = active
        .threads()
        .iter()
        .find(|thread| thread.spans().first().is_some_and(|span| span.name() == "active outer"))
        .expect("this thread");
    let spans: Vec<_> = thread.spans().iter().map(|span| (span.name(), span.elapsed())).collect();
    assert_eq!(spans, [("active outer", Some(ns(34))), ("active inner", Some(ns(4)))]);
    let tasks: Vec<_> = active.tasks().iter().map(|task| (task.path().join("/"), task.waiting())).collect();
    assert_eq!(tasks, [("request".to_owned(), ns(535)), ("request/waits".to_owned(), ns(535))]);
    assert_eq!(active.tasks()[0].elapsed(), ns(545));
    let text = active.to_string();
    assert!(text.contains("\n  active outer  34 ns\n  |- active inner  4 ns\n"), "{text}");
    assert!(text.contains("waiting 535 ns of 545 ns  request > waits\n"), "{text}");
    instrument::set_enabled(instrument::Switch::Tasks, true);
    let mut later: Vec<_> = (0..3).map(|_| Box::pin(step(1).timed("many"))).collect();
    later.iter_mut().for_each(|call| assert!(poll(call.as_mut()).is_pending()));
    instrument::set_enabled(instrument::Switch::Tasks, false);
    pass(7);
    let text = instrument::active().to_string();
    assert!(
        text.contains("waiting 9 ns of 10 ns  active outer > active inner > many  (3 calls, this the longest)\n"),
        "{text}"
    );
    drop(later);
    drop(waiting);
    assert!(instrument::active().tasks().is_empty(), "what's dropped waits no more");
}
