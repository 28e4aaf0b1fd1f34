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
    /// Spans, and pushes of components, begun or ended after their thread's locals were torn down.
    pub after_exit: u64,
    /// Measurements dropped because there are too many names.
    pub too_many_names: u64,
    /// Measurements that were not a number.
    pub not_a_number: u64,
    /// Pushes of components that are in no call graph, because the path was too deep, or because there are too many.
    pub pushes: u64,
    /// Entries of [`Scope::Timeline`](crate::storage::Scope::Timeline) that made room for later ones.
    pub overwritten: u64,
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
            pushes: self.pushes.saturating_sub(earlier.pushes),
            overwritten: self.overwritten.saturating_sub(earlier.overwritten),
        }
    }
}

/// What one thread has lost; written by the thread that holds the tree, plainly, since past a cap each call loses.
#[derive(Default)]
pub(crate) struct LostCounters {
    too_deep: AtomicU64,
    too_many_nodes: AtomicU64,
    too_many_names: AtomicU64,
    not_a_number: AtomicU64,
}

/// What was lost by threads that have no tree any more, the only counter that they share.
static AFTER_EXIT: AtomicU64 = AtomicU64::new(0);

#[cold]
pub(crate) fn lost_after_exit() {
    AFTER_EXIT.fetch_add(1, Relaxed);
}

/// Why a component's push isn't in the call graph.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LostPush {
    /// Too deep, or over the limit.
    NoRoom,
    /// It was, but its entry made room for another.
    Overwritten,
}

/// Pushes by reason, all threads together: they cost a reading of the system anyway.
static PUSHES: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

#[cold]
pub(crate) fn lost_push(why: LostPush) {
    PUSHES[why as usize].fetch_add(1, Relaxed);
}

/// What these have lost together, and those without a tree.
pub(crate) fn lost<'a>(all: impl Iterator<Item = &'a LostCounters>) -> Lost {
    let none = Lost {
        pushes: PUSHES[LostPush::NoRoom as usize].load(Relaxed),
        after_exit: AFTER_EXIT.load(Relaxed),
        overwritten: PUSHES[LostPush::Overwritten as usize].load(Relaxed),
        ..Lost::default()
    };
    all.fold(none, |sum, one| Lost {
        too_deep: sum.too_deep + one.too_deep.load(Relaxed),
        too_many_nodes: sum.too_many_nodes + one.too_many_nodes.load(Relaxed),
        too_many_names: sum.too_many_names + one.too_many_names.load(Relaxed),
        not_a_number: sum.not_a_number + one.not_a_number.load(Relaxed),
        ..sum
    })
}

/// Owner only.
fn add_one(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}

/// All owner only.
impl LostCounters {
    pub(crate) fn too_deep(&self) {
        add_one(&self.too_deep);
    }

    pub(crate) fn too_many_nodes(&self) {
        add_one(&self.too_many_nodes);
    }

    pub(crate) fn too_many_names(&self) {
        add_one(&self.too_many_names);
    }

    pub(crate) fn not_a_number(&self) {
        add_one(&self.not_a_number);
    }
}
