//! Stores that fail: what a manager does then.

use super::common::{drips, hostile, wait_for, within_a_minute};
use instrument::probe::{
    Custom, Event, InstrumentStatus, JsonFileStore, Manager, MemoryStore, ProcessId, ProcessStatus, RedisStore, Spec,
    SpecId, SpecStore, StoreError, StoreVersion, attach_to,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A store that does what it's told to.
#[derive(Default)]
struct Broken {
    specs: MemoryStore,
    is_broken: AtomicBool,
    panics: AtomicBool,
    is_deaf: AtomicBool,
    reads: AtomicUsize,
    told: Mutex<Vec<ProcessStatus>>,
}

impl Broken {
    fn check(&self) -> Result<(), StoreError> {
        assert!(!self.panics.load(Ordering::Relaxed), "the store's own bug");
        match self.is_broken.load(Ordering::Relaxed) {
            true => Err(StoreError::Missing(SpecId::new("store", "gone"))),
            false => Ok(()),
        }
    }
}

impl SpecStore for Broken {
    fn specs(&self) -> Result<Vec<Spec>, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.check().and_then(|()| self.specs.specs())
    }
    fn version(&self) -> Result<StoreVersion, StoreError> {
        self.check().and_then(|()| self.specs.version())
    }
    fn add(&self, spec: Spec) -> Result<(), StoreError> {
        self.specs.add(spec)
    }
    fn update(&self, spec: Spec) -> Result<(), StoreError> {
        self.specs.update(spec)
    }
    fn remove(&self, id: &SpecId) -> Result<(), StoreError> {
        self.specs.remove(id)
    }
    fn write_status(&self, status: &ProcessStatus) -> Result<(), StoreError> {
        self.check()?;
        if self.is_deaf.load(Ordering::Relaxed) {
            return Err(StoreError::Missing(SpecId::new("store", "deaf")));
        }
        self.told.lock().unwrap().push(status.clone());
        self.specs.write_status(status)
    }
    fn remove_status(&self, process: &ProcessId) -> Result<(), StoreError> {
        self.specs.remove_status(process)
    }
    fn statuses(&self) -> Result<Vec<ProcessStatus>, StoreError> {
        self.specs.statuses()
    }
}

#[instrument::probe]
fn is_applied_all_the_same() {}

#[test]
fn a_store_that_cannot_be_told_is_an_error_and_its_specs_are_applied() {
    let store = Arc::new(Broken::default());
    store.is_deaf.store(true, Ordering::Relaxed);
    store.add(Spec::new("manager::stores::is_applied_all_the_same", "increment", "n")).unwrap();
    let manager = Manager::new(Arc::clone(&store));
    assert_eq!(manager.apply(), Err(StoreError::Missing(SpecId::new("store", "deaf"))));
    let probe = attach_to("manager::stores::is_applied_all_the_same").unwrap();
    assert_eq!(probe.status("n"), Some(InstrumentStatus::Running));
    store.is_deaf.store(false, Ordering::Relaxed);
    is_applied_all_the_same();
    assert_eq!(manager.apply().unwrap().specs[0].calls, 1);
    assert_eq!(store.told.lock().unwrap().len(), 1, "it's told as soon as it can be");
}

#[instrument::probe]
fn is_sound(number: u64) -> u64 {
    number
}

#[test]
fn a_spec_that_cannot_be_read_concerns_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probes.json");
    let write = |name: &str| {
        let spec = |target: &str, name: &str| {
            format!(r#"{{"target": "manager::{target}", "instrument": {{"type": "increment", "name": {name}}}}}"#)
        };
        let specs = [spec("stores::is_sound", "\"sound\""), spec("nothing_special", name)].join(",");
        std::fs::write(&path, format!(r#"{{"specs": [{specs}]}}"#)).unwrap();
    };
    let manager = Manager::new(JsonFileStore::new(&path));
    write("7");
    let status = manager.apply().unwrap();
    assert_eq!((status.specs.len(), &status.specs[0].error), (2, &None));
    assert_eq!(status.specs[1].id, SpecId::new("manager::nothing_special", "?"));
    let error = status.specs[1].error.as_ref().unwrap();
    assert!(error.contains("`specs[1].instrument.name`: a string is expected here, not `7`"), "{error}");
    is_sound(1);
    assert_eq!(manager.apply().unwrap().specs[0].calls, 1);
    // One that's read and isn't valid says which it is once.
    write("\"\"");
    let error = manager.apply().unwrap().specs[1].error.clone().unwrap();
    assert!(error.starts_with("`instrument.name` "), "{error}");
    write("\"mended\"");
    let status = manager.apply().unwrap();
    assert!(status.specs.len() == 2 && status.specs.iter().all(|spec| spec.error.is_none()), "{status:?}");
}

/// Neither its thread nor its end waits for a server that answers for ever.
#[test]
fn a_manager_ends_whatever_its_server_does() {
    for behaviour in [drips, std::mem::forget] {
        let store = RedisStore::new(&hostile(behaviour)).unwrap();
        within_a_minute(move || {
            let manager = Manager::new(store);
            manager.apply_in_background(Duration::from_millis(10)).unwrap();
            assert!(manager.apply().is_err());
        });
    }
}

static BROKEN_CALLS: AtomicUsize = AtomicUsize::new(0);

#[instrument::probe]
fn goes_on(number: u64) -> u64 {
    number
}

fn counting(manager: &Manager) {
    manager.register("count", |_: &Spec| {
        Ok(Custom::new(Event::Call, |_| {
            BROKEN_CALLS.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }))
    });
}

#[test]
fn while_the_store_is_away_everything_stays_as_it_was() {
    let store = Arc::new(Broken::default());
    let manager = Manager::new(Arc::clone(&store));
    counting(&manager);
    store.add(Spec::new("manager::stores::goes_on", "count", "n")).unwrap();
    manager.apply().unwrap();
    manager.apply().unwrap();
    assert_eq!(store.reads.load(Ordering::Relaxed), 1, "what hasn't changed isn't read again");
    assert_eq!(store.told.lock().unwrap().len(), 1, "and isn't told again");
    store.is_broken.store(true, Ordering::Relaxed);
    store.remove(&SpecId::new("manager::stores::goes_on", "n")).unwrap();
    assert_eq!(manager.apply(), Err(StoreError::Missing(SpecId::new("store", "gone"))));
    goes_on(1);
    assert_eq!(BROKEN_CALLS.load(Ordering::Relaxed), 1);

    // On its own thread, panics of the store change nothing, and the end of the manager doesn't wait for the period.
    store.panics.store(true, Ordering::Relaxed);
    manager.apply_in_background(Duration::from_secs(3600)).unwrap();
    manager.apply_in_background(Duration::from_millis(10)).unwrap();
    goes_on(2);
    assert_eq!(BROKEN_CALLS.load(Ordering::Relaxed), 2);
    store.panics.store(false, Ordering::Relaxed);
    store.is_broken.store(false, Ordering::Relaxed);
    let probe = attach_to("manager::stores::goes_on").unwrap();
    wait_for("the end", || probe.status("n").is_none().then_some(()));
    store.add(Spec::new("manager::stores::goes_on", "count", "m")).unwrap();
    wait_for("the instrument", || (probe.status("m") == Some(InstrumentStatus::Running)).then_some(()));
    wait_for("its status", || {
        let statuses = store.statuses().unwrap();
        statuses.first()?.specs.first().filter(|status| status.id.name == "m").map(drop)
    });
    manager.apply_in_background(Duration::from_secs(3600)).unwrap();
    drop(manager);
    assert_eq!(probe.status("m"), None);
    assert_eq!(store.statuses(), Ok(Vec::new()), "who is gone has no status");
    assert!(instrument::probe::probes().iter().any(|probe| probe.target().path() == "manager::stores::goes_on"));
}
