//! Lines of a function with `#[checkpoints]`: one thread's sums and maxima.

use super::mine::Mine;
use super::store;
use crate::base::sync::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// One thread's statistics of one function.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The era that the figures are of; a reset begins another.
    era: AtomicU32,
    calls: AtomicU64,
    lines: &'static [Line],
    /// Calls under way.
    depth: AtomicU32,
}

#[derive(Debug)]
struct Line {
    sum: AtomicU64,
    max: AtomicU64,
}

impl Lines {
    pub(crate) fn new(lines: usize, era: u32) -> Lines {
        let line = || Line { sum: AtomicU64::new(0), max: AtomicU64::new(0) };
        Lines {
            era: AtomicU32::new(era),
            calls: AtomicU64::new(0),
            lines: store::keep_all(lines, line),
            depth: AtomicU32::new(0),
        }
    }
}

impl Lines {
    /// How many calls there were so far, whoever writes meanwhile.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }
}

impl Mine<'_, Lines> {
    /// Begins a call, and returns how many are under way.
    pub(crate) fn enter(self) -> u32 {
        let depth = self.depth.load(Relaxed) + 1;
        self.depth.store(depth, Relaxed);
        depth
    }

    /// Ends a call.
    pub(crate) fn leave(self) {
        self.depth.store(self.depth.load(Relaxed).saturating_sub(1), Relaxed);
    }

    /// Forgets calls that a thread which has ended left under way.
    pub(crate) fn abandon(self) {
        self.depth.store(0, Relaxed);
    }

    /// Counts a call.
    pub(crate) fn count(self, era: u32) {
        self.enter_era(era);
        self.calls.store(self.calls.load(Relaxed) + 1, Relaxed);
    }

    /// Adds a run of a line.
    pub(crate) fn record(self, line: usize, time: u64, era: u32) {
        self.enter_era(era);
        if let Some(line) = self.lines.get(line) {
            line.sum.store(line.sum.load(Relaxed).saturating_add(time), Relaxed);
            line.max.store(line.max.load(Relaxed).max(time), Relaxed);
        }
    }

    #[inline(always)]
    fn enter_era(self, era: u32) {
        if self.era.load(Relaxed) != era {
            self.begin_era(era);
        }
    }

    /// Forgets what was before a reset.
    #[cold]
    #[inline(never)]
    fn begin_era(self, era: u32) {
        self.calls.store(0, Relaxed);
        for line in self.lines {
            line.sum.store(0, Relaxed);
            line.max.store(0, Relaxed);
        }
        self.era.store(era, Relaxed);
    }
}

impl Lines {
    /// Calls, and sum and maximum of each line, since the era began.
    pub(crate) fn read(&self, era: u32) -> Option<(u64, impl Iterator<Item = (u64, u64)>)> {
        let lines = self.lines.iter().map(|line| (line.sum.load(Relaxed), line.max.load(Relaxed)));
        (self.era.load(Relaxed) == era).then(|| (self.calls.load(Relaxed), lines))
    }
}
