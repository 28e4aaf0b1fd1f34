//! The manager: a process's instruments are what the specs say, whatever goes wrong with one of them.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../../instrument-wire/tests/common/mod.rs"]
mod common;
mod stores;

use instrument::probe::{
    Call, Custom, Event, Instrument, InstrumentError, LogInstrument, Manager, Memory, MemoryStore, Plan, ProcessId,
    Spec, SpecId, SpecStatus, SpecStore, Target, attach_to,
};
use std::sync::Arc;
use std::time::Duration;

/// A manager whose type `test` writes into memory; specs of functions that only one test uses.
struct Fixture {
    store: Arc<MemoryStore>,
    manager: Manager,
    memory: Memory,
}

impl Fixture {
    fn new() -> Fixture {
        let (store, memory) = (Arc::new(MemoryStore::new()), Memory::default());
        let manager = Manager::new(Arc::clone(&store));
        let sink = memory.clone();
        manager.register("test", move |spec: &Spec| {
            let value = spec.instrument.value.clone().unwrap_or_else(|| "1".to_owned());
            Ok(LogInstrument::new(&spec.instrument.name, value).event(Event::Call).sink(sink.clone()))
        });
        Fixture { store, manager, memory }
    }

    fn status(&self, name: &str) -> SpecStatus {
        let status = self.manager.apply().unwrap();
        status.specs.into_iter().find(|status| status.id.name == name).unwrap()
    }

    fn error(&self, name: &str) -> String {
        self.status(name).error.unwrap_or_default()
    }
}

fn spec(target: &str, name: &str, value: &str) -> Spec {
    let mut spec = Spec::new(format!("manager::{target}"), "test", name);
    spec.instrument.value = Some(value.to_owned());
    spec
}

#[instrument::probe]
fn comes_and_goes(number: u64) -> u64 {
    number + 1
}

#[test]
fn instruments_are_what_the_specs_say() {
    let fixture = Fixture::new();
    let mut first = spec("comes_and_goes", "first", "number");
    fixture.store.add(first.clone()).unwrap();
    comes_and_goes(1);
    assert_eq!(fixture.memory.lines(), Vec::<String>::new(), "nothing is applied by itself");
    let status = fixture.manager.apply().unwrap();
    assert_eq!((status.process, status.specs.len()), (ProcessId::current(), 1));
    assert_eq!((&status.specs[0].error, status.specs[0].expired), (&None, false));
    comes_and_goes(2);
    assert_eq!(fixture.memory.lines(), ["2"]);

    fixture.store.add(spec("comes_and_goes", "second", "number * 10")).unwrap();
    first.instrument.value = Some("number + 100".into());
    fixture.store.update(first.clone()).unwrap();
    comes_and_goes(3);
    let status = fixture.manager.apply().unwrap();
    assert_eq!(status.specs[0].calls, 0, "it's a new instrument, which has seen no call");
    comes_and_goes(4);
    let mut lines = fixture.memory.lines();
    lines.sort();
    assert_eq!(lines, ["104", "2", "3", "40"]);
    let calls: Vec<u64> = fixture.manager.apply().unwrap().specs.iter().map(|status| status.calls).collect();
    assert_eq!(calls, [1, 1]);

    fixture.store.remove(&first.id()).unwrap();
    fixture.manager.apply().unwrap();
    comes_and_goes(5);
    assert_eq!(fixture.memory.lines().len(), 5);
    // A changed spec that can't be applied isn't what fires any more.
    fixture.store.update(spec("comes_and_goes", "second", "number +")).unwrap();
    assert!(fixture.error("second").contains("number +"));
    comes_and_goes(6);
    assert_eq!(fixture.memory.lines().len(), 5);
    assert!(attach_to("manager::comes_and_goes").unwrap().instruments().is_empty());
}

#[instrument::probe]
fn counted_as_of_old(number: u64) -> u64 {
    number
}

#[test]
fn old_names_of_types_are_known_unless_the_program_has_types_of_those_names() {
    let fixture = Fixture::new();
    for kind in ["hist", "incr"] {
        let mut old = spec("counted_as_of_old", &format!("old {kind}"), "number");
        old.instrument.kind = kind.to_owned();
        fixture.store.add(old).unwrap();
    }
    assert_eq!((fixture.error("old hist"), fixture.error("old incr")), (String::new(), String::new()));
    counted_as_of_old(3);
    counted_as_of_old(4);
    let snapshot = instrument::snapshot();
    let sum = |name: &str| {
        let found = snapshot.measurements().iter().find(|measurement| measurement.name() == name);
        found.map(|measurement| (measurement.count(), measurement.sum()))
    };
    assert_eq!((sum("old hist"), sum("old incr")), (Some((2, 7.0)), Some((2, 7.0))));
    let memory = fixture.memory.clone();
    fixture.manager.register("hist", move |spec: &Spec| {
        Ok(LogInstrument::new(&spec.instrument.name, "'its own'").sink(memory.clone()))
    });
    let mut own = spec("counted_as_of_old", "own", "number");
    own.instrument.kind = "hist".to_owned();
    fixture.store.add(own).unwrap();
    assert_eq!(fixture.error("own"), "");
    counted_as_of_old(5);
    assert_eq!(fixture.memory.lines(), ["its own"]);
}

#[test]
fn dots_in_a_path_are_told_from_what_parts_it() {
    for (path, message) in [
        (
            "manager.counted_as_of_old",
            "no target `manager.counted_as_of_old`: write `::` between its parts, as `manager::counted_as_of_old`",
        ),
        ("x.y", "no target `x.y`: write `::` between its parts, as those in `targets()` are"),
    ] {
        assert_eq!(attach_to(path).unwrap_err().to_string(), message);
    }
}

#[instrument::probe]
fn has_its_own(number: u64) -> u64 {
    number
}

#[test]
fn what_the_program_added_is_left_alone() {
    let memory = Memory::default();
    let probe = attach_to("manager::has_its_own").unwrap();
    probe.instrument("own", LogInstrument::new("own", "number").sink(memory.clone())).unwrap();
    let fixture = Fixture::new();
    fixture.store.add(spec("has_its_own", "own", "7")).unwrap();
    fixture.store.add(spec("has_its_own", "other", "8")).unwrap();
    assert_eq!(fixture.error("own"), "manager::has_its_own has an instrument `own` already; choose another name");
    // The same target by another path, and so another spec of the same name.
    fixture.store.add(Spec::new("has_its_own", "test", "other")).unwrap();
    let status = fixture.manager.apply().unwrap();
    assert!(status.specs[2].error.as_ref().unwrap().contains("has an instrument `other` already"));
    // Instruments from outside fire, although the program hasn't started its own.
    has_its_own(1);
    assert_eq!((memory.lines().len(), fixture.memory.lines().len()), (0, 1));
    probe.start();
    fixture.store.remove(&SpecId::new("manager::has_its_own", "own")).unwrap();
    fixture.store.remove(&SpecId::new("has_its_own", "other")).unwrap();
    fixture.manager.apply().unwrap();
    has_its_own(2);
    assert_eq!((memory.lines().len(), fixture.memory.lines().len()), (1, 2));
    drop(fixture);
    has_its_own(3);
    let left: Vec<String> = probe.instruments().into_iter().map(|found| found.name).collect();
    assert_eq!((left, memory.lines().len()), (vec!["own".to_owned()], 2));
}

#[instrument::probe]
fn fails(number: u64) -> u64 {
    number
}

#[test]
fn an_instrument_that_failed_is_tried_again_when_its_spec_changes() {
    let fixture = Fixture::new();
    let divides = spec("fails", "divides", "1 / number");
    fixture.store.add(divides.clone()).unwrap();
    fixture.store.add(spec("fails", "works", "number")).unwrap();
    fixture.manager.apply().unwrap();
    fails(0);
    fails(1);
    let error = fixture.error("divides");
    assert!(error.contains("the value"), "{error}");
    assert_eq!(fixture.memory.lines(), ["0", "1"]);
    // Applied again as it is, it stays disabled.
    fixture.manager.apply().unwrap();
    fails(1);
    assert_eq!(fixture.error("divides"), error);
    // Any change will do: this one only says when it was.
    std::thread::sleep(Duration::from_millis(2));
    fixture.store.update(divides).unwrap();
    assert_eq!(fixture.status("divides").error, None);
    fails(1);
    assert_eq!(fixture.memory.lines().iter().filter(|line| *line == "1").count(), 4);
}

#[instrument::probe]
fn takes_long() {}

#[instrument::probe]
fn may_take_long() {}

/// An account holds a second to begin with, and half a second over is earned in ten.
#[test]
fn a_spec_says_how_much_of_its_threads_time_an_instrument_may_take() {
    let fixture = Fixture::new();
    fixture.manager.register("slow", |_: &Spec| {
        Ok(Custom::new(Event::Call, |_: &Call<'_>| {
            std::thread::sleep(Duration::from_millis(1500));
            Ok(())
        }))
    });
    for (target, share) in [("takes_long", None), ("may_take_long", Some(100.0))] {
        let mut spec = Spec::new(format!("manager::{target}"), "slow", target);
        spec.share = share;
        fixture.store.add(spec).unwrap();
    }
    fixture.manager.apply().unwrap();
    std::thread::scope(|scope| {
        for call in [takes_long, may_take_long] {
            scope.spawn(move || (call(), call()));
        }
    });
    let calls = |name| fixture.status(name).calls;
    assert_eq!((calls("takes_long"), calls("may_take_long")), (1, 2));
}

#[instrument::probe]
fn expires(number: u64) -> u64 {
    number
}

#[test]
fn a_lifespan_ends_for_good() {
    let fixture = Fixture::new();
    let mut short = spec("expires", "short", "number");
    short.lifespan = Some(1.0 / 60.0);
    fixture.store.add(short.clone()).unwrap();
    assert!(!fixture.status("short").expired);
    expires(1);
    std::thread::sleep(Duration::from_millis(1100));
    expires(2);
    assert!(fixture.status("short").expired && fixture.status("short").error.is_none());
    assert_eq!(fixture.status("short").calls, 1);
    // A process that starts now doesn't begin it anew.
    let later = Manager::new(Arc::clone(&fixture.store));
    assert!(later.apply().unwrap().specs[0].expired);
    expires(3);
    assert_eq!(fixture.memory.lines(), ["1"]);
    assert!(attach_to("manager::expires").unwrap().instruments().is_empty());
    fixture.store.update(short).unwrap();
    assert!(!fixture.status("short").expired, "a change gives it a new life");
}

#[instrument::probe]
fn nothing_special() {}

#[test]
fn each_spec_that_is_wrong_says_why_and_concerns_no_other() {
    struct Panics;
    impl Instrument for Panics {
        fn prepare(&mut self, _: &Target) -> Result<Plan, InstrumentError> {
            panic!("prepare")
        }
        fn fire(&self, _: &Call<'_>) -> Result<(), InstrumentError> {
            Ok(())
        }
    }
    let fixture = Fixture::new();
    fixture.manager.register("panics", |_: &Spec| -> Result<LogInstrument, _> { panic!("factory") });
    fixture.manager.register("panics later", |_: &Spec| Ok(Panics));
    fixture.manager.register("refuses", |_: &Spec| -> Result<LogInstrument, _> { Err("no such queue".into()) });
    let add = |kind: &str, change: fn(&mut Spec)| {
        let mut spec = Spec::new("manager::nothing_special", kind, kind);
        change(&mut spec);
        fixture.store.add(spec).unwrap();
    };
    add("panics", |_| {});
    add("panics later", |_| {});
    add("refuses", |_| {});
    add("tset", |_| {});
    add("log", |_| {});
    add("histogram", |spec| drop(spec.instrument.custom.insert("x".into(), 1.into())));
    add("test", |spec| spec.target = "manager::nothing_specail".into());
    for (name, expected) in [
        ("panics", "making an instrument of the type `panics` panicked: factory"),
        ("panics later", "adding it panicked: prepare"),
        ("refuses", "no such queue"),
        (
            "tset",
            "there's no type `tset`; this process knows `histogram`, `increment`, `log`, `panics`, `panics later`, \
             `refuses`, `test`; did you mean `test`?",
        ),
        ("log", "a log needs a `value`, such as `result`, `elapsed` or `args`"),
        ("histogram", "`custom.x` is nothing that this type of instrument knows"),
        ("test", "no target `manager::nothing_specail`: did you mean `manager::nothing_special`?"),
    ] {
        assert_eq!(fixture.error(name), expected);
    }
    fixture.store.add(Spec::new("manager::nothing_special", "test", "works")).unwrap();
    assert_eq!(fixture.status("works").error, None);
    nothing_special();
    assert_eq!(fixture.memory.lines(), ["1"]);
}

#[instrument::probe]
fn logs(number: u64, text: &str) -> u64 {
    let _ = text;
    number
}

#[test]
fn the_types_that_every_manager_knows_do_what_their_specs_say() {
    let store = Arc::new(MemoryStore::new());
    let manager = Manager::new(Arc::clone(&store));
    for (kind, value) in [("histogram", Some("number")), ("increment", Some("number")), ("increment", None)] {
        let mut spec = Spec::new("manager::logs", kind, format!("manager {kind} {}", value.is_some()));
        spec.instrument.value = value.map(str::to_owned);
        spec.instrument.condition = Some("number != 3 && text == 'a'".into());
        spec.instrument.tags = Some("{'text': text}".into());
        spec.instrument.event = Some(Event::Call);
        store.add(spec).unwrap();
    }
    let mut log = Spec::new("manager::logs", "log", "manager log");
    log.instrument.value = Some("text".into());
    log.instrument.custom.insert("max_length".into(), 5.into());
    store.add(log.clone()).unwrap();
    let status = manager.apply().unwrap();
    assert!(status.specs.iter().all(|status| status.error.is_none()), "{status:?}");
    for (number, text) in [(1, "a"), (2, "a"), (3, "a"), (4, "b")] {
        logs(number, text);
    }
    let snapshot = instrument::snapshot();
    let sums: Vec<f64> = ["histogram true", "increment true", "increment false"]
        .iter()
        .map(|name| format!("manager {name} {{text=a}}"))
        .map(|name| snapshot.measurements().iter().find(|measured| measured.name() == name).unwrap().sum())
        .collect();
    assert_eq!(sums, [3.0, 3.0, 2.0]);
    log.instrument.custom.insert("max_length".into(), "5".into());
    store.update(log).unwrap();
    let error = manager.apply().unwrap().specs[3].error.clone().unwrap();
    assert_eq!(error, "`custom.max_length` has to be a number of bytes, such as 200, and at most 65536");
}
