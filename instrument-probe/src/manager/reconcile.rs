//! What's applied, and what has to be done so that it's what the specs say.

use crate::error::{InstrumentError, LONGEST};
use crate::guarded::{catch, catch_silently};
use crate::instrument::{Instrument, InstrumentStatus, Slot};
use crate::probe::{Probe, attach_to};
use crate::value::cut;
use instrument_wire::{
    ProcessStatus, Readable, Spec, SpecId, SpecStatus, SpecStore, StoreError, StoreVersion, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A status in the store is renewed after so long even if nothing has changed: who is silent for an hour is taken for dead.
const HEARTBEAT: Duration = Duration::from_secs(300);

/// Counts of calls alone are written no more often than that: they change all the time.
const COUNTS: Duration = Duration::from_secs(10);

/// What a manager has applied.
#[derive(Default)]
pub(super) struct Applied {
    /// As the store's were when they were last read.
    specs: Vec<Spec>,
    version: Option<StoreVersion>,
    /// Specs that couldn't be read then.
    broken: Vec<(SpecId, StoreError)>,
    read: Option<Timestamp>,
    entries: HashMap<SpecId, Entry>,
    /// What the store was told last, and when.
    told: Option<(ProcessStatus, Instant)>,
}

/// The specs were read and applied.
pub(super) struct Round {
    pub(super) status: ProcessStatus,
    /// Whether the store knows.
    pub(super) told: Result<(), StoreError>,
    /// What couldn't be applied, and why. An instrument that failed when it fired has said so itself.
    pub(super) refused: BTreeMap<SpecId, String>,
    /// What's in specs and means nothing.
    pub(super) warnings: BTreeSet<String>,
}

/// What became of a spec.
struct Entry {
    spec: Spec,
    first: Timestamp,
    when: Timestamp,
    outcome: Outcome,
}

enum Outcome {
    /// There's an instrument of it, or was, until it expired.
    Added(Probe, Arc<Slot>),
    /// It was too late when it was seen first.
    Expired,
    Failed(String),
}

type Make<'a> = &'a dyn Fn(&Spec) -> Result<Box<dyn Instrument>, InstrumentError>;

impl Applied {
    pub(super) fn len(&self) -> usize {
        self.specs.len()
    }

    pub(super) fn apply(
        &mut self,
        store: &dyn SpecStore,
        make: impl Fn(&Spec) -> Result<Box<dyn Instrument>, InstrumentError>,
    ) -> Result<Round, StoreError> {
        // First, so that specs which change in between are read again next time.
        let version = store.version()?;
        if self.version != Some(version) {
            let Readable { specs, broken } = store.readable()?;
            // Should something go wrong on the way, it begins anew next time.
            self.version = None;
            (self.broken, self.read) = (broken, Some(Timestamp::now()));
            self.reconcile(specs, &make);
            self.version = Some(version);
        }
        let status = self.status();
        let told = self.tell(store, &status);
        let failed = |entry: &Entry| match &entry.outcome {
            Outcome::Failed(error) => Some((entry.spec.id(), error.clone())),
            Outcome::Added(..) | Outcome::Expired => None,
        };
        Ok(Round {
            status,
            told,
            refused: self.entries.values().filter_map(failed).chain(self.broken()).collect(),
            warnings: self.specs.iter().filter_map(Spec::warning).collect(),
        })
    }

    fn reconcile(&mut self, specs: Vec<Spec>, make: Make<'_>) {
        let ids: HashSet<SpecId> = specs.iter().map(Spec::id).collect();
        let gone: Vec<SpecId> = self.entries.keys().filter(|id| !ids.contains(id)).cloned().collect();
        gone.iter().filter_map(|id| self.entries.remove(id)).for_each(Entry::remove);
        for spec in &specs {
            let id = spec.id();
            let known = self.entries.remove(&id);
            let entry = match known {
                Some(entry) if entry.spec == *spec => entry,
                known => Entry::new(spec, known, make),
            };
            self.entries.insert(id, entry);
        }
        self.specs = specs;
    }

    /// What became of each spec, in their order.
    fn status(&self) -> ProcessStatus {
        let entries = &self.entries;
        let read = self.specs.iter().filter_map(|spec| entries.get(&spec.id()).map(Entry::status));
        let applied = self.read.unwrap_or_else(Timestamp::now);
        let broken =
            self.broken().map(|(id, error)| SpecStatus { id, applied, error: Some(error), expired: false, calls: 0 });
        let specs = read.chain(broken).collect();
        ProcessStatus { specs, ..ProcessStatus::current() }
    }

    /// Specs that can't be read, unless others are called so, and why.
    fn broken(&self) -> impl Iterator<Item = (SpecId, String)> {
        let unknown = |(id, _): &&(SpecId, StoreError)| !self.entries.contains_key(id);
        self.broken.iter().filter(unknown).map(|(id, error)| (id.clone(), error.to_string()))
    }

    fn tell(&mut self, store: &dyn SpecStore, status: &ProcessStatus) -> Result<(), StoreError> {
        let mut said = status.clone();
        if let Some((told, when)) = &self.told {
            let same =
                |one: &SpecStatus, other: &SpecStatus| SpecStatus { calls: other.calls, ..one.clone() } == *other;
            let counted = told.specs != status.specs && when.elapsed() >= COUNTS;
            let changed = told.process != status.process
                || told.specs.len() != status.specs.len()
                || !told.specs.iter().zip(&status.specs).all(|(one, other)| same(one, other));
            if !changed && !counted && when.elapsed() < HEARTBEAT {
                return Ok(());
            }
        }
        said.written = Timestamp::now();
        store.write_status(&said)?;
        self.told = Some((said, Instant::now()));
        Ok(())
    }

    /// Removes all instruments; whether the store was told of any.
    pub(super) fn remove_all(&mut self) -> bool {
        self.entries.drain().for_each(|(_, entry)| entry.remove());
        self.specs.clear();
        self.broken.clear();
        self.version = None;
        self.told.take().is_some()
    }
}

impl Entry {
    /// Applies a spec that's new, or that has changed.
    fn new(spec: &Spec, known: Option<Entry>, make: Make<'_>) -> Entry {
        let now = Timestamp::now();
        let first = known.as_ref().map_or(now, |known| known.first);
        let outcome = outcome(spec, first, now, known.as_ref(), make);
        // One that was replaced is gone; any other may still fire as the spec was before.
        if let (Some(known), Outcome::Expired | Outcome::Failed(_)) = (&known, &outcome) {
            known.stop();
        }
        catch_silently(move || drop(known));
        Entry { spec: spec.clone(), first, when: now, outcome }
    }

    fn remove(self) {
        self.stop();
        // The instrument may be the program's own kind, and panic.
        catch_silently(move || drop(self));
    }

    fn stop(&self) {
        if let Outcome::Added(probe, slot) = &self.outcome {
            probe.unmanage(slot);
        }
    }

    fn status(&self) -> SpecStatus {
        let (id, applied) = (self.spec.id(), self.when);
        let mut status = SpecStatus { id, applied, error: None, expired: false, calls: 0 };
        match &self.outcome {
            Outcome::Expired => status.expired = true,
            Outcome::Failed(error) => status.error = Some(error.clone()),
            Outcome::Added(probe, slot) => {
                let found = slot.info();
                status.calls = found.fired;
                match found.status {
                    InstrumentStatus::Failed { error } => status.error = Some(error),
                    InstrumentStatus::Expired => status.expired = true,
                    _ if !probe.has(slot) => status.error = Some("the program has removed it".to_owned()),
                    _ => {}
                }
            }
        }
        status
    }
}

fn outcome(spec: &Spec, first: Timestamp, now: Timestamp, known: Option<&Entry>, make: Make<'_>) -> Outcome {
    match add(spec, first, now, known, make) {
        Ok(Some((probe, slot))) => Outcome::Added(probe, slot),
        Ok(None) => Outcome::Expired,
        Err(error) => Outcome::Failed(cut(&error, LONGEST).to_owned()),
    }
}

/// `None` if its lifespan is over.
fn add(
    spec: &Spec,
    first: Timestamp,
    now: Timestamp,
    known: Option<&Entry>,
    make: Make<'_>,
) -> Result<Option<(Probe, Arc<Slot>)>, String> {
    spec.validate().map_err(|error| error.what())?;
    let left = spec.time_left(first, now);
    if left == Some(Duration::ZERO) {
        return Ok(None);
    }
    let probe = attach_to(&spec.target).map_err(|error| error.to_string())?;
    let name = &spec.instrument.name;
    let is_ours = known.is_some_and(|known| matches!(&known.outcome, Outcome::Added(at, slot) if at.has(slot)));
    if !is_ours && probe.instruments().iter().any(|other| other.name == *name) {
        return Err(format!("{} has an instrument `{name}` already; choose another name", probe.target()));
    }
    let instrument = make(spec).map_err(|error| error.to_string())?;
    let share = spec.share.map(|percent| percent / 100.0);
    let slot = catch(|| probe.manage(name, instrument, left, share))
        .unwrap_or_else(|panic| Err(InstrumentError::new(format_args!("adding it panicked: {panic}"))))
        .map_err(|error| error.to_string())?;
    Ok(Some((probe, slot)))
}
