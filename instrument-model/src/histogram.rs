//! Which bucket a value belongs to: 32 sub-buckets per power of two, so that a bucket's middle is within 1/64 of all
//! the values in it.
//!
//! ```text
//! value     0 … 63 | 64 … 127 | 128 … 255 | …
//! width          1 |        2 |         4 | …
//! octave         5 |        6 |         7 | … 63
//! place     0 … 63 |  32 … 63 |   32 … 63 | …
//! ```
//! Each octave's buckets are a *page*. Recording allocates a page when the first value falls into it.

use std::fmt;
use std::ops::Range;

/// Places in an octave; only the first octave uses the lower half of them.
pub const PLACES: usize = 64;
/// Octaves of all values of `u64`, the lower five of which stay empty.
pub const OCTAVES: usize = 64;
/// The octave of the smallest values.
pub const FIRST: usize = 5;

/// The octave of `value`, as the number of zeros before it, and its place there.
#[inline(always)]
pub fn locate(value: u64) -> (u32, usize) {
    let zeros = (value | 1 << FIRST).leading_zeros();
    // Rather shifted twice than once by a difference, which takes three instructions more.
    (zeros, ((value << zeros) >> 58) as usize)
}

/// The octave of values with that many zeros before them.
pub fn octave(zeros: u32) -> usize {
    63 - zeros as usize
}

/// The places that an octave uses.
pub fn places(octave: usize) -> Range<usize> {
    if octave == FIRST { 0..PLACES } else { PLACES / 2..PLACES }
}

/// A bucket's number, ascending with its values.
pub fn bucket(octave: usize, place: usize) -> usize {
    octave * PLACES + place
}

/// The smallest and the largest value of a bucket.
pub fn bounds(bucket: usize) -> (u64, u64) {
    let shift = bucket / PLACES - FIRST;
    let low = ((bucket % PLACES) as u64) << shift;
    (low, low + ((1 << shift) - 1))
}

/// Which of so many values in ascending order, the first being 1, a share `q` of them doesn't exceed.
pub(crate) fn rank(q: f64, total: u64) -> u64 {
    ((q.clamp(0.0, 1.0) * total as f64).ceil() as u64).clamp(1, total.max(1))
}

/// The distribution of the values read from one or more nodes: buckets in ascending order, none empty.
#[derive(Clone)]
pub struct Histogram(Buckets);

/// Most paths of most programs are called once or twice, so a single bucket takes no memory of its own.
#[derive(Clone)]
enum Buckets {
    One((u16, u64)),
    Many(Vec<(u16, u64)>),
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram(Buckets::Many(Vec::new()))
    }
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Histogram) -> bool {
        self.buckets() == other.buckets()
    }
}

impl Eq for Histogram {}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Histogram").field(&self.buckets()).finish()
    }
}

/// From buckets and their counts, in any order; counts of one bucket add up.
impl FromIterator<(usize, u64)> for Histogram {
    fn from_iter<I: IntoIterator<Item = (usize, u64)>>(counts: I) -> Histogram {
        let counts = counts.into_iter().filter(|&(_, count)| count > 0);
        let mut counts = counts.map(|(bucket, count)| (bucket as u16, count));
        let Some(first) = counts.next() else { return Histogram::default() };
        let Some(second) = counts.next() else { return Histogram(Buckets::One(first)) };
        let mut buckets = vec![first, second];
        buckets.extend(counts);
        buckets.sort_unstable_by_key(|&(bucket, _)| bucket);
        buckets.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 = kept.1.saturating_add(if same { next.1 } else { 0 });
            same
        });
        Histogram(Buckets::Many(buckets))
    }
}

impl Histogram {
    /// The buckets that hold anything, in ascending order, with how many values each holds.
    pub fn buckets(&self) -> &[(u16, u64)] {
        match &self.0 {
            Buckets::One(bucket) => std::slice::from_ref(bucket),
            Buckets::Many(buckets) => buckets,
        }
    }

    /// The distribution with these buckets; `None` unless they ascend, exist, and hold something.
    pub fn from_buckets(buckets: Vec<(u16, u64)>) -> Option<Histogram> {
        let ascends = buckets.is_sorted_by(|(one, _), (next, _)| one < next);
        let exists = |bucket: u16| {
            let (octave, place) = (usize::from(bucket) / PLACES, usize::from(bucket) % PLACES);
            (FIRST..OCTAVES).contains(&octave) && places(octave).contains(&place)
        };
        (ascends && buckets.iter().all(|&(bucket, count)| exists(bucket) && count > 0))
            .then_some(Histogram(Buckets::Many(buckets)))
    }

    /// Whether no value was recorded.
    pub fn is_empty(&self) -> bool {
        self.buckets().is_empty()
    }

    /// How many values there are.
    pub fn total(&self) -> u64 {
        self.buckets().iter().fold(0, |sum, &(_, count)| sum.saturating_add(count))
    }

    /// Combines two distributions bucket by bucket; buckets that come out empty disappear.
    fn zip(&self, other: &Histogram, combine: impl Fn(u64, u64) -> u64) -> Histogram {
        let (mut left, mut right) = (self.buckets().iter().peekable(), other.buckets().iter().peekable());
        let mut out = Vec::with_capacity(self.buckets().len().max(other.buckets().len()));
        loop {
            let bucket = match (left.peek(), right.peek()) {
                (Some(&&(a, _)), Some(&&(b, _))) => a.min(b),
                (Some(&&(a, _)), None) => a,
                (None, Some(&&(b, _))) => b,
                (None, None) => return Histogram(Buckets::Many(out)),
            };
            let take = |of: &mut std::iter::Peekable<std::slice::Iter<'_, (u16, u64)>>| {
                of.next_if(|&&(b, _)| b == bucket).map_or(0, |&(_, count)| count)
            };
            let count = combine(take(&mut left), take(&mut right));
            if count > 0 {
                out.push((bucket, count));
            }
        }
    }

    /// Adds the values of another distribution.
    pub fn merge(&mut self, other: Histogram) {
        *self = if self.is_empty() { other } else { self.zip(&other, u64::saturating_add) };
    }

    /// The values that came after `earlier`.
    pub fn since(&self, earlier: &Histogram) -> Histogram {
        if earlier.is_empty() { self.clone() } else { self.zip(earlier, u64::saturating_sub) }
    }

    /// The value at quantile `q`, as the middle of the bucket that holds the sample of rank ⌈q·n⌉; `None` if empty.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        self.at(rank(q, self.total()))
    }

    /// The middle of the bucket that holds the value of that rank, the least value's being 1.
    pub fn at(&self, rank: u64) -> Option<u64> {
        let mut seen = 0;
        self.buckets().iter().find_map(|&(bucket, count)| {
            seen = count.saturating_add(seen);
            (seen >= rank).then(|| {
                let (low, high) = bounds(bucket.into());
                low + (high - low) / 2
            })
        })
    }

    /// The lowest and the highest value that the buckets allow for.
    pub fn extremes(&self) -> Option<(u64, u64)> {
        let (first, last) = (self.buckets().first()?, self.buckets().last()?);
        Some((bounds(first.0.into()).0, bounds(last.0.into()).1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_in_the_bounds_of_its_bucket() {
        let around = (0..64).flat_map(|bit| {
            let power = 1u64 << bit;
            [power.wrapping_sub(1), power, power | 1, power | (power >> 1), power | (power - 1)]
        });
        for value in around.chain(0..if cfg!(miri) { 500 } else { 5000 }).chain([u64::MAX]) {
            let (zeros, place) = locate(value);
            let octave = octave(zeros);
            let (low, high) = bounds(bucket(octave, place));
            assert!(places(octave).contains(&place), "{value} is out of place");
            assert!((low..=high).contains(&value), "{value} not in {low}..={high}");
            assert!((high - low) as f64 / 2.0 <= value as f64 / 64.0, "the bucket of {value} is too wide");
        }
    }

    #[test]
    fn buckets_follow_each_other_without_gaps() {
        let all = (FIRST..64).flat_map(|octave| places(octave).map(move |place| bucket(octave, place)));
        let end = all.fold(0u64, |next, bucket| {
            assert_eq!(bounds(bucket).0, next, "bucket {bucket}");
            bounds(bucket).1.wrapping_add(1)
        });
        assert_eq!(end, 0, "the last bucket ends with u64::MAX");
    }

    #[test]
    fn counts_of_a_bucket_add_up_in_whatever_order_they_come() {
        let counts = [(340, 2), (323, 1), (330, 0), (340, 3), (323, 4)];
        assert_eq!(counts.into_iter().collect::<Histogram>(), Histogram(Buckets::Many(vec![(323, 5), (340, 5)])));
    }

    #[test]
    fn merging_and_subtracting_are_inverse() {
        let of = |pairs: &[(u16, u64)]| Histogram(Buckets::Many(pairs.to_vec()));
        let (a, b) = (of(&[(323, 1), (340, 2)]), of(&[(321, 7), (340, 5), (430, 1)]));
        let mut both = a.clone();
        both.merge(b.clone());
        assert_eq!(both, of(&[(321, 7), (323, 1), (340, 7), (430, 1)]));
        assert_eq!(both.since(&a), b);
        assert_eq!(both.total(), a.total() + b.total());
    }
}
