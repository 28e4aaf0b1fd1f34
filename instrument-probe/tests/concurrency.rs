//! Calls on many threads while instruments come, change and go: none is missed, none fires twice, no list is torn.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;
use instrument::probe::{Call, Custom, Event, Instrument, InstrumentError, Plan, Target};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

const THREADS: u64 = 8;
/// In all, on all threads. A sanitizer gets fewer, by the environment.
fn calls() -> u64 {
    let fewer = std::env::var("INSTRUMENT_TEST_CALLS").ok().and_then(|calls| calls.parse().ok());
    fewer.unwrap_or(10_000_000)
}

#[probe]
fn hot(number: u64) -> u64 {
    number ^ 1
}

/// Counts events, and notices when it fires after it was dropped or with what isn't the call's.
struct Counter {
    calls: Arc<AtomicU64>,
    returns: Arc<AtomicU64>,
    wrong: Arc<AtomicU64>,
    alive: AtomicBool,
}

impl Instrument for Counter {
    fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError> {
        Plan::new([Event::Call, Event::Return]).result().argument(target, "number")
    }

    fn fire(&self, call: &Call<'_>) -> Result<(), InstrumentError> {
        let number = |value: Option<&probe::Value>| value.and_then(|value| value.as_number());
        let argument = number(call.argument("number")).map(|number| (number as u64 ^ 1) as f64);
        let fits = match call.event() {
            Event::Call => argument.is_some() && call.result().is_none(),
            _ => argument.is_some() && argument == number(call.result()) && call.elapsed().is_some(),
        };
        if !fits || !self.alive.load(SeqCst) {
            self.wrong.fetch_add(1, SeqCst);
        }
        match call.event() {
            Event::Call => self.calls.fetch_add(1, SeqCst),
            _ => self.returns.fetch_add(1, SeqCst),
        };
        Ok(())
    }

    /// These calls do nothing else.
    fn share(&self) -> Option<f64> {
        Some(1.0)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.alive.store(false, SeqCst);
    }
}

#[test]
fn instruments_change_while_calls_are_in_flight() {
    let probe = probe::attach_to("concurrency::hot").unwrap();
    let wrong = Arc::<AtomicU64>::default();
    let (calls_seen, returns_seen) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let counter = |calls: &Arc<AtomicU64>, returns: &Arc<AtomicU64>| Counter {
        calls: Arc::clone(calls),
        returns: Arc::clone(returns),
        wrong: Arc::clone(&wrong),
        alive: AtomicBool::new(true),
    };
    // One that's there all the time sees every call exactly once, whatever happens to the others.
    probe.instrument("constant", counter(&calls_seen, &returns_seen)).unwrap();
    probe.start();
    let running = AtomicU64::new(THREADS);
    let each = calls() / THREADS;
    let mut changes = 0_u64;
    thread::scope(|scope| {
        for id in 0..THREADS {
            let running = &running;
            scope.spawn(move || {
                for number in 0..each {
                    assert_eq!(hot(number * THREADS + id), (number * THREADS + id) ^ 1);
                }
                running.fetch_sub(1, SeqCst);
            });
        }
        let (passing_calls, passing_returns) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        while running.load(SeqCst) > 0 {
            probe.instrument("passing", counter(&passing_calls, &passing_returns)).unwrap();
            probe.instrument("passing", counter(&passing_calls, &passing_returns)).unwrap();
            probe.stop_instrument("passing");
            probe.start_instrument("passing");
            let brief = Custom::new(Event::Call, |_| Ok(())).lifespan(Duration::from_micros(10));
            probe.instrument("brief", brief).unwrap();
            assert!(probe.remove("passing"));
            changes += 1;
        }
        // A call fires at its return only if it fired when it was called, and the other way round but for those in flight
        // when it was stopped or removed.
        let (calls, returns) = (passing_calls.load(SeqCst), passing_returns.load(SeqCst));
        assert!(calls + returns > 0, "it was there for some of them");
        let in_flight = (changes * 3 + 1) * THREADS;
        assert!(calls.abs_diff(returns) <= in_flight, "{calls} {returns}");
    });
    assert_eq!(wrong.load(SeqCst), 0);
    assert_eq!((calls_seen.load(SeqCst), returns_seen.load(SeqCst)), (each * THREADS, each * THREADS));
    assert!(changes > 0);
    let infos = probe.instruments();
    assert_eq!(infos.iter().find(|info| info.name == "constant").map(|info| info.fired), Some(each * THREADS * 2));
    println!("{} calls, {changes} changes", each * THREADS);
}

#[test]
fn a_probe_that_starts_and_stops_fires_for_whole_calls() {
    #[probe]
    fn whole(number: u64) -> u64 {
        number
    }
    let (calls, returns) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let probe = probe::attach_to("whole").unwrap();
    let (its_calls, its_returns) = (Arc::clone(&calls), Arc::clone(&returns));
    let pair = Custom::new([Event::Call, Event::Return], move |call| {
        if call.event() == Event::Call { &its_calls } else { &its_returns }.fetch_add(1, SeqCst);
        Ok(())
    });
    probe.instrument("pair", pair).unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(SeqCst) {
                    whole(1);
                }
            });
        }
        for _ in 0..2_000 {
            probe.start();
            probe.stop();
        }
        done.store(true, SeqCst);
    });
    // The list that a call begins with is the one that it ends with.
    assert_eq!(calls.load(SeqCst), returns.load(SeqCst));
}
