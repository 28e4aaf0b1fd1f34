//! What was not recorded, by reason: counted, never silent.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What was not recorded as it should have been since the start or the last reset, by reason; all 0 in a healthy
/// program. Reports print what isn't 0 in their footer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// Calls folded into the node they were in, because the call path was too deep.
    pub too_deep: u64,
    /// Calls folded into the node they were in, because there are too many call paths.
    pub too_many_nodes: u64,
    /// Spans begun or ended after their thread's locals were torn down.
    pub after_exit: u64,
    /// Measurements dropped because there are too many names.
    pub too_many_names: u64,
    /// Measurements that were not a number.
    pub not_a_number: u64,
}

impl Lost {
    /// Whether nothing was lost.
    pub fn is_empty(&self) -> bool {
        *self == Lost::default()
    }

    pub(crate) fn since(&self, earlier: &Lost) -> Lost {
        Lost {
            too_deep: self.too_deep.saturating_sub(earlier.too_deep),
            too_many_nodes: self.too_many_nodes.saturating_sub(earlier.too_many_nodes),
            after_exit: self.after_exit.saturating_sub(earlier.after_exit),
            too_many_names: self.too_many_names.saturating_sub(earlier.too_many_names),
            not_a_number: self.not_a_number.saturating_sub(earlier.not_a_number),
        }
    }
}

/// The counters behind [`Lost`]. Shared by all threads: losing is the exception.
#[derive(Default)]
pub(crate) struct LostCounters {
    too_deep: AtomicU64,
    too_many_nodes: AtomicU64,
    after_exit: AtomicU64,
    too_many_names: AtomicU64,
    not_a_number: AtomicU64,
}

pub(crate) fn lost() -> &'static LostCounters {
    static LOST: LostCounters = LostCounters {
        too_deep: AtomicU64::new(0),
        too_many_nodes: AtomicU64::new(0),
        after_exit: AtomicU64::new(0),
        too_many_names: AtomicU64::new(0),
        not_a_number: AtomicU64::new(0),
    };
    &LOST
}

impl LostCounters {
    pub(crate) fn too_deep(&self) {
        self.too_deep.fetch_add(1, Relaxed);
    }

    pub(crate) fn too_many_nodes(&self) {
        self.too_many_nodes.fetch_add(1, Relaxed);
    }

    pub(crate) fn after_exit(&self) {
        self.after_exit.fetch_add(1, Relaxed);
    }

    pub(crate) fn too_many_names(&self) {
        self.too_many_names.fetch_add(1, Relaxed);
    }

    pub(crate) fn not_a_number(&self) {
        self.not_a_number.fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Lost {
        Lost {
            too_deep: self.too_deep.load(Relaxed),
            too_many_nodes: self.too_many_nodes.load(Relaxed),
            after_exit: self.after_exit.load(Relaxed),
            too_many_names: self.too_many_names.load(Relaxed),
            not_a_number: self.not_a_number.load(Relaxed),
        }
    }
}
