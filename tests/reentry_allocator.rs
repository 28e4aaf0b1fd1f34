//! A program whose allocator is annotated, with each attribute in turn and with all of them: it does what it does without,
//! from before `main` to its end, and what the toolkit allocates itself isn't recorded, but counted.
#![cfg(unix)]
#![expect(unsafe_code, reason = "has an allocator, and asks the environment before Rust can")]

#[path = "scripted/child.rs"]
mod child;

use instrument::component::{Chosen, Marker, WallClock};
use instrument::{
    Context, CountingAllocator, FutureExt, PerfTimer, Profiler, checkpoints, marker, measure, perf_timer, print_mem,
    probe, profiler, report, scope, snapshot, storage, timer,
};
use std::alloc::{GlobalAlloc, Layout};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::task::{self, Waker};

static INNER: CountingAllocator = CountingAllocator::new();

/// The three methods, with these attributes.
macro_rules! annotated {
    ($($module:ident: $(#[$attribute:meta])* { $($first:tt)* })*) => {
        $(
            mod $module {
                use super::*;

                $(#[$attribute])*
                pub unsafe fn alloc(layout: Layout) -> *mut u8 {
                    $($first)*
                    // SAFETY: the caller's promise.
                    unsafe { INNER.alloc(layout) }
                }

                $(#[$attribute])*
                pub unsafe fn dealloc(block: *mut u8, layout: Layout) {
                    $($first)*
                    // SAFETY: the caller's promise.
                    unsafe { INNER.dealloc(block, layout) }
                }

                $(#[$attribute])*
                pub unsafe fn realloc(block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
                    $($first)*
                    // SAFETY: the caller's promise.
                    unsafe { INNER.realloc(block, layout, size) }
                }
            }
        )*

        /// Which of them this process has.
        fn kind() -> &'static str {
            const NAMES: &[&str] = &["", $(stringify!($module)),*];
            static KIND: AtomicU8 = AtomicU8::new(u8::MAX);
            if KIND.load(Relaxed) == u8::MAX {
                // SAFETY: the name ends with a zero, and nobody changes the environment.
                let asked = unsafe { libc::getenv(c"TEST_ALLOCATOR".as_ptr()) };
                // SAFETY: it isn't null, and ends with a zero.
                let asked = if asked.is_null() { c"" } else { unsafe { std::ffi::CStr::from_ptr(asked) } };
                let at = NAMES.iter().position(|name| name.as_bytes() == asked.to_bytes());
                KIND.store(at.unwrap_or(0) as u8, Relaxed);
            }
            NAMES[KIND.load(Relaxed) as usize]
        }

        // SAFETY: all goes to an allocator, and nothing is added that unwinds.
        unsafe impl GlobalAlloc for Annotated {
            unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
                CALLS.fetch_add(1, Relaxed);
                // SAFETY: the caller's promise.
                unsafe {
                    match kind() {
                        $(name if name == stringify!($module) => $module::alloc(layout),)*
                        _ => INNER.alloc(layout),
                    }
                }
            }

            unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
                // SAFETY: the caller's promise.
                unsafe {
                    match kind() {
                        $(name if name == stringify!($module) => $module::dealloc(block, layout),)*
                        _ => INNER.dealloc(block, layout),
                    }
                }
            }

            unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
                // SAFETY: the caller's promise.
                unsafe {
                    match kind() {
                        $(name if name == stringify!($module) => $module::realloc(block, layout, size),)*
                        _ => INNER.realloc(block, layout, size),
                    }
                }
            }
        }
    };
}

annotated! {
    timed: #[timer] {}
    sampled: #[timer(sample = 3)] {}
    folded: #[timer(recursion = "fold")] {}
    components: #[timer(components(WallClock, HeapBytes))] {}
    perf_timed: #[perf_timer] {}
    printed: #[print_mem] {}
    checked: #[checkpoints] {}
    probed: #[probe] {}
    scoped: { let _scope = scope!("scoped"); }
    named: { let name = std::hint::black_box("named, at run time"); let _scope = scope!(name); }
    measured: { measure!("measured", 1.0); }
    measured_by_name: { instrument::measure("measured by name", 1.0); }
    marked: { let _marker = marker!("marked", WallClock); }
    metered: { let mut meter = Marker::<Chosen>::new("metered"); let _ = &mut meter; }
    profiled: { let profiler = profiler!("profiled"); profiler.mark("a step"); }
    attached: { let _attached = Context::default().attach(); }
    polled: { poll_once(async {}.timed("polled")); }
    reported: { let _ = STARTED.start(); }
    all: #[timer] #[perf_timer] #[print_mem] #[checkpoints] #[probe] {}
}

static STARTED: PerfTimer = PerfTimer::new("started by the allocator");
/// Of any kind.
static CALLS: AtomicU64 = AtomicU64::new(0);

struct Annotated;

#[global_allocator]
static ALLOCATOR: Annotated = Annotated;

fn poll_once<F: Future<Output = ()>>(future: F) {
    assert!(pin!(future).poll(&mut task::Context::from_waker(Waker::noop())).is_ready());
}

#[timer]
fn busy(round: u64) -> u64 {
    let text: String = (0..20).map(|n| format!("{n}")).collect();
    text.len() as u64 + round
}

#[perf_timer]
fn perf_busy() -> Vec<u64> {
    (0..100).collect()
}

#[checkpoints]
fn steps() -> usize {
    let mut list = vec![1];
    list.extend([2, 3]);
    let boxes: Vec<_> = list.iter().map(Box::new).collect();
    boxes.len()
}

/// What a program does with the toolkit.
fn work() {
    let before = CALLS.load(Relaxed);
    // With everything on it, a call takes a thousand times as long, and one round makes enough of them.
    let rounds = if kind() == "all" { 1 } else { 5 };
    let round = move |thread: u64| {
        for n in 0..rounds {
            let _round = scope!("round");
            assert_eq!(busy(n), 30 + n);
            assert_eq!((perf_busy().len(), steps()), (100, 3));
            let _named = scope!(format!("name {n}"));
            measure!("a measurement", n);
            instrument::measure(&format!("measurement {thread}"), n);
            drop(marker!("a marker", WallClock, HeapBytes));
            poll_once(async { drop(vec![1]) }.timed("a future"));
        }
        let profiler = Profiler::new("a profiler").sink(|_| ());
        profiler.mark(format_args!("{:>100}", "a long label"));
        drop(profiler);
    };
    let context = Context::current();
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            std::thread::spawn(move || {
                let _attached = context.attach();
                round(thread);
            })
        })
        .collect();
    for _ in 0..5 {
        let _ = (snapshot(), report().to_string(), instrument::active(), storage::<WallClock>().tree());
    }
    round(9);
    print_mem("a line");
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));

    let snapshot = snapshot();
    let calls = |name: &str| snapshot.nodes().filter(|node| node.name() == name).map(|node| node.count()).sum::<u64>();
    let all = [("round", rounds), ("busy", rounds), ("name 0", 1), ("a marker", rounds), ("a future", rounds)];
    for (name, on_each_thread) in all {
        assert_eq!(calls(name), 5 * on_each_thread, "{name}: {:?}", snapshot.lost());
    }
    let values: BTreeMap<_, _> = snapshot.measurements().iter().map(|one| (one.name(), one.count())).collect();
    assert_eq!((values["a measurement"], values["measurement 9"]), (5 * rounds, rounds));
    let lost = snapshot.lost();
    let recorded = match kind() {
        "" => {
            assert!(lost.is_empty(), "{lost:?}");
            return;
        }
        "perf_timed" | "printed" | "checked" | "probed" | "profiled" | "attached" | "reported" => 0,
        "measured" => values["measured"],
        "measured_by_name" => values["measured by name"],
        "scoped" => calls("scoped"),
        "named" => calls("named, at run time"),
        "marked" => calls("marked"),
        "metered" => calls("metered"),
        "polled" => calls("polled"),
        _ => calls("alloc"),
    };
    let made = CALLS.load(Relaxed) - before;
    eprintln!("{}: {recorded} of {made} recorded, {lost:?}", kind());
    assert!(lost.inside > 0, "the toolkit has allocated");
    assert!(!matches!(kind(), "timed" | "scoped" | "measured") || recorded > made / 10, "{recorded} of {made}");
}

#[test]
fn an_annotated_allocator_is_an_allocator() {
    const TEST: &str = "an_annotated_allocator_is_an_allocator";
    let kinds = [
        "",
        "timed",
        "sampled",
        "folded",
        "components",
        "perf_timed",
        "printed",
        "checked",
        "probed",
        "scoped",
        "named",
        "measured",
        "measured_by_name",
        "marked",
        "metered",
        "profiled",
        "attached",
        "polled",
        "reported",
        "all",
    ];
    for kind in kinds {
        // Components with all spans and lists of tasks take the careful way.
        for more in [&[][..], &[("INSTRUMENT_COMPONENTS", "heap_bytes,trip_count"), ("INSTRUMENT_TASKS", "on")]] {
            let variables = [
                &[("TEST_ALLOCATOR", kind), ("INSTRUMENT_OUTPUT", "/dev/null"), ("INSTRUMENT_PROFILE", "*")][..],
                more,
            ];
            let text = child::run(TEST, &variables.concat(), || {
                if matches!(self::kind(), "probed" | "all") {
                    probe_all();
                }
                work();
            });
            println!("{text}");
        }
    }
}

/// Something that looks at each argument, at each event.
fn probe_all() {
    for function in ["alloc", "dealloc", "realloc"] {
        let probe = probe::attach_to(&format!("reentry_allocator::{}::{function}", kind())).expect("a target");
        let seen = probe::Custom::new([probe::Event::Call, probe::Event::Return], |call| {
            drop(format!("{call:?}"));
            Ok(())
        });
        probe.instrument("seen", seen).expect("it fits");
        probe.instrument("log", probe::LogInstrument::new("log", "layout").sink(probe::Null)).expect("it fits");
        probe.instrument("count", probe::HistogramInstrument::new("count", "1").sink(probe::Report)).expect("it fits");
        probe.start();
    }
}

#[test]
fn an_allocator_that_is_annotated_and_switched_off_loses_nothing() {
    let text = child::run(
        "an_allocator_that_is_annotated_and_switched_off_loses_nothing",
        &[("TEST_ALLOCATOR", "all"), ("INSTRUMENT", "off")],
        || {
            assert_eq!(busy(1), 31);
            assert!(snapshot().lost().is_empty(), "{:?}", snapshot().lost());
        },
    );
    assert_eq!(text, "");
}
