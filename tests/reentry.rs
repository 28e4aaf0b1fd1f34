//! Whatever the toolkit calls may be annotated, and so may what comes amid it: it's recorded, or counted as lost, and the
//! program goes on.
#![cfg(unix)]
#![expect(unsafe_code, reason = "sets timers, and keys with destructors, as C libraries do")]

#[path = "scripted/child.rs"]
mod child;

use instrument::component::{Component, Unavailable, Unit, WallClock};
use instrument::{
    Context, PerfTimer, Profiler, Snapshot, checkpoints, clock, marker, measure, perf_timer, print_mem, probe, report,
    scope, set_enabled, snapshot, storage, timer,
};
use std::ffi::{c_int, c_void};
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

fn calls(snapshot: &Snapshot, name: &str) -> u64 {
    snapshot.nodes().filter(|node| node.name() == name).map(|node| node.count()).sum()
}

fn values(snapshot: &Snapshot, name: &str) -> u64 {
    snapshot.measurements().iter().filter(|one| one.name() == name).map(|one| one.count()).sum()
}

#[timer]
fn timed() {}

#[perf_timer(log = nowhere)]
fn perf_timed() {}

fn nowhere(_: &str) {}

#[checkpoints]
fn checked() -> u64 {
    let one = std::hint::black_box(1);
    one + 1
}

#[print_mem]
fn printed() {}

#[probe]
fn probed(arg: u64) -> u64 {
    arg
}

/// All that can be annotated, once.
fn everything() {
    timed();
    perf_timed();
    assert_eq!((checked(), probed(7)), (2, 7));
    printed();
    drop(scope!("a scope"));
    let name = std::hint::black_box("a scope by name");
    drop(scope!(name));
    measure!("a value", 1);
    drop(marker!("a marker", WallClock));
    let mut meter = WallClock::new("a meter");
    meter.push();
    meter.start();
    meter.pop();
    drop(Context::current().attach());
    Profiler::new("a profiler").sink(|_| ()).finish("its end");
    static STARTED: PerfTimer = PerfTimer::new("started");
    drop(STARTED.start());
}

// Before `main`.

static BEFORE_MAIN: AtomicU64 = AtomicU64::new(0);

extern "C" fn before_main() {
    // Once, in children only: what it prints is nobody's.
    if std::env::var_os("TEST_BEFORE_MAIN").is_some() {
        everything();
        let _ = (snapshot(), report().to_string());
        BEFORE_MAIN.fetch_add(1, Relaxed);
    }
}

// SAFETY: the C library calls the functions that this section lists; ours doesn't unwind.
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static CONSTRUCTOR: extern "C" fn() = before_main;

#[test]
fn what_runs_before_main_is_recorded() {
    let variables = [("TEST_BEFORE_MAIN", "yes"), ("INSTRUMENT_OUTPUT", "/dev/null")];
    child::run("what_runs_before_main_is_recorded", &variables, || {
        assert_eq!(BEFORE_MAIN.load(Relaxed), 1);
        let snapshot = snapshot();
        for name in ["timed", "a scope", "a scope by name", "a marker"] {
            assert_eq!(calls(&snapshot, name), 1, "{name}");
        }
        assert_eq!(values(&snapshot, "a value"), 1);
        assert!(snapshot.lost().is_empty(), "{:?}", snapshot.lost());
    });
}

// At a thread's end.

/// Set to the number of the round.
static KEYS: [OnceLock<libc::pthread_key_t>; 2] = [const { OnceLock::new() }; 2];
static ROUNDS: AtomicU64 = AtomicU64::new(0);
/// The round from which on there's something to record.
static FIRST: AtomicU64 = AtomicU64::new(0);

extern "C" fn at_the_end<const KEY: usize>(round: *mut c_void) {
    if KEY == 0 {
        ROUNDS.fetch_add(1, Relaxed);
    }
    if round.addr() as u64 >= FIRST.load(Relaxed) {
        everything();
        let _ = (snapshot(), report().to_string());
    }
    set::<KEY>(round.addr() + 1);
}

fn set<const KEY: usize>(round: usize) {
    let key = *KEYS[KEY].get_or_init(|| {
        let mut key = 0;
        // SAFETY: the destructor doesn't unwind.
        assert_eq!(unsafe { libc::pthread_key_create(&raw mut key, Some(at_the_end::<KEY>)) }, 0);
        key
    });
    // SAFETY: the key exists; its value is a number, and never followed.
    unsafe { libc::pthread_setspecific(key, std::ptr::without_provenance(round)) };
}

#[test]
fn what_runs_at_a_threads_very_end_is_recorded_or_counted_as_lost() {
    const TEST: &str = "what_runs_at_a_threads_very_end_is_recorded_or_counted_as_lost";
    // From the fifth round on there's none: threads record before, and not at their ends.
    for first in ["1", "2", "3", "4", "5"] {
        for before in ["recorded before", "did not"] {
            let variables = [("TEST_FIRST", first), ("TEST_BEFORE", before), ("INSTRUMENT_OUTPUT", "/dev/null")];
            child::run(TEST, &variables, || {
                let first: u64 = std::env::var("TEST_FIRST").expect("it's set").parse().expect("a number");
                FIRST.store(first, Relaxed);
                const THREADS: u64 = 30;
                let before = std::env::var("TEST_BEFORE").is_ok_and(|text| text == "recorded before");
                for thread in 0..THREADS {
                    // Keys have their turns in the order in which they were made.
                    let begin = move || {
                        if before {
                            timed();
                        }
                        set::<0>(1);
                        set::<1>(1);
                    };
                    let builder = std::thread::Builder::new().name(format!("a thread with a name, number {thread}"));
                    builder.spawn(begin).expect("a thread").join().expect("no panic");
                }
                let rounds = ROUNDS.load(Relaxed) / THREADS;
                assert!(rounds >= 2, "this system has rounds: {rounds}");
                let ends = 2 * THREADS * (rounds + 1).saturating_sub(first);
                let snapshot = snapshot();
                let recorded = calls(&snapshot, "timed") - if before { THREADS } else { 0 };
                let lost = snapshot.lost();
                assert_eq!(lost.inside, 0);
                assert!(recorded <= ends && recorded + lost.after_exit >= ends, "{recorded} of {ends}, {lost:?}");
                assert!(lost.after_exit <= (ends - recorded) * 12, "{recorded} of {ends}, {lost:?}");
                if first < rounds {
                    // The tree went back each time, to the next thread. A lease of the last round has no end.
                    assert_eq!(snapshot.threads(), 1, "{recorded} of {ends}");
                }
                let _ = storage::<WallClock>().per_thread().flat();
            });
        }
    }
}

// Amid anything.

static HANDLED: AtomicU64 = AtomicU64::new(0);

#[timer]
fn tick(n: u64) -> u64 {
    std::hint::black_box(n)
}

#[checkpoints]
fn stepped() {
    tick(1);
}

/// The thread that's to be interrupted: the system may choose any.
static WORKER: AtomicU64 = AtomicU64::new(0);

extern "C" fn handle(signal: c_int) {
    let worker = WORKER.load(Relaxed) as libc::pthread_t;
    // SAFETY: it runs until no more signals come.
    if unsafe { libc::pthread_self() } != worker {
        // SAFETY: as above.
        unsafe { libc::pthread_kill(worker, signal) };
        return;
    }
    HANDLED.fetch_add(1, Relaxed);
    tick(1);
    {
        let _scope = scope!("handled");
        measure!("handled", 1);
    }
    stepped();
}

/// Calls `handle` all the time.
fn interrupt(signal: c_int, timer: c_int, micros: libc::suseconds_t) {
    // SAFETY: it has no preconditions.
    WORKER.store(unsafe { libc::pthread_self() } as u64, Relaxed);
    // SAFETY: zeros are an action; the handler doesn't unwind.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as extern "C" fn(c_int) as usize;
        action.sa_flags = libc::SA_RESTART;
        assert_eq!(libc::sigaction(signal, &raw const action, std::ptr::null_mut()), 0);
    }
    set_timer(timer, micros);
}

fn set_timer(timer: c_int, micros: libc::suseconds_t) {
    let every = libc::timeval { tv_sec: 0, tv_usec: micros };
    let time = libc::itimerval { it_interval: every, it_value: every };
    // SAFETY: it's a time.
    assert_eq!(unsafe { libc::setitimer(timer, &raw const time, std::ptr::null_mut()) }, 0);
}

/// Whether a loop that's to be interrupted goes on: for 700 ms, and on a busy machine, which rarely lets it run, until it was
/// interrupted so often.
fn goes_on(begun: Instant, often: u64) -> bool {
    let time = begun.elapsed();
    time < Duration::from_millis(700) || (HANDLED.load(Relaxed) <= often && time < Duration::from_secs(60))
}

fn while_interrupted(work: impl Fn(u64) -> u64) {
    // What a program's, or a thread's, first use does isn't for handlers.
    let first = tick(1) + work(0);
    measure!("handled", 1);
    stepped();
    let (before, stepped_before) = (snapshot(), steps());
    interrupt(libc::SIGALRM, libc::ITIMER_REAL, 50);
    let (begun, mut ticks, mut n) = (Instant::now(), 0, first);
    while goes_on(begun, 100) {
        ticks += work(n);
        n += 1;
    }
    set_timer(libc::ITIMER_REAL, 0);
    // The last one may still be on its way.
    std::thread::sleep(Duration::from_millis(20));
    let handled = HANDLED.load(Relaxed);
    assert!(handled > 100, "{handled}");
    let after = snapshot().since(&before);
    let lost = after.lost().inside;
    let (handled_ticks, scopes) = (calls(&after, "tick") - ticks, calls(&after, "handled"));
    let measured = values(&after, "handled");
    eprintln!("{handled} × handled: {handled_ticks} {scopes} {measured}, lost {lost}; {ticks} ticks of the program");
    // What's stepped through is a tick and a call with lines.
    assert_eq!(handled_ticks + scopes + measured + steps() - stepped_before + lost, handled * 5, "{:?}", after.lost());
}

fn steps() -> u64 {
    snapshot().data().checkpoints.iter().filter(|one| one.name == "stepped").map(|one| one.calls).sum()
}

#[test]
fn a_signal_handler_may_be_timed_whatever_it_comes_amid() {
    const TEST: &str = "a_signal_handler_may_be_timed_whatever_it_comes_amid";
    for work in ["hot", "new", "reads", "prints"] {
        for more in [&[][..], &[("INSTRUMENT_COMPONENTS", "trip_count")], &[("INSTRUMENT_THROTTLE", "1000000000,1ns")]]
        {
            let variables = [&[("TEST_WORK", work), ("INSTRUMENT_OUTPUT", "/dev/null")], more].concat();
            let text = child::run(TEST, &variables, || match &*std::env::var("TEST_WORK").expect("it's set") {
                "hot" => while_interrupted(|n| {
                    // The same function, in the same place.
                    (0..100).for_each(|_| {
                        tick(n);
                    });
                    let _scope = scope!("outer");
                    tick(n);
                    101
                }),
                // Paths, names and pages that there were none of before; memory is allocated, which handlers mustn't do.
                "new" => while_interrupted(|n| {
                    let scope = scope!(format!("name {}", n % 5_000));
                    tick(n);
                    measure!("the program's", n);
                    instrument::measure(&format!("value {}", n % 300), n);
                    drop(scope);
                    1
                }),
                "reads" => while_interrupted(|n| {
                    let _ = (snapshot(), report().to_string(), instrument::active());
                    tick(n);
                    1
                }),
                _ => while_interrupted(|n| {
                    report().print();
                    printed();
                    let profiler = Profiler::new("profiled");
                    profiler.mark(n);
                    tick(n);
                    1
                }),
            });
            println!("{text}");
        }
    }
}

#[test]
fn a_signal_handler_may_come_amid_the_allocator_and_a_path_may_be_new_there() {
    child::run("a_signal_handler_may_come_amid_the_allocator_and_a_path_may_be_new_there", &[], || {
        // Recursion: each level is a new path for the handler.
        fn down(levels: u64) -> usize {
            let _level = scope!("level");
            let blocks: Vec<Vec<u8>> = (0..30).map(|size| vec![0; size * 100]).collect();
            blocks.len() + if levels == 0 { 0 } else { down(levels - 1) }
        }
        tick(1);
        measure!("handled", 1);
        stepped();
        interrupt(libc::SIGPROF, libc::ITIMER_PROF, 100);
        let begun = Instant::now();
        while goes_on(begun, 10) {
            assert_eq!(down(500), 30 * 501);
        }
        set_timer(libc::ITIMER_PROF, 0);
        assert!(HANDLED.load(Relaxed) > 10);
    });
}

// What the toolkit calls.

struct Timed;

impl clock::Clock for Timed {
    #[timer("clock")]
    fn now(&self) -> u64 {
        everything();
        static NOW: AtomicU64 = AtomicU64::new(1);
        NOW.fetch_add(1000, Relaxed)
    }
}

#[test]
fn a_clock_may_be_annotated() {
    child::run("a_clock_may_be_annotated", &[("INSTRUMENT_OUTPUT", "/dev/null")], || {
        clock::set_clock(&Timed).expect("it's the first");
        for _ in 0..10 {
            everything();
        }
        let snapshot = snapshot();
        assert_eq!((calls(&snapshot, "timed"), calls(&snapshot, "clock")), (10, 0));
        assert!(snapshot.lost().inside > 100, "{:?}", snapshot.lost());
        let timer =
            PerfTimer::builder("by the clock").clock(Timed).log_fn(|_| everything()).build().expect("it's right");
        timer.time(everything);
        assert_eq!(timer.stats().count, 1);
        timer.report();
    });
}

struct Annotated;

impl fmt::Debug for Annotated {
    #[timer("debug")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        everything();
        f.write_str("annotated")
    }
}

impl Drop for Annotated {
    #[timer("drop")]
    fn drop(&mut self) {
        everything();
    }
}

impl probe::Sink for Annotated {
    #[timer("sink")]
    fn receive(&self, _: &probe::Observation) -> Result<(), probe::SinkError> {
        everything();
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

#[probe]
fn shown(_annotated: &Annotated) {}

struct Read;

impl Component for Read {
    type Reading = Annotated;
    const NAME: &'static str = "annotated";
    const DESCRIPTION: &'static str = "what's annotated";
    const UNIT: Unit = Unit::Count;

    #[timer("component")]
    fn read() -> Result<Annotated, Unavailable> {
        everything();
        Ok(Annotated)
    }

    fn lap(_: &Annotated, _: &Annotated) -> f64 {
        1.0
    }
}

#[test]
fn whatever_the_toolkit_calls_may_be_annotated() {
    child::run("whatever_the_toolkit_calls_may_be_annotated", &[("INSTRUMENT_OUTPUT", "/dev/null")], || {
        let annotated = Annotated;
        let timer =
            PerfTimer::builder("logged").log_fn(move |_| drop(format!("{annotated:?}"))).build().expect("it's right");
        timer.time(|| ());
        timer.report();

        let attached = probe::attach_to("reentry::shown").expect("a target");
        attached.instrument("log", probe::LogInstrument::new("log", "_annotated").sink(Annotated)).expect("it fits");
        let kept = Annotated;
        let custom = probe::Custom::new(probe::Event::Return, move |_| panic!("{kept:?}"));
        attached.instrument("custom", custom).expect("it fits");
        std::panic::set_hook(Box::new(|_| {
            let _span = scope!("hook");
            everything();
        }));
        attached.start();
        let argument = std::mem::ManuallyDrop::new(Annotated);
        for _ in 0..10 {
            shown(&argument);
        }
        attached.clear();

        Profiler::new("profiled").sink(|_| everything()).finish("its end");
        for _ in 0..10 {
            drop(marker!("measured", Read));
        }
        let snapshot = snapshot();
        for name in ["debug", "sink", "component", "hook"] {
            assert_eq!(calls(&snapshot, name), 0, "{name}");
        }
        // A name, and the argument that's dropped in the end.
        assert_eq!(calls(&snapshot, "measured"), 10);
        assert!(snapshot.lost().inside > 100, "{:?}", snapshot.lost());
        let figures = snapshot.find(&["measured"]).and_then(|node| node.column("annotated")).expect("it's measured");
        assert_eq!(figures.total(), 10.0);

        // Where nothing is inside, all of it is recorded.
        assert!(std::panic::catch_unwind(|| panic!("the program's")).is_err());
        assert_eq!(calls(&instrument::snapshot(), "hook"), 1);
        drop(Annotated);
        assert!(calls(&instrument::snapshot(), "drop") >= 1);
        set_enabled(instrument::Switch::Timers, false);
    });
}
