//! Times of another clock: the same durations in ticks of another length.

use instrument_model::data::{Node, Parting, Tasks};
use instrument_model::histogram::{Histogram, bounds, bucket, locate, octave};
use instrument_model::{Scale, Times};

/// What makes ticks of one clock those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rescale {
    from: Scale,
    to: Scale,
}

/// Where ticks are as long as that but for one part in a thousand, values stay in their buckets, which are a 32nd wide.
const ALIKE: f64 = 1e-3;

impl Rescale {
    pub(super) fn new(from: Scale, to: Scale) -> Rescale {
        Rescale { from, to }
    }

    fn is_nothing(self) -> bool {
        self.from == self.to
    }

    fn ratio(self) -> f64 {
        self.from.to_bits() as f64 / self.to.to_bits() as f64
    }

    /// To the nearest tick.
    pub(super) fn ticks(self, ticks: u64) -> u64 {
        if self.is_nothing() {
            return ticks;
        }
        let (from, to) = (u128::from(self.from.to_bits()), u128::from(self.to.to_bits()));
        u64::try_from((u128::from(ticks) * from + to / 2) / to).unwrap_or(u64::MAX)
    }

    pub(super) fn times(self, times: &Times) -> Times {
        let pair = |(least, greatest): (u64, u64)| match (least, greatest) {
            Times::NONE => Times::NONE,
            _ => (self.ticks(least), self.ticks(greatest)),
        };
        if self.is_nothing() {
            return times.clone();
        }
        let sum = self.ticks(times.sum);
        Times {
            count: times.count,
            sum,
            squares: self.squares(times, sum),
            extremes: pair(times.extremes),
            interval: pair(times.interval),
            histogram: self.histogram(&times.histogram),
        }
    }

    /// By way of the distance from the mean: the difference of two large sums of squares would drown in rounding.
    fn squares(self, times: &Times, sum: u64) -> u128 {
        if times.squares == 0 || times.count == 0 {
            return 0;
        }
        let about_mean = |sum: u64| (u128::from(sum) * u128::from(sum)) / u128::from(times.count);
        let apart = times.squares.saturating_sub(about_mean(times.sum)) as f64;
        about_mean(sum).saturating_add((apart * self.ratio() * self.ratio()) as u128)
    }

    /// Each bucket's middle stands for its values.
    fn histogram(self, histogram: &Histogram) -> Histogram {
        if (self.ratio() - 1.0).abs() < ALIKE {
            return histogram.clone();
        }
        let moved = |&(from, count): &(u16, u64)| {
            let (low, high) = bounds(from.into());
            let (zeros, place) = locate(self.ticks(low + (high - low) / 2));
            (bucket(octave(zeros), place), count)
        };
        histogram.buckets().iter().map(moved).collect()
    }

    pub(super) fn parting(self, parting: &Parting) -> Parting {
        Parting {
            from: self.ticks(parting.from),
            to: self.ticks(parting.to),
            counted: self.ticks(parting.counted),
            passed: self.ticks(parting.passed),
        }
    }

    /// All times of a node.
    pub(super) fn node(self, node: &mut Node) {
        if self.is_nothing() {
            return;
        }
        node.times = self.times(&node.times);
        for ticks in [&mut node.estimated, &mut node.total, &mut node.own] {
            *ticks = self.ticks(*ticks);
        }
        if let Some(tasks) = &mut node.tasks {
            let Tasks { wall, cancelled_wall, .. } = &mut **tasks;
            *wall = self.times(wall);
            *cancelled_wall = self.ticks(*cancelled_wall);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::times;

    #[test]
    fn durations_stay_what_they_are() {
        let ticks = [52_000_u64, 52_001, 130_000, 7_800_000_000];
        let slow = Scale::from_ratio(1.0, 2.6).expect("a scale");
        let before = times(&ticks);
        let after = Rescale::new(slow, Scale::NANOSECONDS).times(&before);
        let nanos = ticks.map(|ticks| (ticks as f64 / 2.6).round() as u64);
        assert_eq!(after.count, 4);
        assert!(after.sum.abs_diff(nanos.iter().sum()) <= 2, "{}", after.sum);
        // The scale itself is rounded to 2⁻³² nanoseconds.
        assert!(after.extremes.0 == nanos[0] && after.extremes.1.abs_diff(nanos[3]) <= 2, "{:?}", after.extremes);
        assert!((after.deviation() / (before.deviation() / 2.6) - 1.0).abs() < 1e-9);
        for (q, exact) in [(0.5, nanos[1]), (0.75, nanos[2])] {
            let found = after.quantile(q).expect("there are times");
            assert!(found.abs_diff(exact) <= exact / 32, "{q}: {found} for {exact}");
        }
    }

    #[test]
    fn a_small_deviation_of_long_times_survives() {
        let before = times(&[3_600_000_000_000, 3_600_000_000_400]);
        let other = Scale::from_ratio(1.0, 1.0002).expect("a scale");
        let after = Rescale::new(other, Scale::NANOSECONDS).times(&before);
        assert!((after.deviation() - 200.0).abs() < 0.5, "{}", after.deviation());
    }

    #[test]
    fn of_one_clock_nothing_changes() {
        let before = times(&[0, 3, 64, 65, u64::MAX >> 20]);
        assert_eq!(Rescale::new(Scale::NANOSECONDS, Scale::NANOSECONDS).times(&before), before);
        assert_eq!(
            Rescale::new(Scale::NANOSECONDS, Scale::from_ratio(2.0, 1.0).expect("one")).times(&Times::default()),
            Times::default()
        );
    }
}
