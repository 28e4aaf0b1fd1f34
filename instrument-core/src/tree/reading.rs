//! What's read of statistics: one state, in which all figures belong together.

use instrument_model::Times;
use instrument_model::histogram::Histogram;

/// One consistent state of a [`Stats`](super::stats::Stats), in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Start of the span that runs now.
    pub(crate) open: Option<u64>,
    pub(crate) count: u64,
    pub(crate) sum: u64,
    /// Time of all polls, if it's an async call's.
    pub(crate) polled: u64,
    pub(crate) squares: u128,
    /// Minimum and maximum since start or reset; `(u64::MAX, 0)` if there were no calls.
    pub(crate) extremes: (u64, u64),
    /// Minimum and maximum in the epoch that has just ended.
    pub(crate) interval: (u64, u64),
}

impl Reading {
    /// As plain data, with the distribution.
    pub(crate) fn times(&self, histogram: Histogram) -> Times {
        Times {
            count: self.count,
            sum: self.sum,
            squares: self.squares,
            extremes: self.extremes,
            interval: self.interval,
            histogram,
        }
    }
}
