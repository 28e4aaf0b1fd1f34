//! Epochs: each snapshot ends one, so that the extremes of an interval are exact although no reader writes statistics.

use crate::base::sync::{AtomicU32, Ordering};

/// The epoch under way, and the one in which statistics were last reset, the *era*.
#[derive(Debug)]
pub(crate) struct Epochs {
    pub(crate) current: AtomicU32,
    pub(crate) era: AtomicU32,
}

#[cfg(not(loom))]
static EPOCHS: Epochs = Epochs { current: AtomicU32::new(1), era: AtomicU32::new(0) };

#[cfg(not(loom))]
#[inline(always)]
pub(crate) fn epochs() -> &'static Epochs {
    &EPOCHS
}

impl Epochs {
    /// Ends the epoch under way. One reader at a time.
    pub(crate) fn end(&self) -> u32 {
        let ended = self.current.load(Ordering::Relaxed);
        self.current.store(ended.wrapping_add(1), Ordering::Release);
        ended
    }

    /// Ends the epoch under way, and lets extremes begin anew with the next one. One reader at a time.
    ///
    /// The era comes first: who records in the next epoch and didn't know yet that it begins an era would carry over the
    /// extremes from before.
    pub(crate) fn end_with_era(&self) -> u32 {
        self.era.store(self.current.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        self.end()
    }

    /// The epoch under way, and an era that's no older.
    pub(crate) fn current_and_era(&self) -> (u32, u32) {
        (self.current.load(Ordering::Acquire), self.era.load(Ordering::Relaxed))
    }

    /// The epoch in which statistics were last reset.
    pub(crate) fn era(&self) -> u32 {
        self.era.load(Ordering::Relaxed)
    }
}

/// The extremes that a value kept for the epoch under way, for the one before and for all others, as a reader of the epoch
/// `ended` has to combine them: those since the era, and those of the epoch that has ended.
pub(crate) fn combine<E: Copy>(
    (epoch, previous_epoch): (u32, u32),
    (ended, era): (u32, u32),
    (now, previous, ever): (E, E, E),
    (both, nothing): (fn(E, E) -> E, E),
) -> (E, E) {
    let extremes = if epoch < era { nothing } else { both(now, ever) };
    let interval = match epoch {
        _ if epoch == ended => now,
        // The owner was quicker than the reader: what it has recorded since belongs to both epochs, as its count does to
        // this reading.
        _ if epoch == ended.wrapping_add(1) && previous_epoch == ended => both(now, previous),
        _ if epoch == ended.wrapping_add(1) => now,
        _ => nothing,
    };
    (extremes, interval)
}
