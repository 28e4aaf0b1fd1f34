//! What all stores promise alike, and what each of them does when things go wrong.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../common/mod.rs"]
mod common;
mod file;
mod fuzz;
mod hostile;
mod redis;

use instrument_wire::{
    Bounds, MemoryStore, ProcessId, ProcessStatus, Readable, Spec, SpecId, SpecStatus, SpecStore, StoreError, Timestamp,
};
use std::sync::Arc;
use std::time::Duration;

fn spec(target: &str, name: &str) -> Spec {
    Spec::new(target, "log", name)
}

/// Two stores that share what's stored.
fn keeps_its_promises(one: &dyn SpecStore, other: &dyn SpecStore) {
    assert_eq!(one.specs(), Ok(Vec::new()));
    let empty = one.version().unwrap();
    assert_eq!(other.version(), Ok(empty));

    let mut first = spec("shop::Cart::add", "first");
    first.last_modified = None;
    one.add(first.clone()).unwrap();
    let mut added = other.specs().unwrap().remove(0);
    let modified = added.last_modified.take().expect("a store says when a spec was added");
    assert!(Timestamp::now().since(modified) < Duration::from_secs(60));
    assert_eq!(added, first);
    let version = other.version().unwrap();
    assert_ne!(version, empty);
    assert_eq!(one.version(), Ok(version));

    // The same name elsewhere is another spec.
    other.add(spec("shop::Cart::remove", "first")).unwrap();
    assert_eq!(one.add(first.clone()), Err(StoreError::Exists(first.id())));
    let mut changed = spec("shop::Cart::add", "first");
    changed.instrument.value = Some("result".into());
    other.update(changed.clone()).unwrap();
    let found = one.specs().unwrap().into_iter().find(|spec| spec.is(&first.id())).unwrap();
    assert_eq!(found.instrument, changed.instrument);
    assert_ne!(one.version(), Ok(version));

    let missing = SpecId::new("shop::Cart::add", "second");
    assert_eq!(one.update(spec("shop::Cart::add", "second")), Err(StoreError::Missing(missing.clone())));
    assert_eq!(one.remove(&missing), Err(StoreError::Missing(missing)));
    changed.lifespan = Some(-1.0);
    assert!(matches!(one.update(changed.clone()), Err(StoreError::Invalid(_))));
    changed.instrument.name = "\n".into();
    assert!(matches!(one.add(changed), Err(StoreError::Invalid(_))));
    let version = one.version().unwrap();
    assert_eq!(other.version(), Ok(version));

    other.remove(&first.id()).unwrap();
    assert_eq!(one.specs().unwrap().len(), 1);
    one.remove(&SpecId::new("shop::Cart::remove", "first")).unwrap();
    assert_eq!(one.specs(), Ok(Vec::new()));
    assert_eq!(one.statuses(), Ok(Vec::new()));
}

fn keeps_statuses(one: &dyn SpecStore, other: &dyn SpecStore) {
    let mut status = ProcessStatus::current();
    let id = SpecId::new("shop::Cart::add", "first");
    status.specs.push(SpecStatus { id, applied: Timestamp::now(), error: Some("no".into()), expired: false, calls: 3 });
    one.write_status(&status).unwrap();
    status.specs[0].error = None;
    one.write_status(&status).unwrap();
    assert_eq!(other.statuses(), Ok(vec![status.clone()]));

    let elsewhere = ProcessId { host: "another machine".into(), pid: 1 };
    other.write_status(&ProcessStatus { process: elsewhere.clone(), ..status.clone() }).unwrap();
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let dead = ProcessId { pid: child.id(), ..status.process.clone() };
    child.wait().unwrap();
    other.write_status(&ProcessStatus { process: dead.clone(), ..status.clone() }).unwrap();
    let mut processes: Vec<ProcessId> = one.statuses().unwrap().into_iter().map(|status| status.process).collect();
    processes.sort();
    let mut expected = [elsewhere.clone(), status.process.clone()];
    expected.sort();
    assert_eq!(processes, expected, "a dead process has no status");

    one.remove_status(&elsewhere).unwrap();
    one.remove_status(&elsewhere).unwrap();
    assert_eq!(other.statuses(), Ok(vec![status]));
}

/// Writers that all add specs of their own at once, through stores of their own.
fn loses_no_addition(store: impl Fn() -> Box<dyn SpecStore>) {
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let store = store();
            scope.spawn(move || {
                for number in 0..20 {
                    store.add(spec("f", &format!("{writer}.{number}"))).unwrap();
                    store.write_status(&ProcessStatus::current()).unwrap();
                }
            });
        }
    });
    assert_eq!(store().specs().unwrap().len(), 80);
}

fn is_bounded(store: &dyn SpecStore) {
    let mut big = spec("f", "big");
    big.instrument.custom.insert("big".into(), "x".repeat(Bounds::CUSTOM + 1).into());
    assert!(matches!(store.add(big), Err(StoreError::Invalid(_))));
    let mut added = 0;
    let refused = loop {
        let mut big = spec("f", &format!("{added}"));
        big.instrument.custom.insert("big".into(), "x".repeat(Bounds::CUSTOM - 100).into());
        match store.add(big) {
            Ok(()) => added += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, StoreError::TooMuch { .. }), "{refused}");
    // What was refused changed nothing, and room can be made.
    assert!(store.specs().is_ok_and(|specs| specs.len() == added));
    store.remove(&SpecId::new("f", "0")).unwrap();
    store.add(spec("f", "small")).unwrap();
}

#[test]
fn memory() {
    let store = Arc::new(MemoryStore::new());
    assert_eq!(store.specs(), Ok(Vec::new()));
    store.add(spec("f", "n")).unwrap();
    let shared = Arc::clone(&store);
    shared.remove(&SpecId::new("f", "n")).unwrap();
    assert_eq!(store.specs(), Ok(Vec::new()));
    let fresh = Arc::new(MemoryStore::new());
    keeps_statuses(&fresh, &Arc::clone(&fresh));
    loses_no_addition(|| Box::new(Arc::clone(&fresh)));
    for number in 0..Bounds::SPECS - 80 {
        fresh.add(spec("g", &number.to_string())).unwrap();
    }
    assert!(matches!(fresh.add(spec("g", "one more")), Err(StoreError::TooMuch { .. })));
}
