//! Pushes that are entries of their own: the last ones of a thread, in a ring.
//!
//! The owner writes with plain stores, one slot after the other; each slot is a sequence lock of its own, so that
//! readers neither wait nor disturb. A slot that's written while it's read is left out: its old entry is gone anyway.

use crate::component::Laps;
use crate::registry;
use crate::sync::{AtomicU32, AtomicU64, Ordering::*, fence};

/// How many entries of [`Scope::Timeline`](super::Scope::Timeline) a thread keeps for each component, at 72 bytes each.
pub const TIMELINE: usize = 4096;

/// One push.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moment {
    /// Ascending in the order of pushes, above 0.
    pub(super) id: u64,
    /// The push that it's right below, if that's an entry of its own, too; else 0.
    pub(super) parent: u64,
    /// Its call path, as a place in the graph's list of cells.
    pub(super) cell: usize,
    pub(super) laps: Laps,
    /// Without what was observed within.
    pub(super) own: Laps,
}

#[derive(Default)]
struct Slot {
    /// Odd while the owner writes, 0 before it ever did.
    version: AtomicU32,
    era: AtomicU32,
    id: AtomicU64,
    parent: AtomicU64,
    cell: AtomicU64,
    count: AtomicU64,
    /// Sum and divisor of all laps, then those without what was observed within, as bits.
    figures: [AtomicU64; 4],
}

pub(super) struct Timeline {
    slots: Box<[Slot]>,
    /// Owner only.
    next: AtomicU64,
}

impl Timeline {
    pub(super) fn new() -> Timeline {
        Timeline { slots: (0..TIMELINE).map(|_| Slot::default()).collect(), next: AtomicU64::new(0) }
    }

    /// Owner only.
    pub(super) fn add(&self, moment: &Moment) {
        let added = self.next.load(Relaxed);
        self.next.store(added + 1, Relaxed);
        let slot = &self.slots[added as usize % TIMELINE];
        let (version, era) = (slot.version.load(Relaxed), registry::era());
        if version != 0 && slot.era.load(Relaxed) == era {
            registry::lost_push(registry::LostPush::Overwritten);
        }
        slot.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        slot.era.store(era, Relaxed);
        slot.id.store(moment.id, Relaxed);
        slot.parent.store(moment.parent, Relaxed);
        slot.cell.store(moment.cell as u64, Relaxed);
        slot.count.store(moment.laps.count, Relaxed);
        let figures = [moment.laps.sum, moment.laps.per, moment.own.sum, moment.own.per];
        for (place, figure) in slot.figures.iter().zip(figures) {
            place.store(figure.to_bits(), Relaxed);
        }
        // 0 stands for a slot that was never written.
        slot.version.store(version.wrapping_add(2).max(2), Release);
    }

    /// What's kept, in the order of pushes.
    pub(super) fn moments(&self) -> Vec<Moment> {
        let mut moments: Vec<Moment> = self.slots.iter().filter_map(Slot::read).collect();
        moments.sort_unstable_by_key(|moment| moment.id);
        moments
    }
}

impl Slot {
    fn read(&self) -> Option<Moment> {
        let version = self.version.load(Acquire);
        if version == 0 || !version.is_multiple_of(2) || self.era.load(Relaxed) != registry::era() {
            return None;
        }
        let [sum, per, own_sum, own_per] = [0, 1, 2, 3].map(|at| f64::from_bits(self.figures[at].load(Relaxed)));
        let count = self.count.load(Relaxed);
        let moment = Moment {
            id: self.id.load(Relaxed),
            parent: self.parent.load(Relaxed),
            cell: self.cell.load(Relaxed) as usize,
            laps: Laps { sum, per, count },
            own: Laps { sum: own_sum, per: own_per, count },
        };
        fence(Acquire);
        (self.version.load(Relaxed) == version).then_some(moment)
    }
}
