//! A program with every attribute, macro and call that instrumented code may contain. `plain.rs` is the same without.
//!
//! The two are equal line by line: a line here is there, or there's an empty comment in its stead. Only where a timer is
//! called with the user's code, or something has to take its place, is the line another; a test sees to that.

use std::alloc::System;
use std::future::Future;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};

use instrument::FutureExt;
use instrument::clock::ThreadCpu;
use instrument::component::{self, Component};
use instrument::{Column, CountingAllocator, Observer, PerfTimer, Profiler, RemoteSummary, Switch, TraceContext, Unit};
use instrument::{checkpoints, main, perf_timer, print_mem, probe, timer};

#[global_allocator]
static ALLOCATOR: CountingAllocator<System> = CountingAllocator::with(System);

static TIMER: PerfTimer = PerfTimer::new("process thumbnail");

#[probe(redact(number, result))]
#[timer]
#[inline(never)]
fn function(number: u64) -> u64 {
    black_box(number).rotate_left(3) ^ 77
}

#[timer("named", sample = 64, recursion = "fold")]
#[inline(never)]
fn recursive(number: u64) -> u64 {
    if number < 2 { number } else { recursive(number - 1) + recursive(number - 2) }
}

#[probe("early", args(text))]
#[timer(name = "fails", recursion = "nest")]
#[inline(never)]
fn early(text: &str) -> Result<u64, std::num::ParseIntError> {
    let number: u64 = text.parse()?;
    Ok(number + 1)
}

#[probe]
#[timer]
#[inline(never)]
fn generic<T: Clone, const N: usize>(value: &T) -> Vec<T> {
    vec![value.clone(); N]
}

#[timer]
#[inline(never)]
unsafe extern "C" fn foreign(number: u64) -> u64 {
    black_box(number) / 3
}

struct Counter(u64);

#[timer]
impl Counter {
    #[inline(never)]
    fn new(start: u64) -> Self {
        Counter(black_box(start))
    }

    #[probe(inject)]
    #[timer(skip)]
    #[inline(never)]
    fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

trait Shape {
    #[timer]
    #[inline(never)]
    fn area(&self) -> u64 {
        black_box(12)
    }
}

impl Shape for Counter {}

#[timer]
mod inner {
    #[inline(never)]
    pub fn panics(divisor: u64) -> u64 {
        std::hint::black_box(100) / divisor
    }

    #[instrument::timer(skip)]
    pub fn skipped(number: u64) -> u64 {
        number + 1
    }
}

#[perf_timer]
#[inline(never)]
fn observed(number: u64) -> u64 {
    black_box(number) * 3
}

#[perf_timer("quantiles", observer = "histogram", quantiles = [0.5, 0.9], clock = "thread", log = log_line)]
#[inline(never)]
fn observed_in_full(number: u64) -> u64 {
    black_box(number) * 5
}

#[allow(dead_code, reason = "off, nobody calls it, and the attribute that names it is gone")]
fn log_line(line: &str) {
    black_box(line.len());
}

#[print_mem]
#[inline(never)]
fn allocates(length: usize) -> usize {
    black_box(vec![1_u8; length]).len()
}

#[print_mem("imported foo")]
#[timer]
#[perf_timer]
#[inline(never)]
fn has_it_all(length: usize) -> usize {
    black_box(vec![2_u16; length]).len()
}

struct GpuTime;

impl Component for GpuTime {
    type Reading = u64;
    const NAME: &'static str = "gpu_time";
    const DESCRIPTION: &'static str = "time that the device has worked";
    const UNIT: component::Unit = component::Unit::Seconds;

    fn read() -> Result<u64, component::Unavailable> {
        Err(component::Unavailable::new(Self::NAME, "there's no device"))
    }

    fn lap(start: &u64, end: &u64) -> f64 {
        (end - start) as f64 / 1e9
    }
}

#[timer(components(WallClock, crate::GpuTime))]
#[inline(never)]
fn measured(number: u64) -> u64 {
    let _marker = instrument::marker!(format!("never made: {number}"), PeakRss, crate::GpuTime);
    let _chosen = instrument::marker!("chosen");
    black_box(number) * 13
}

#[inline(never)]
fn metered(number: u64) -> u64 {
    component::register::<GpuTime>();
    if component::choose(&["gpu_time"]).is_err() || component::known().len() > 1 {
        println!("known")
    }
    instrument::set_throttle(Some(instrument::Throttle::new(10, std::time::Duration::from_micros(1))));
    let mut meter = component::Meter::<(component::WallClock, component::PageRss)>::new("part");
    let mut gpu = GpuTime::new("gpu").scope(component::Scope::Flat);
    let mut tracker = component::IntegerTracker::new("items");
    meter.push();
    meter.start();
    gpu.start();
    let result = black_box(number) * 17;
    tracker.store(-5);
    gpu.stop();
    meter.stop();
    meter.pop();
    if meter.get().0 > 0.0 || gpu.get() > 0.0 || gpu.error().is_some() || meter.laps() > 0 {
        println!("{meter} {gpu}")
    }
    result
}

#[probe]
#[timer]
#[inline(never)]
async fn waits(number: u64) -> u64 {
    std::future::ready(black_box(number)).await + 1
}

#[perf_timer(clock = "task")]
#[print_mem]
#[inline(never)]
async fn waits_twice(number: u64) -> u64 {
    waits(number).await + waits(number + 1).await
}

#[inline(never)]
fn scoped(numbers: &[u64]) -> u64 {
    let _function = instrument::scope!();
    let mut sum = 0;
    for number in numbers {
        let _number = instrument::scope!("db");
        sum += black_box(number);
        instrument::measure!("sum", sum);
        instrument::measure!("expensive", numbers.iter().map(|number| number * 7).sum::<u64>());
    }
    instrument::measure("numbers", numbers.len());
    sum
}

#[inline(never)]
fn timed_by_hand(number: u64) -> u64 {
    let _run = TIMER.start();
    let local = PerfTimer::builder("local").observer(Observer::histogram(&[0.5, 0.9])).clock(ThreadCpu).build();
    let logged = PerfTimer::builder(String::new())
        .observer(Observer::average())
        .log_fn(|line| {
            black_box(line.len());
        })
        .build();
    let result = TIMER.time(|| function(number)) + recursive(number);
    if let (Ok(local), Ok(timer)) = (&local, &logged) {
        timer.time(|| local.report())
    }
    if let Some(summary) = TIMER.summary() {
        println!("{summary} {}", TIMER.name())
    }
    if TIMER.stats().count > 0 {
        println!("{:?}", instrument::measure_overhead(Observer::stddev()))
    }
    TIMER.report();
    result
}

#[inline(never)]
async fn timed_wait(number: u64) -> u64 {
    TIMER.time_async(waits(number)).await
}

#[checkpoints("told", threshold_ms = 100)]
#[inline(never)]
fn told(number: u64) -> u64 {
    let doubled = black_box(number) * 2;
    if doubled == 22 {
        return 5;
    }
    doubled + 1
}

#[checkpoints]
#[inline(never)]
async fn told_later(number: u64) -> u64 {
    let before = black_box(number) * 3;
    std::future::ready(before).await + 2
}

#[inline(never)]
fn profiled(number: u64) -> u64 {
    let profiler = Profiler::new("request").threshold(std::time::Duration::from_millis(1)).sink(|line| {
        black_box(line.len());
    });
    let result = black_box(number) * 11;
    profiler.mark("multiply");
    profiler.mark(format_args!("never formatted: {result}"));
    let immediate = instrument::profiler!(format!("never made: {number}")).immediate().disabled(number == 0);
    immediate.mark(number);
    immediate.finish("done");
    let caller = TraceContext::from_header("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let server = Profiler::with_parent("server", &caller);
    if server.context().is_sampled() {
        println!("sampled {}", server.context())
    }
    profiler.mark_remote("call", "1;1;x;0".parse::<RemoteSummary>().ok());
    if let Some(summary) = server.summarize() {
        println!("{summary}")
    }
    result
}

#[inline(never)]
async fn profiled_task(number: u64) -> u64 {
    Profiler::task(told_later(number)).await
}

#[inline(never)]
fn attached(number: u64) -> u64 {
    let context = instrument::Context::current();
    let _attached = context.attach();
    if instrument::task_perf_counter() > std::time::Duration::ZERO {
        println!("busy")
    }
    let work = context.wrap(move || function(number));
    work()
}

#[inline(never)]
async fn carried(number: u64) -> u64 {
    waits(attached(number)).timed("carried").in_context(instrument::Context::current()).await
}

#[inline(never)]
fn reads(number: u64) -> u64 {
    instrument::set_enabled(Switch::Timers | Switch::Memory | Switch::Probes, false);
    if instrument::is_enabled(Switch::Timers) {
        println!("on")
    }
    if instrument::log_metrics(std::time::Duration::from_secs(10)) {
        println!("printed")
    }
    instrument::print_mem("imported foo");
    instrument::report()
        .columns([Column::Avg, Column::Quantile(0.5)])
        .unit(Unit::Auto)
        .width(80)
        .rows(9)
        .title("t")
        .print();
    instrument::reset();
    if let Ok(serving) = instrument::serve() {
        serving.stop();
    }
    black_box(number) + 1
}

#[inline(never)]
fn block_on(future: impl Future<Output = u64>) -> u64 {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

#[main(interval_seconds = 10, report = true, signals)]
fn main() {
    let mut counter = Counter::new(5);
    let mut sum = function(1) + recursive(5) + counter.next() + counter.area() + observed(2) + observed_in_full(3);
    sum += early(&black_box(String::from("12"))).unwrap_or(0) + inner::panics(black_box(4)) + inner::skipped(5);
    sum += (generic::<u64, 3>(&sum).len() + generic::<String, 2>(&String::new()).len()) as u64;
    sum += (allocates(100) + has_it_all(100)) as u64 + scoped(&[1, 2, 3]) + timed_by_hand(4) + reads(5);
    sum += measured(12) + metered(13);
    sum += told(9) + profiled(10) + block_on(profiled_task(11));
    sum += block_on(waits(6)) + block_on(waits_twice(7)) + block_on(timed_wait(8)) + block_on(carried(9));
    let call: unsafe extern "C" fn(u64) -> u64 = foreign;
    black_box((sum, call));
}
