//! The cases: ours, what people write by hand, and the same work without either.

use super::switches::{left_out, switched_off, throttled};
use crate::harness::Case;
use hdrhistogram::Histogram;
use instrument::__private::{Location, Site};
use instrument::{
    Context, FutureExt, Observer, PerfTimer, Profiler, Switch, checkpoints, measure, print_mem, profiler, set_enabled,
    timer,
};
use std::cell::Cell;
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Barrier, LazyLock, Mutex};
use std::task::{self, Poll, Waker};
use std::time::{Duration, Instant};

#[inline(never)]
fn plain(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
fn two_tsc_reads(x: u64) -> u64 {
    let start = tsc();
    let result = black_box(x) + 1;
    black_box(tsc() - start);
    result
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "what ours is compared to")]
#[inline(always)]
fn tsc() -> u64 {
    // SAFETY: `rdtsc` has no preconditions.
    unsafe { std::arch::x86_64::_rdtsc() }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn tsc() -> u64 {
    static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    ORIGIN.elapsed().as_nanos() as u64
}

#[inline(never)]
#[timer("flat")]
fn flat(x: u64) -> u64 {
    black_box(x) + 1
}

macro_rules! nested {
    ($($name:ident, $plain:ident => $next:ident, $plain_next:ident;)*) => { $(
        #[inline(never)]
        #[timer]
        fn $name(x: u64) -> u64 {
            $next(x) + 1
        }

        #[inline(never)]
        fn $plain(x: u64) -> u64 {
            $plain_next(x) + 1
        }
    )* };
}
nested! {
    first, plain_first => second, plain_second;
    second, plain_second => third, plain_third;
    third, plain_third => flat, plain;
}

/// One of `sites`, which differ as annotated functions would.
#[inline(never)]
fn at(site: &'static Site, x: u64) -> u64 {
    let _span = site.enter();
    black_box(x) + 1
}

pub fn sites(count: usize) -> Vec<&'static Site> {
    let site = |index| -> &'static Site {
        let name = Box::leak(format!("site {index}").into_boxed_str());
        Box::leak(Box::new(Site::new(Some(name), Location::new("bench", file!(), 1, 1, || "bench::site"))))
    };
    (0..count).map(site).collect()
}

fn round_robin(count: usize) -> Box<dyn FnMut(u64)> {
    let sites = sites(count);
    Box::new(move |calls| {
        for (call, site) in (0..calls).zip(sites.iter().cycle()) {
            black_box(at(site, call));
        }
    })
}

fn plain_round_robin(count: usize) -> Box<dyn FnMut(u64)> {
    let sites = sites(count);
    Box::new(move |calls| {
        for (call, site) in (0..calls).zip(sites.iter().cycle()) {
            black_box(site);
            black_box(plain(call));
        }
    })
}

/// 21,891 calls.
#[timer]
fn fib(n: u64) -> u64 {
    if n < 2 { black_box(n) } else { fib(n - 1) + fib(n - 2) }
}

fn plain_fib(n: u64) -> u64 {
    if n < 2 { black_box(n) } else { plain_fib(n - 1) + plain_fib(n - 2) }
}

const FIB: (u64, u64) = (20, 21_891);

#[inline(never)]
#[timer("sampled", sample = 64)]
fn sampled(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
#[timer(sample = 64)]
fn sampled_too(x: u64) -> u64 {
    black_box(x) + 1
}

macro_rules! nested_otherwise {
    ($($name:ident => $next:ident by $timer:meta;)*) => { $(
        #[inline(never)]
        #[$timer]
        fn $name(x: u64) -> u64 {
            $next(x) + 1
        }
    )* };
}
nested_otherwise! {
    sampled_first => sampled_second by timer(sample = 64);
    sampled_second => sampled_third by timer(sample = 64);
    sampled_third => sampled by timer(sample = 64);
    short_first => short_second by timer;
    short_second => short_third by timer;
    short_third => short by timer;
}

#[inline(never)]
#[timer]
fn short(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
#[timer]
fn short_too(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
fn plain_too(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
fn measured(x: u64) -> u64 {
    measure!("bench", x);
    black_box(x) + 1
}

#[inline(never)]
fn memory_off(x: u64) -> u64 {
    print_mem("off");
    black_box(x) + 1
}

#[inline(never)]
fn profiler_off(x: u64) -> u64 {
    let profiler = profiler!("bench");
    let result = black_box(x) + 1;
    profiler.mark("a step");
    result
}

/// Marks of a run that isn't printed, since it's fast; what it takes to begin and end is one in a thousand.
fn marks(mark: fn(&Profiler, u64)) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        for _ in 0..calls / 1000 {
            let profiler = Profiler::new("bench").threshold(Duration::MAX);
            for call in 0..1000 {
                black_box(plain(call));
                mark(&profiler, call);
            }
        }
    })
}

#[inline(never)]
#[checkpoints]
fn three_lines(x: u64) -> u64 {
    let a = black_box(x) + 1;
    let b = black_box(a);
    b
}

thread_local! {
    static SUM: Cell<u64> = const { Cell::new(0) };
}

#[inline(never)]
fn instant_and_thread_local(x: u64) -> u64 {
    let start = Instant::now();
    let result = black_box(x) + 1;
    let elapsed = start.elapsed().as_nanos() as u64;
    SUM.with(|sum| sum.set(sum.get() + elapsed));
    result
}

#[inline(never)]
fn instant_and_atomics(x: u64) -> u64 {
    static TOTAL: AtomicU64 = AtomicU64::new(0);
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let start = Instant::now();
    let result = black_box(x) + 1;
    TOTAL.fetch_add(start.elapsed().as_nanos() as u64, Relaxed);
    CALLS.fetch_add(1, Relaxed);
    result
}

#[inline(never)]
fn instant_and_histogram(x: u64) -> u64 {
    static HISTOGRAM: LazyLock<Mutex<Histogram<u64>>> =
        LazyLock::new(|| Mutex::new(Histogram::new(2).expect("2 digits are allowed")));
    let start = Instant::now();
    let result = black_box(x) + 1;
    let elapsed = start.elapsed().as_nanos() as u64;
    HISTOGRAM.lock().expect("not poisoned").record(elapsed).expect("an auto-resizing histogram takes all");
    result
}

fn perf_timer(observer: Observer) -> Box<dyn FnMut(u64)> {
    let timer = PerfTimer::builder("bench").observer(observer).log_fn(|_| {}).build().expect("valid quantiles");
    Box::new(move |calls| {
        for call in 0..calls {
            black_box(timer.time(|| plain(call)));
        }
    })
}

/// Keeps the thread on one core: for threads that live for milliseconds, the scheduler may leave a core idle.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "std has no affinity")]
fn stay_on(core: usize) {
    // SAFETY: a set of zeros is a valid empty set; `CPU_SET` stays inside it for core 0 and 1; the set outlives the call.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut set);
        libc::sched_setaffinity(0, size_of_val(&set), &raw const set);
    }
}

#[cfg(not(target_os = "linux"))]
fn stay_on(_: usize) {}

/// Both threads' calls are made at the same time; the figure is one thread's.
fn two_threads(function: fn(u64) -> u64) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        let barrier = Barrier::new(2);
        std::thread::scope(|scope| {
            for core in 0..2 {
                let barrier = &barrier;
                scope.spawn(move || {
                    stay_on(core);
                    barrier.wait();
                    for call in 0..calls {
                        black_box(function(call));
                    }
                });
            }
        });
    })
}

pub fn repeat(function: fn(u64) -> u64) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        for call in 0..calls {
            black_box(function(call));
        }
    })
}

/// Never ready.
struct Endless;

impl Future for Endless {
    type Output = ();

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

/// One future, polled again and again.
fn polls(future: impl Future<Output = ()> + 'static) -> Box<dyn FnMut(u64)> {
    let mut future = Box::pin(future);
    Box::new(move |calls| {
        let mut cx = task::Context::from_waker(Waker::noop());
        for _ in 0..calls {
            black_box(future.as_mut().poll(&mut cx).is_pending());
        }
    })
}

/// Polls of a call that `active()` would find.
fn listed_polls() -> Box<dyn FnMut(u64)> {
    set_enabled(Switch::Tasks, true);
    let mut run = polls(Endless.timed("poll, listed"));
    run(1);
    set_enabled(Switch::Tasks, false);
    run
}

#[inline(never)]
async fn plain_async(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
#[timer]
async fn timed_async(x: u64) -> u64 {
    black_box(x) + 1
}

/// Calls that are ready at their first poll.
fn async_calls<F: Future<Output = u64> + 'static>(function: fn(u64) -> F) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        let mut cx = task::Context::from_waker(Waker::noop());
        for call in 0..calls {
            let future = pin!(function(call));
            black_box(future.poll(&mut cx).is_ready());
        }
    })
}

/// Ready at its second poll.
struct Second(bool);

impl Future for Second {
    type Output = ();

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

#[inline(never)]
async fn plain_async_twice(x: u64) -> u64 {
    Second(false).await;
    black_box(x) + 1
}

#[inline(never)]
#[timer]
async fn timed_async_twice(x: u64) -> u64 {
    Second(false).await;
    black_box(x) + 1
}

/// Calls that are ready at their second poll.
fn async_calls_twice<F: Future<Output = u64> + 'static>(function: fn(u64) -> F) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        let mut cx = task::Context::from_waker(Waker::noop());
        for call in 0..calls {
            let mut future = pin!(function(call));
            black_box(future.as_mut().poll(&mut cx).is_pending());
            black_box(future.poll(&mut cx).is_ready());
        }
    })
}

/// Another thread's context, attached around a plain call.
fn attach() -> Box<dyn FnMut(u64)> {
    let context = std::thread::spawn(|| {
        let _span = instrument::scope!("elsewhere");
        Context::current()
    });
    let context = context.join().expect("no panic");
    Box::new(move |calls| {
        for call in 0..calls {
            let _attached = context.attach();
            black_box(plain(call));
        }
    })
}

pub fn all() -> Vec<Case> {
    let case =
        |name, plain: &'static str, run| Case { name, plain: (!plain.is_empty()).then_some(plain), longer: 1, run };
    let longer = |case| Case { longer: 20, ..case };
    let per_span = |function: fn(u64) -> u64| -> Box<dyn FnMut(u64)> {
        let mut run = repeat(function);
        Box::new(move |calls| run(calls / 4))
    };
    let fibs = |function: fn(u64) -> u64| -> Box<dyn FnMut(u64)> {
        Box::new(move |calls| {
            for _ in 0..(calls / FIB.1).max(1) {
                black_box(function(FIB.0));
            }
        })
    };
    let cases = vec![
        case("plain call", "", repeat(plain)),
        case("two TSC reads", "plain call", repeat(two_tsc_reads)),
        // A switch writes to each of the 10,000 sites that other cases make.
        Case { longer: 200, ..case("switched off", "plain call", switched_off(Switch::Timers, flat)) },
        case("left out", "plain call", left_out()),
        case("flat", "plain call", repeat(flat)),
        case("nested 4, plain", "", per_span(plain_first)),
        case("nested 4, per span", "nested 4, plain", per_span(first)),
        case("100 siblings, plain", "", plain_round_robin(100)),
        case("100 siblings", "100 siblings, plain", round_robin(100)),
        case("10,000 siblings, plain", "", plain_round_robin(10_000)),
        case("10,000 siblings", "10,000 siblings, plain", round_robin(10_000)),
        case("fib, plain", "", fibs(plain_fib)),
        case("fib", "fib, plain", fibs(fib)),
        longer(case("2 threads, plain", "", two_threads(plain))),
        longer(case("2 threads", "2 threads, plain", two_threads(flat))),
        case("sampled 1/64", "plain call", repeat(sampled)),
        case("sampled, nested 4, per span", "nested 4, plain", per_span(sampled_first)),
        case("sampled, 2 in turn", "2 in turn, plain", in_turn(sampled, sampled_too)),
        case("2 in turn, plain", "", in_turn(plain, plain_too)),
        longer(case("throttled", "plain call", throttled(repeat(short)))),
        longer(case("throttled, nested 4, per span", "nested 4, plain", throttled(per_span(short_first)))),
        longer(case("throttled, 2 in turn", "2 in turn, plain", throttled(in_turn(short, short_too)))),
        case("poll, plain", "", polls(Endless)),
        case("poll", "poll, plain", polls(Endless.timed("poll"))),
        case("poll, listed", "poll, plain", listed_polls()),
        case("async call, plain", "", async_calls(plain_async)),
        case("async call", "async call, plain", async_calls(timed_async)),
        case("async call, 2 polls, plain", "", async_calls_twice(plain_async_twice)),
        case("async call, 2 polls", "async call, 2 polls, plain", async_calls_twice(timed_async_twice)),
        case("attach", "plain call", attach()),
        case("PerfTimer average", "plain call", perf_timer(Observer::average())),
        case("PerfTimer stddev", "plain call", perf_timer(Observer::stddev())),
        case("PerfTimer histogram", "plain call", perf_timer(Observer::histogram(&[0.5, 0.9]))),
        case("measure!", "plain call", repeat(measured)),
        case("print_mem off", "plain call", switched_off(Switch::Memory, memory_off)),
        case("profiler! off", "plain call", repeat(profiler_off)),
        case("mark, literal", "plain call", marks(|profiler, _| profiler.mark("read the configuration"))),
        case("mark, formatted", "plain call", marks(|profiler, call| profiler.mark(format_args!("item {call}")))),
        case("#[checkpoints], 3 lines", "plain call", repeat(three_lines)),
        case("Instant + thread-local", "plain call", repeat(instant_and_thread_local)),
        case("Instant + 2 atomics", "plain call", repeat(instant_and_atomics)),
        case("Instant + Mutex<hdr>", "plain call", repeat(instant_and_histogram)),
    ];
    cases.into_iter().chain(crate::probes::all()).collect()
}

/// Two functions that are called in turn, so that neither's caller finds the one that it called last.
fn in_turn(one: fn(u64) -> u64, other: fn(u64) -> u64) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        for call in 0..calls / 2 {
            black_box(one(call));
            black_box(other(call));
        }
    })
}

/// Runs one case, for a tool that watches.
pub fn only(name: &str, calls: u64) {
    let mut case = all().into_iter().find(|case| case.name == name).expect("the name of a case");
    (case.run)(calls);
}
