//! What the counting allocator costs: a small block, allocated and freed, with it and without, by one thread and by two at once,
//! and with the live profile on; and a span where it counts by call path, beside two readings of the TSC.
//!
//! `cargo bench --bench memory` prints the table. Both take turns in every round, so that a machine that slows down slows
//! down both; figures are medians, with the quartiles as spread.
#![expect(unsafe_code, reason = "allocators are called by hand, to have two in one program")]

use instrument::{CountingAllocator, memory, scope};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

/// Only so that there may be a live profile: what's measured is called by hand.
#[global_allocator]
static GLOBAL: CountingAllocator = CountingAllocator::new();

const ROUNDS: usize = 101;
const BLOCKS: u32 = 100_000;

fn main() {
    println!("{:<36} {:>8} {:>17} {:>7}", "allocate and free", "ns", "quartiles", "ratio");
    rows(&[(8, 1, false), (8, 1, true), (64, 1, true), (1024, 1, true), (8, 2, false), (8, 2, true)], "");
    spans();
    // As `INSTRUMENT_MEMORY=live` takes it. There's no way back from here: the table stays.
    memory::start_live_profile(512 * 1024).expect("the allocator counts");
    rows(&[(8, 1, false), (8, 1, true), (64, 1, true), (1024, 1, true), (8, 2, true)], ", live");
}

/// A line each for so many bytes, so many threads, in a span or not.
fn rows(cases: &[(usize, usize, bool)], profile: &str) {
    for &(bytes, threads, is_in_span) in cases {
        let layout = Layout::from_size_align(bytes, 8).expect("a small block");
        let counting = CountingAllocator::new();
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            times[0].push(by_each(threads, &|| time(&System, layout)));
            times[1].push(by_each(threads, &|| {
                let _span = is_in_span.then(|| scope!("allocates"));
                time(&counting, layout)
            }));
        }
        let by = if threads == 1 { String::new() } else { format!("{threads} threads, ") };
        let counted_where = if is_in_span { "counted, by path" } else { "counted" };
        let names = [("the system's", ""), (counted_where, profile)]
            .map(|(name, profile)| format!("{bytes} bytes, {by}{name}{profile}"));
        print(names.each_ref().map(String::as_str), times);
    }
}

/// Medians, quartiles, and the ratio to the first.
fn print(names: [&str; 2], times: [Vec<f64>; 2]) {
    let figures = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        [1, 2, 3].map(|quarter| times[ROUNDS * quarter / 4])
    });
    for (name, [low, median, high]) in names.into_iter().zip(figures) {
        println!("{name:<36} {median:>8.2} {low:>7.2} … {high:>7.2} {:>7.2}", median / figures[0][1]);
    }
}

/// A span of a path that has allocated, so that it has the columns.
#[cfg(target_arch = "x86_64")]
fn spans() {
    let counting = CountingAllocator::new();
    let layout = Layout::new::<u64>();
    {
        let _span = scope!("span");
        time(&counting, layout);
    }
    let repeated = |work: &dyn Fn()| {
        let start = Instant::now();
        (0..BLOCKS).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(BLOCKS)
    };
    // SAFETY: `rdtsc` has no preconditions.
    let tsc = || unsafe { std::arch::x86_64::_rdtsc() };
    let (readings, span) = (
        || {
            black_box((tsc(), tsc()));
        },
        || drop(black_box(scope!("span"))),
    );
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        times[0].push(repeated(&readings));
        times[1].push(repeated(&span));
    }
    print(["two readings of the TSC", "a span with columns of allocations"], times);
    assert!(instrument::snapshot().find(&["span"]).and_then(|node| node.column("alloc_blocks")).is_some());
}

#[cfg(not(target_arch = "x86_64"))]
fn spans() {}

/// What so many threads measure at the same time, on average.
fn by_each(threads: usize, measure: &(impl Fn() -> f64 + Sync)) -> f64 {
    if threads == 1 {
        return measure();
    }
    let begin = Barrier::new(threads);
    std::thread::scope(|scope| {
        let measured: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    begin.wait();
                    measure()
                })
            })
            .collect();
        measured.into_iter().map(|thread| thread.join().expect("it only measures")).sum::<f64>() / threads as f64
    })
}

/// As programs allocate: by a call of what the compiler makes of the global allocator, with its methods inlined there.
#[inline(never)]
unsafe fn alloc(allocator: &impl GlobalAlloc, layout: Layout) -> *mut u8 {
    // SAFETY: the caller's promise is ours.
    unsafe { allocator.alloc(layout) }
}

#[inline(never)]
unsafe fn dealloc(allocator: &impl GlobalAlloc, block: *mut u8, layout: Layout) {
    // SAFETY: the caller's promise is ours.
    unsafe { allocator.dealloc(block, layout) }
}

/// Nanoseconds a block.
fn time(allocator: &impl GlobalAlloc, layout: Layout) -> f64 {
    let start = Instant::now();
    for _ in 0..BLOCKS {
        // SAFETY: the layout isn't empty, and what's freed was just allocated with it.
        unsafe {
            let block = black_box(alloc(allocator, layout));
            dealloc(allocator, block, layout);
        }
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(BLOCKS)
}
