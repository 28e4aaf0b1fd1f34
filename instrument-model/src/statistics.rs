//! The two kinds of statistics: of times, which are whole ticks and exact, and of numbers.

use crate::histogram::{Histogram, rank};

/// Extremes of no times.
const NO_TIMES: (u64, u64) = (u64::MAX, 0);
/// Extremes of no numbers.
const NO_NUMBERS: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

/// Statistics of times, in ticks. All sums are exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// How many there are.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
    /// The sum of their squares; 0 where it isn't kept.
    pub squares: u128,
    /// The shortest and the longest; `(u64::MAX, 0)` if there are none.
    pub extremes: (u64, u64),
    /// The extremes since the snapshot before this one.
    pub interval: (u64, u64),
    /// Their distribution; empty where it isn't kept.
    pub histogram: Histogram,
}

impl Default for Times {
    fn default() -> Times {
        Times { count: 0, sum: 0, squares: 0, extremes: NO_TIMES, interval: NO_TIMES, histogram: Histogram::default() }
    }
}

impl Times {
    /// Extremes of nothing.
    pub const NONE: (u64, u64) = NO_TIMES;

    /// The extremes of both.
    pub fn both(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
        (a.0.min(b.0), a.1.max(b.1))
    }

    /// Adds others to these.
    pub fn merge(&mut self, other: Times) {
        // Most paths are one thread's.
        if self.count == 0 && self.histogram.is_empty() {
            *self = other;
            return;
        }
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
        self.squares = self.squares.saturating_add(other.squares);
        self.extremes = Times::both(self.extremes, other.extremes);
        self.interval = Times::both(self.interval, other.interval);
        self.histogram.merge(other.histogram);
    }

    /// Takes away those that there were `before`. If these are of the snapshot right after, the extremes are those of the
    /// interval; else they're as exact as the distribution.
    pub fn subtract(&mut self, before: &Times, adjacent: bool) {
        self.count = self.count.saturating_sub(before.count);
        self.sum = self.sum.saturating_sub(before.sum);
        self.squares = self.squares.saturating_sub(before.squares);
        self.histogram = self.histogram.since(&before.histogram);
        self.extremes = match self.histogram.extremes() {
            _ if self.count == 0 => NO_TIMES,
            _ if adjacent && self.interval != NO_TIMES => self.interval,
            // An all-time extreme that moved was set in the interval; one that didn't is bounded by the buckets.
            Some((low, high)) => {
                let ever = self.extremes;
                (
                    if ever.0 < before.extremes.0 { ever.0 } else { low.max(ever.0) },
                    if ever.1 > before.extremes.1 { ever.1 } else { high.min(ever.1) },
                )
            }
            None => self.extremes,
        };
    }

    /// Their mean, in ticks; 0 if there are none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }

    /// The population's standard deviation, in ticks, from exact sums: no cancellation, whatever the ratio of deviation to
    /// mean.
    pub fn deviation(&self) -> f64 {
        if self.count < 2 || self.squares == 0 {
            return 0.0;
        }
        let (count, sum) = (u128::from(self.count), u128::from(self.sum));
        let mean_part = sum.saturating_mul(sum) / count;
        (self.squares.saturating_sub(mean_part) as f64 / count as f64).sqrt()
    }

    /// The shortest; 0 if there are none.
    pub fn min(&self) -> u64 {
        if self.count == 0 { 0 } else { self.extremes.0.min(self.extremes.1) }
    }

    /// The longest; 0 if there are none.
    pub fn max(&self) -> u64 {
        self.extremes.1
    }

    /// The time that a share `q` of them didn't exceed, within 1/64 and never outside of the extremes; `None` if there are
    /// none.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        let total = self.histogram.total();
        if self.count == 0 || total == 0 {
            return None;
        }
        // The first and the last are known exactly.
        match rank(q, total) {
            rank if rank == total => Some(self.max()),
            1 => Some(self.min()),
            rank => Some(self.histogram.at(rank)?.clamp(self.min(), self.max().max(self.min()))),
        }
    }
}

/// Statistics of numbers, each within [`Spread::LARGEST`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// How many there are.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// Where `squares` are measured from, close to the values: or a small deviation of large ones would drown in rounding.
    pub origin: f64,
    /// The sum of the squares of their distances from `origin`.
    pub squares: f64,
    /// The least and the greatest; infinity and its opposite if there are none.
    pub extremes: (f64, f64),
    /// The extremes since the snapshot before this one.
    pub interval: (f64, f64),
}

impl Default for Spread {
    fn default() -> Spread {
        Spread { count: 0, sum: 0.0, origin: 0.0, squares: 0.0, extremes: NO_NUMBERS, interval: NO_NUMBERS }
    }
}

impl Spread {
    /// Extremes of nothing.
    pub const NONE: (f64, f64) = NO_NUMBERS;

    /// The largest number there can be, either side of 0: of more than there'll ever be, the squares still add up.
    pub const LARGEST: f64 = 1e144;

    /// Whether it's a number that there can be: neither infinite, nor too large, nor NaN.
    #[inline(always)]
    pub fn takes(value: f64) -> bool {
        value.abs() <= Spread::LARGEST
    }

    /// The statistics of one number.
    pub fn of_one(value: f64) -> Spread {
        let extremes = (value, value);
        Spread { count: 1, sum: value, origin: value, squares: 0.0, extremes, interval: extremes }
    }

    /// The extremes of both.
    pub fn both(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
        (a.0.min(b.0), a.1.max(b.1))
    }

    /// The sum of squares about another origin.
    pub fn squares_about(&self, origin: f64) -> f64 {
        let (shift, count) = (self.origin - origin, self.count as f64);
        self.squares + 2.0 * shift * (self.sum - count * self.origin) + count * shift * shift
    }

    /// Adds others to these.
    pub fn merge(&mut self, other: &Spread) {
        if self.count == 0 {
            self.origin = other.origin;
        }
        self.squares += other.squares_about(self.origin);
        self.count = self.count.saturating_add(other.count);
        self.sum += other.sum;
        self.extremes = Spread::both(self.extremes, other.extremes);
        self.interval = Spread::both(self.interval, other.interval);
    }

    /// Takes away those that there were `before`. If these are of the snapshot right after, the extremes are those of the
    /// interval; else they stay.
    pub fn subtract(&mut self, before: &Spread, adjacent: bool) {
        self.count = self.count.saturating_sub(before.count);
        self.squares = (self.squares - before.squares_about(self.origin)).max(0.0);
        self.sum -= before.sum;
        self.extremes = match () {
            () if self.count == 0 => NO_NUMBERS,
            () if adjacent && self.interval != NO_NUMBERS => self.interval,
            () => self.extremes,
        };
    }

    /// Their mean; 0 if there are none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }

    /// The population's standard deviation.
    pub fn deviation(&self) -> f64 {
        if self.count < 2 {
            return 0.0;
        }
        let count = self.count as f64;
        let offset = self.sum / count - self.origin;
        (self.squares / count - offset * offset).max(0.0).sqrt()
    }

    /// False if there are no numbers; these may be infinite.
    fn has_extremes(&self) -> bool {
        self.extremes.0 <= self.extremes.1
    }

    /// The least; 0 if there are none.
    pub fn min(&self) -> f64 {
        if self.has_extremes() { self.extremes.0 } else { 0.0 }
    }

    /// The greatest; 0 if there are none.
    pub fn max(&self) -> f64 {
        if self.has_extremes() { self.extremes.1 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram;

    #[test]
    fn of_few_values_all_quantiles_but_those_in_the_middle_are_exact() {
        let values = [1_000_003u64, 1_234_567, 9_999_999];
        let bucket = |value: u64| {
            let (zeros, place) = histogram::locate(value);
            (histogram::bucket(histogram::octave(zeros), place), 1)
        };
        let times = Times {
            count: 3,
            sum: values.iter().sum(),
            extremes: (values[0], values[2]),
            histogram: values.map(bucket).into_iter().collect(),
            ..Times::default()
        };
        for (q, exact) in [(0.0, values[0]), (0.3, values[0]), (0.67, values[2]), (0.99, values[2]), (1.0, values[2])] {
            assert_eq!(times.quantile(q), Some(exact), "{q}");
        }
        let middle = times.quantile(0.5).expect("there are values");
        assert!(middle.abs_diff(values[1]) <= values[1] / 64, "{middle}");
        assert_eq!(Times::default().quantile(1.0), None);
    }

    #[test]
    fn a_tiny_deviation_of_huge_times_survives() {
        let values = [3_600_000_000_000u64, 3_600_000_000_002];
        let times = Times {
            count: 2,
            sum: values.iter().sum(),
            squares: values.iter().map(|&v| u128::from(v) * u128::from(v)).sum(),
            ..Times::default()
        };
        assert_eq!(times.deviation(), 1.0);
    }

    #[test]
    fn a_tiny_deviation_of_huge_numbers_survives_merging() {
        let mut both = Spread::of_one(1e15);
        both.merge(&Spread::of_one(1e15 + 2.0));
        assert_eq!((both.deviation(), both.mean(), both.count), (1.0, 1e15 + 1.0, 2));
        let before = Spread::of_one(1e15);
        both.subtract(&before, false);
        assert_eq!((both.count, both.mean()), (1, 1e15 + 2.0));
    }
}
