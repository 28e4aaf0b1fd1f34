//! Every instrument failing in every way: the probed function's results and panics are those of the unprobed one.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;
use instrument::probe::{
    Custom, Event, HistogramInstrument, IncrementInstrument, Instrument, InstrumentError, InstrumentStatus,
    LogInstrument, Observation, Outlet, Sink, SinkError,
};
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Shows itself in whatever way the test wants.
struct Awkward(fn(&mut fmt::Formatter<'_>) -> fmt::Result);

impl fmt::Debug for Awkward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

fn plain(number: u32, _: &Awkward) -> Result<u32, String> {
    match number {
        7 => panic!("seven"),
        9 => panic_any(9_u8),
        n if n > 9 => Err(format!("{n} is too large")),
        n => Ok(n + 1),
    }
}

#[probe]
fn probed(number: u32, awkward: &Awkward) -> Result<u32, String> {
    plain(number, awkward)
}

/// What comes of a call, however it ends.
fn ending(f: fn(u32, &Awkward) -> Result<u32, String>, number: u32, awkward: &Awkward) -> String {
    match catch_unwind(AssertUnwindSafe(|| f(number, awkward))) {
        Ok(result) => format!("{result:?}"),
        Err(panic) => match (panic.downcast_ref::<&str>(), panic.downcast_ref::<u8>()) {
            (Some(text), _) => format!("panic {text}"),
            (_, Some(number)) => format!("panic {number}"),
            _ => "another panic".to_owned(),
        },
    }
}

/// Calls it in all ways with that instrument, and returns what became of it.
fn survives(instrument: impl Instrument, awkward: &Awkward) -> InstrumentStatus {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let probe = probe::attach_to("failures::probed").unwrap();
    probe.instrument("bad", instrument).unwrap();
    probe.start();
    for number in [1, 7, 9, 11] {
        assert_eq!(ending(probed, number, awkward), ending(plain, number, &Awkward(|_| Ok(()))));
    }
    let status = probe.status("bad").unwrap();
    probe.clear();
    status
}

const FINE: Awkward = Awkward(|f| f.write_str("fine"));

fn failed(status: InstrumentStatus, with: &str) {
    let InstrumentStatus::Failed { error } = &status else { panic!("{status:?} isn't failed with {with}") };
    assert!(error.contains(with), "{error}");
    assert!(error.len() < 1_100);
}

fn all_events() -> [Event; 3] {
    Event::ALL
}

#[test]
fn errors_and_panics_stay_with_the_instrument() {
    failed(survives(Custom::new(all_events(), |_| Err(InstrumentError::new("no luck"))), &FINE), "no luck");
    failed(survives(Custom::new(all_events(), |_| panic!("no luck")), &FINE), "it panicked: no luck");
    failed(survives(Custom::new(all_events(), |_| panic_any(vec![1])), &FINE), "it panicked: it says nothing");
    failed(survives(Custom::new(Event::Error, |_| panic!("again")), &FINE), "it panicked: again");
    // A payload that panics when it's dropped.
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("bomb");
        }
    }
    failed(survives(Custom::new(all_events(), |_| panic_any(Bomb)), &FINE), "it says nothing");
    // An instrument that panics when it's dropped: `clear` drops it.
    let bomb = Bomb;
    let status = survives(
        Custom::new(all_events(), move |_| {
            let _ = &bomb;
            Ok(())
        }),
        &FINE,
    );
    assert_eq!(status, InstrumentStatus::Running);
    failed(survives(LogInstrument::new("x", "[1][number]"), &FINE), "Index out of bounds");
    failed(survives(HistogramInstrument::new("x", "'text'"), &FINE), "has to be a number");
    failed(survives(IncrementInstrument::new("x", "1").tags("number"), &FINE), "have to be a map");
    failed(survives(LogInstrument::new("x", "1").condition("number"), &FINE), "compare it with something");
}

#[test]
fn what_cant_be_captured_stays_with_the_instrument() {
    let text = |awkward: Awkward| survives(LogInstrument::new("x", "awkward").sink(probe::Null), &awkward);
    failed(text(Awkward(|_| panic!("no show"))), "capturing the arguments panicked: no show");
    // A `Debug` may fail; it's shown as far as it came.
    assert_eq!(text(Awkward(|_| Err(fmt::Error))), InstrumentStatus::Running);
    // 100 MB, and one that never ends by itself.
    assert_eq!(
        text(Awkward(|f| {
            let much = "x".repeat(1 << 20);
            (0..100).try_for_each(|_| f.write_str(&much))
        })),
        InstrumentStatus::Running
    );
    assert_eq!(
        text(Awkward(|f| loop {
            f.write_str("for ever")?;
        })),
        InstrumentStatus::Running
    );
}

#[test]
fn an_instrument_that_failed_is_quiet_until_its_replaced() {
    #[probe]
    fn often(number: u64) -> u64 {
        number
    }
    let count = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&count);
    let probe = probe::attach_to("an_instrument_that_failed_is_quiet_until_its_replaced::often").unwrap();
    let bad = Custom::new(Event::Call, move |_| {
        counting.fetch_add(1, SeqCst);
        Err(InstrumentError::new("no"))
    });
    probe.instrument("bad", bad).unwrap();
    probe.start();
    (0..100).for_each(|number| assert_eq!(often(number), number));
    assert_eq!(count.load(SeqCst), 1);
    assert!(probe.start_instrument("bad"), "it's there");
    often(1);
    assert!(matches!(probe.status("bad"), Some(InstrumentStatus::Failed { .. })), "and stays as it is");
    let counting = Arc::clone(&count);
    let good = Custom::new(Event::Call, move |_| {
        counting.fetch_add(10, SeqCst);
        Ok(())
    });
    probe.instrument("bad", good).unwrap();
    often(1);
    assert_eq!(count.load(SeqCst), 11);
    assert_eq!(probe.instruments().len(), 1);
}

#[test]
fn instruments_dont_fire_within_instruments() {
    thread_local!(static DEPTH: Cell<u32> = const { Cell::new(0) });
    #[probe]
    fn inner(number: u32) -> u32 {
        number
    }
    struct Shows;
    impl fmt::Debug for Shows {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}", inner(3))
        }
    }
    #[probe]
    fn outer(shows: &Shows) -> u32 {
        let _ = shows;
        inner(1)
    }
    let deepest = Arc::new(AtomicUsize::new(0));
    for path in ["inner", "outer"] {
        let deepest = Arc::clone(&deepest);
        let probe = probe::attach_to(&format!("instruments_dont_fire_within_instruments::{path}")).unwrap();
        let recursive = Custom::new([Event::Call, Event::Return], move |_| {
            DEPTH.set(DEPTH.get() + 1);
            deepest.fetch_max(DEPTH.get() as usize, SeqCst);
            let shown = outer(&Shows) + inner(2);
            DEPTH.set(DEPTH.get() - 1);
            if shown == 3 { Ok(()) } else { Err(InstrumentError::new(shown)) }
        });
        probe.instrument("recursive", recursive).unwrap();
        probe.start();
    }
    assert_eq!(outer(&Shows), 1);
    assert_eq!(deepest.load(SeqCst), 1);
    let fired: Vec<_> = probe::probes().iter().flat_map(|probe| probe.instruments()).collect();
    assert!(fired.iter().filter(|info| info.name == "recursive").all(|info| info.status == InstrumentStatus::Running));
}

/// A sink that takes nothing until it's told to.
#[derive(Clone, Default)]
struct Blocked(Arc<(Mutex<bool>, Condvar, AtomicUsize)>);

impl Sink for Blocked {
    fn receive(&self, _: &Observation) -> Result<(), SinkError> {
        let (open, changed, taken) = &*self.0;
        drop(changed.wait_while(open.lock().unwrap(), |open| !*open).unwrap());
        match taken.fetch_add(1, SeqCst) {
            0 => Err("the first is refused".into()),
            1 => panic!("the second is too much"),
            _ => Ok(()),
        }
    }
}

#[test]
fn a_blocked_sink_blocks_nobody_and_drops_are_counted() {
    #[probe]
    fn busy(number: u64) -> u64 {
        number
    }
    let blocked = Blocked::default();
    let outlet = Outlet::new(blocked.clone());
    let probe = probe::attach_to("a_blocked_sink_blocks_nobody_and_drops_are_counted::busy").unwrap();
    probe.instrument("log", LogInstrument::new("log", "number").sink(outlet.clone())).unwrap();
    probe.start();
    let before = probe::lost();
    (0..5_000).for_each(|number| assert_eq!(busy(number), number));
    assert!(!probe::flush(Duration::from_millis(1)), "it's blocked");
    let (open, changed, taken) = &*blocked.0;
    *open.lock().unwrap() = true;
    changed.notify_all();
    assert!(probe::flush(Duration::from_secs(20)));
    let after = probe::lost();
    let taken = taken.load(SeqCst) as u64;
    assert!(taken > 2, "{taken}");
    assert_eq!(taken + after.dropped - before.dropped, 5_000, "nothing is lost without being counted");
    assert_eq!(after.refused - before.refused, 2);
    assert_eq!(probe.status("log"), Some(InstrumentStatus::Running));
}

/// Counts how often it's shown.
struct Counted(AtomicUsize);

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fetch_add(1, SeqCst);
        f.write_str("counted")
    }
}

#[probe]
fn shows(counted: &Counted) {
    let _ = counted;
}

#[test]
fn for_what_failed_or_was_stopped_nothing_is_captured() {
    let counted = Counted(AtomicUsize::new(0));
    let probe = probe::attach_to("failures::shows").unwrap();
    probe.instrument("bad", LogInstrument::new("bad", "[counted, 1 / 0]")).unwrap();
    probe.instrument("good", IncrementInstrument::new("good", "1").share(1.0)).unwrap();
    probe.start();
    shows(&counted);
    assert_eq!(counted.0.load(SeqCst), 1);
    probe.remove("good");
    (0..5).for_each(|_| shows(&counted));
    assert_eq!(counted.0.load(SeqCst), 1);
    probe.instrument("log", LogInstrument::new("log", "counted").sink(Outlet::new(Nothing))).unwrap();
    shows(&counted);
    assert_eq!(counted.0.load(SeqCst), 2);
    probe.stop();
    shows(&counted);
    assert_eq!(counted.0.load(SeqCst), 2);
}

struct Nothing;

impl Sink for Nothing {
    fn receive(&self, _: &Observation) -> Result<(), SinkError> {
        Ok(())
    }
}
