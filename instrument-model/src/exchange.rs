//! Distributions for other tools, as histograms of the crate `hdrhistogram`.

use crate::histogram::bounds;
use crate::{NodeRef, Scale, Times};
use hdrhistogram::Histogram;

/// Significant digits, so that what's rounded again is a thirtieth of what was.
const DIGITS: u8 = 3;

impl Times {
    /// The distribution in nanoseconds, where a tick is as long as `scale` says, for tools that read the format V2 of
    /// `hdrhistogram`. Quantiles are within 1/60 of the exact ones; it's empty where no distribution was kept.
    ///
    /// Costs some 50 KB, so take it for what's exchanged, one at a time.
    #[must_use]
    pub fn to_hdr(&self, scale: Scale) -> Histogram<u64> {
        let (min, max) = (self.min(), self.max().max(self.min()));
        let mut to = Histogram::new(DIGITS).expect("up to 5 digits are allowed");
        for &(bucket, count) in self.histogram.buckets() {
            let (low, high) = bounds(bucket.into());
            let middle = (low + (high - low) / 2).clamp(min, max);
            to.record_n(scale.nanos(middle), count).expect("it grows up to all values that there are");
        }
        to
    }
}

impl NodeRef<'_> {
    /// The distribution of the timed calls in nanoseconds, see [`Times::to_hdr`].
    ///
    /// ```
    /// use hdrhistogram::serialization::{Serializer, V2Serializer};
    ///
    /// fn export(node: instrument_model::NodeRef<'_>) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    ///     let mut bytes = Vec::new();
    ///     V2Serializer::new().serialize(&node.histogram(), &mut bytes)?;
    ///     Ok(bytes)
    /// }
    /// ```
    #[must_use]
    pub fn histogram(&self) -> Histogram<u64> {
        self.data().times.to_hdr(self.scale())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::{Histogram as Ours, bucket, locate, octave};
    use hdrhistogram::serialization::{Deserializer, Serializer, V2Serializer};
    use std::collections::BTreeMap;

    fn times(values: &[u64]) -> Times {
        let mut buckets: BTreeMap<u16, u64> = BTreeMap::new();
        for &value in values {
            let (zeros, place) = locate(value);
            *buckets.entry(bucket(octave(zeros), place) as u16).or_default() += 1;
        }
        Times {
            count: values.len() as u64,
            extremes: (values[0], values[values.len() - 1]),
            histogram: Ours::from_buckets(buckets.into_iter().collect()).expect("they ascend"),
            ..Times::default()
        }
    }

    #[test]
    fn exchanged_quantiles_are_the_exact_ones_within_a_sixtieth() {
        // From nanoseconds to hours, with a long tail; three ticks make two nanoseconds.
        let values: Vec<u64> = (1..=50_000u64).map(|n| n * n * n / 37 + n).collect();
        let scale = Scale::from_ratio(2.0, 3.0).expect("a plausible ratio");
        let hdr = times(&values).to_hdr(scale);
        assert_eq!(hdr.len(), values.len() as u64);
        for q in [0.0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.9999, 1.0] {
            let rank = ((q * values.len() as f64).ceil() as usize).max(1);
            let exact = scale.nanos(values[rank - 1]) as f64;
            let found = hdr.value_at_quantile(q) as f64;
            assert!((found - exact).abs() <= exact / 60.0 + 1.0, "{q}: {found}, and exactly {exact}");
        }
    }

    #[test]
    fn the_format_that_others_read_holds_all_of_it() {
        for values in [vec![0, 1, 2, 3_000, 5_000_000_000], vec![u64::MAX - 1, u64::MAX]] {
            let hdr = times(&values).to_hdr(Scale::NANOSECONDS);
            let mut bytes = Vec::new();
            V2Serializer::new().serialize(&hdr, &mut bytes).expect("memory takes everything");
            let again: Histogram<u64> = Deserializer::new().deserialize(&mut &bytes[..]).expect("its own format");
            assert_eq!(again, hdr);
        }
    }

    #[test]
    fn nothing_is_exchanged_as_nothing() {
        assert!(Times::default().to_hdr(Scale::NANOSECONDS).is_empty());
    }
}
