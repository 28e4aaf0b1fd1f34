//! Observations that are kept one by one: the last ones of a thread and a component, in a ring.
//!
//! The owner writes with plain stores, one slot after the other; each slot is a sequence lock of its own, so that
//! readers neither wait nor disturb. A slot that's written while it's read is left out: its old entry is gone anyway.

use super::column::Laps;
use super::mine::Mine;
use super::node::Node;
use super::store;
use crate::base::sync::Sequence;
use instrument_model::data::Amount;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed};

/// How many entries of [`Scope::Timeline`](crate::storage::Scope::Timeline) a thread keeps for each component, at 80 bytes
/// each.
pub const TIMELINE: usize = 4096;

/// One observation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Ascending in the order of pushes, above 0.
    pub(crate) id: u64,
    /// The push that it's right below, if that's an entry of its own, too; else 0.
    pub(crate) parent: u64,
    /// Its call path.
    pub(crate) node: &'static Node,
    pub(crate) laps: Laps,
    /// Without what was observed within.
    pub(crate) own: Amount,
}

#[derive(Default)]
struct Slot {
    sequence: Sequence,
    era: AtomicU32,
    /// 0 before it was ever written.
    id: AtomicU64,
    parent: AtomicU64,
    node: AtomicPtr<Node>,
    count: AtomicU64,
    /// Sum and divisor of all laps, then those without what was observed within, as bits.
    figures: [AtomicU64; 4],
}

/// The last observations of one thread and component.
pub(crate) struct Moments {
    slots: &'static [Slot],
    /// How many there were.
    next: AtomicU64,
}

impl Default for Moments {
    fn default() -> Moments {
        Moments { slots: store::keep_all(TIMELINE, Slot::default), next: AtomicU64::new(0) }
    }
}

impl Mine<'_, Moments> {
    /// Adds one, and returns whether another of the same era had to go.
    pub(crate) fn add(self, moment: &Moment, era: u32) -> bool {
        let added = self.next.load(Relaxed);
        self.next.store(added + 1, Relaxed);
        let slot = &self.slots[added as usize % TIMELINE];
        let overwritten = slot.id.load(Relaxed) != 0 && slot.era.load(Relaxed) == era;
        slot.sequence.write(|| {
            slot.era.store(era, Relaxed);
            slot.id.store(moment.id, Relaxed);
            slot.parent.store(moment.parent, Relaxed);
            slot.node.store(ptr::from_ref(moment.node).cast_mut(), Relaxed);
            slot.count.store(moment.laps.count, Relaxed);
            let figures = [moment.laps.amount.sum, moment.laps.amount.per, moment.own.sum, moment.own.per];
            for (place, figure) in slot.figures.iter().zip(figures) {
                place.store(figure.to_bits(), Relaxed);
            }
        });
        overwritten
    }
}

impl Moments {
    /// What's kept since the era began, in the order of pushes.
    pub(crate) fn read(&self, era: u32) -> Vec<Moment> {
        let mut moments: Vec<Moment> = self.slots.iter().filter_map(|slot| slot.read(era)).collect();
        moments.sort_unstable_by_key(|moment| moment.id);
        moments
    }
}

impl Slot {
    fn read(&self, era: u32) -> Option<Moment> {
        self.sequence.try_read(|| self.load(era))?
    }

    #[expect(unsafe_code, reason = "nodes are shared by pointer")]
    fn load(&self, era: u32) -> Option<Moment> {
        if self.era.load(Relaxed) != era {
            return None;
        }
        let [sum, per, own_sum, own_per] = [0, 1, 2, 3].map(|at| f64::from_bits(self.figures[at].load(Relaxed)));
        // SAFETY: null, or a node that `add` got as `&'static`, and which was published with this thread's tree before.
        let node = unsafe { self.node.load(Relaxed).as_ref::<'static>() }?;
        Some(Moment {
            id: self.id.load(Relaxed),
            parent: self.parent.load(Relaxed),
            node,
            laps: Laps { amount: Amount { sum, per }, count: self.count.load(Relaxed) },
            own: Amount { sum: own_sum, per: own_per },
        })
    }
}
