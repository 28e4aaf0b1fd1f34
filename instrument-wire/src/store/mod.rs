//! Where specs come from: one place that several processes, or several machines, share.

mod error;
mod file;
mod list;
mod memory;
#[cfg(feature = "redis")]
mod redis;
mod statuses;

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
pub use error::StoreError;
pub use file::JsonFileStore;
pub use memory::MemoryStore;

use crate::spec::{ProcessId, ProcessStatus, Spec, SpecId};
use std::sync::Arc;

/// A place for specs, and for what became of them in each process.
///
/// Implementations answer within seconds, also where what's behind them hangs: a manager waits for them, and so does who
/// drops it.
pub trait SpecStore: Send + Sync {
    /// All specs, in an order that stays, no two with the same identity. They needn't be
    /// [valid](Spec::validate): one that isn't concerns no other.
    ///
    /// # Errors
    ///
    /// When they can't be read. Who has read them before goes on with those.
    fn specs(&self) -> Result<Vec<Spec>, StoreError>;

    /// All specs that can be read, and of each other one why not: a broken one concerns no other. Where that's not told apart,
    /// it's [`specs`](Self::specs).
    ///
    /// # Errors
    ///
    /// When none can be read, or there are too many.
    fn readable(&self) -> Result<Readable, StoreError> {
        self.specs().map(|specs| Readable { specs, broken: Vec::new() })
    }

    /// What the specs are at the moment, as a value that differs whenever they do. Costs less than reading them.
    ///
    /// # Errors
    ///
    /// When they can't be read.
    fn version(&self) -> Result<StoreVersion, StoreError>;

    /// Adds a spec, last modified now.
    ///
    /// # Errors
    ///
    /// When there's one of its identity already, it isn't valid, there are too many, or they can't be read or written.
    fn add(&self, spec: Spec) -> Result<(), StoreError>;

    /// Puts a spec in the place of the one of its identity, last modified now.
    ///
    /// # Errors
    ///
    /// When there's none of its identity, it isn't valid, they'd be too large, or they can't be read or written.
    fn update(&self, spec: Spec) -> Result<(), StoreError>;

    /// Removes a spec.
    ///
    /// # Errors
    ///
    /// When there's none of this identity, or they can't be read or written.
    fn remove(&self, id: &SpecId) -> Result<(), StoreError>;

    /// Notes what became of the specs in a process, in place of what that process noted before.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    fn write_status(&self, status: &ProcessStatus) -> Result<(), StoreError>;

    /// Removes a process's status, if there's one.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    fn remove_status(&self, process: &ProcessId) -> Result<(), StoreError>;

    /// What became of the specs in each process that applies them and, as far as that's known, still runs.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    fn statuses(&self) -> Result<Vec<ProcessStatus>, StoreError>;
}

/// What's in a store, see [`SpecStore::readable`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readable {
    /// The specs that can be read, no two with the same identity.
    pub specs: Vec<Spec>,
    /// The others, by what of their identity can be read, and what's wrong.
    pub broken: Vec<(SpecId, StoreError)>,
}

/// See [`SpecStore::version`]. Equal ones of one store mean equal specs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StoreVersion(u64);

impl StoreVersion {
    /// Of a counter that grows with each change, or a hash of what's stored.
    pub fn new(number: u64) -> StoreVersion {
        StoreVersion(number)
    }

    /// Of what's stored, by a hash.
    pub(crate) fn of(content: impl std::hash::Hash) -> StoreVersion {
        use std::hash::{DefaultHasher, Hasher};
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        StoreVersion(hasher.finish())
    }
}

/// A store can be shared within a process, too: by a manager and by who adds the specs.
impl<S: SpecStore + ?Sized> SpecStore for Arc<S> {
    fn specs(&self) -> Result<Vec<Spec>, StoreError> {
        (**self).specs()
    }

    fn readable(&self) -> Result<Readable, StoreError> {
        (**self).readable()
    }

    fn version(&self) -> Result<StoreVersion, StoreError> {
        (**self).version()
    }

    fn add(&self, spec: Spec) -> Result<(), StoreError> {
        (**self).add(spec)
    }

    fn update(&self, spec: Spec) -> Result<(), StoreError> {
        (**self).update(spec)
    }

    fn remove(&self, id: &SpecId) -> Result<(), StoreError> {
        (**self).remove(id)
    }

    fn write_status(&self, status: &ProcessStatus) -> Result<(), StoreError> {
        (**self).write_status(status)
    }

    fn remove_status(&self, process: &ProcessId) -> Result<(), StoreError> {
        (**self).remove_status(process)
    }

    fn statuses(&self) -> Result<Vec<ProcessStatus>, StoreError> {
        (**self).statuses()
    }
}
