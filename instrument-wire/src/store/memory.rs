//! Specs of one process, in memory.

use super::list::{self, Change};
use super::{SpecStore, StoreError, StoreVersion, statuses};
use crate::spec::{ProcessId, ProcessStatus, Spec, SpecId};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Specs in memory, of this process alone. Share it with a manager by an `Arc`.
///
/// ```
/// use instrument::probe::{MemoryStore, Spec, SpecStore};
/// let store = MemoryStore::new();
/// store.add(Spec::new("shop::Cart::add", "log", "expensive"))?;
/// assert_eq!(store.specs()?.len(), 1);
/// # Ok::<(), instrument::probe::StoreError>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    content: Mutex<Content>,
}

#[derive(Debug, Default)]
struct Content {
    specs: Vec<Spec>,
    changes: u64,
    statuses: Vec<ProcessStatus>,
}

const PLACE: &str = "the specs in memory";

impl MemoryStore {
    /// An empty one.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: Change<'_>) -> Result<(), StoreError> {
        let mut content = self.content();
        list::change(&mut content.specs, change, PLACE)?;
        content.changes += 1;
        Ok(())
    }
}

impl SpecStore for MemoryStore {
    fn specs(&self) -> Result<Vec<Spec>, StoreError> {
        Ok(self.content().specs.clone())
    }

    fn version(&self) -> Result<StoreVersion, StoreError> {
        Ok(StoreVersion::new(self.content().changes))
    }

    fn add(&self, spec: Spec) -> Result<(), StoreError> {
        self.change(Change::Add(spec))
    }

    fn update(&self, spec: Spec) -> Result<(), StoreError> {
        self.change(Change::Update(spec))
    }

    fn remove(&self, id: &SpecId) -> Result<(), StoreError> {
        self.change(Change::Remove(id))
    }

    fn write_status(&self, status: &ProcessStatus) -> Result<(), StoreError> {
        statuses::put(&mut self.content().statuses, status);
        Ok(())
    }

    fn remove_status(&self, process: &ProcessId) -> Result<(), StoreError> {
        self.content().statuses.retain(|status| status.process != *process);
        Ok(())
    }

    fn statuses(&self) -> Result<Vec<ProcessStatus>, StoreError> {
        Ok(self.content().statuses.clone())
    }
}
