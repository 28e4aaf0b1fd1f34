//! When the clock that spans are timed by and the system's went apart.

/// A time in which the clock that spans are timed by and the system's went apart: the machine slept, or it was paused, or
/// moved to another one.
///
/// Nobody knows when exactly it was, and which of the two told the time. What's known is that a span which was open all the
/// while counts what its own clock counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parting {
    /// When the two last agreed, in ticks.
    pub from: u64,
    /// When they were found to have parted, in ticks.
    pub to: u64,
    /// Ticks that were counted meanwhile; 0 if the counter began anew.
    pub counted: u64,
    /// Ticks that would have been counted, had they gone on as the system's clock did.
    pub passed: u64,
}

/// What's less than a two-hundredth of a figure doesn't change its three digits.
const VISIBLE: u64 = 200;

impl Parting {
    /// By how many ticks the clocks differ.
    pub fn gap(&self) -> u64 {
        self.counted.abs_diff(self.passed)
    }

    /// Whether the system's clock stood still while that of the spans went on.
    pub fn stood_still(&self) -> bool {
        self.counted > self.passed
    }

    /// Whether it's large enough to be seen in a figure of so many ticks.
    pub fn is_visible_in(&self, ticks: u64) -> bool {
        self.gap().saturating_mul(VISIBLE) >= ticks
    }

    /// Whether one of some spans may have been open across it, as far as the shortest and the longest tell.
    ///
    /// While the system's clock stood still, such a span has counted at least that time. Where that clock went ahead, a span
    /// looks like any other: those count that are as long as most of the time in which it may have been. Of a counter that
    /// began anew, such a span has counted nothing.
    pub fn may_be_in(&self, shortest: u64, longest: u64) -> bool {
        let least = match () {
            () if self.counted == 0 && shortest == 0 => 0,
            // A little less: the gap is as exact as the scale.
            () if self.stood_still() => self.gap() - self.gap() / 16,
            () => self.to.saturating_sub(self.from) / 2,
        };
        longest >= least && self.is_visible_in(longest)
    }

    /// Whether something that was open from then to then may have been so across it. As [`may_be_in`](Self::may_be_in), of
    /// the part of it that lies in the time in which they parted.
    pub fn may_be_between(&self, from: u64, to: u64) -> bool {
        let within = to.min(self.to).saturating_sub(from.max(self.from));
        within > 0 && self.may_be_in(u64::MAX, within) && self.is_visible_in(to - from)
    }

    /// The two as one, for who can't keep both.
    #[must_use]
    pub fn with(self, later: Parting) -> Parting {
        // What went ahead once and stood still once was apart by both together.
        let (gap, still) = (self.gap().saturating_add(later.gap()), self.stood_still() || later.stood_still());
        let least = self.counted.min(self.passed).saturating_add(later.counted.min(later.passed));
        let most = least.saturating_add(gap);
        let (counted, passed) = if still { (most, least) } else { (least, most) };
        Parting { from: self.from, to: later.to, counted, passed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_open_while_the_systems_clock_stood_still_has_counted_that_time() {
        let slept = Parting { from: 1_000, to: 20_000, counted: 19_000, passed: 9_000 };
        assert!(!slept.may_be_in(5, 9_000), "shorter than the 10,000 that it slept");
        assert!(slept.may_be_in(5, 10_000));
        assert!(!slept.may_be_in(5, 3_000_000), "not to be seen in so long a time");
        assert!(slept.may_be_between(500, 12_000));
        assert!(!slept.may_be_between(15_000, 40_000) && !slept.may_be_between(0, 2_000), "no more than its edge");
        assert!(!slept.may_be_between(20_000, 10), "nonsense is nothing");
    }

    #[test]
    fn where_it_went_ahead_what_took_most_of_the_time_counts() {
        let paused = Parting { from: 1_000, to: 2_000, counted: 1_000, passed: 90_000 };
        assert!(paused.may_be_in(5, 500) && !paused.may_be_in(5, 499));
        let anew = Parting { from: 1_000, to: 2_000, counted: 0, passed: 1_000 };
        assert!(anew.may_be_in(0, 3), "it counted nothing");
        assert!(!anew.may_be_in(1, 3));
    }

    #[test]
    fn partings_kept_as_one_are_apart_by_both() {
        let slept = Parting { from: 0, to: 30, counted: 30, passed: 10 };
        let paused = Parting { from: 40, to: 50, counted: 10, passed: 15 };
        assert_eq!(slept.with(paused), Parting { from: 0, to: 50, counted: 45, passed: 20 });
        assert_eq!(paused.with(paused).gap(), 10);
        assert!(!paused.with(paused).stood_still());
    }
}
