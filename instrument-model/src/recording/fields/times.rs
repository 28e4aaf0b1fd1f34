//! Statistics of times, and their distribution.

use crate::Times;
use crate::histogram::{FIRST, Histogram, PLACES};
use crate::json::{Fault, Reader, Saved, Writer};

/// What the shortest of no times is.
const NEVER: u64 = u64::MAX;
/// Half of an octave's places: only the first octave uses the other half.
const HALF: u64 = (PLACES / 2) as u64;
/// How many buckets there are.
const BUCKETS: u64 = 60 * HALF;

/// A bucket's number in recordings, where the places that octaves don't use aren't counted.
fn to_number(bucket: u16) -> u64 {
    let (octave, place) = (u64::from(bucket) / PLACES as u64, u64::from(bucket) % PLACES as u64);
    (octave - FIRST as u64) * HALF + place
}

/// The bucket of a number below [`BUCKETS`].
fn of_number(number: u64) -> u16 {
    let octave = (number / HALF).saturating_sub(1);
    ((octave + FIRST as u64) * PLACES as u64 + (number - octave * HALF)) as u16
}

/// `[count, sum, squares, shortest, longest]`, and the latter two since the snapshot before, where they differ; null if
/// there are none.
impl Saved for Times {
    fn write(&self, out: &mut Writer<'_>) {
        let extremes = |out: &mut Writer<'_>, (shortest, longest): (u64, u64)| {
            if shortest == NEVER {
                out.number(f64::NAN)
            } else {
                out.whole(shortest)
            }
            out.whole(longest);
        };
        out.array(&mut |out| {
            out.whole(self.count);
            out.whole(self.sum);
            out.large(self.squares);
            extremes(out, self.extremes);
            if self.interval == Times::NONE {
                out.number(f64::NAN);
            } else if self.interval != self.extremes {
                extremes(out, self.interval);
            }
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Times, Fault> {
        let mut times = Times::default();
        let (mut length, mut interval) = (0, (None, None));
        from.array("a list, of times,", &mut |index, from| {
            match index {
                0 => times.count = Saved::read(from)?,
                1 => times.sum = Saved::read(from)?,
                2 => times.squares = Saved::read(from)?,
                3 => times.extremes.0 = shortest(from)?,
                4 => times.extremes.1 = Saved::read(from)?,
                5 => interval.0 = Some(shortest(from)?),
                6 => interval.1 = Some(Saved::read(from)?),
                _ => from.skip()?,
            }
            length = index + 1;
            Ok(())
        })?;
        times.interval = match (length, interval) {
            (5, _) => times.extremes,
            (6, (Some(NEVER), _)) => Times::NONE,
            (7.., (Some(shortest), Some(longest))) => (shortest, longest),
            _ => {
                return Err(
                    from.fault("this list ends too early: 5 numbers are needed, or 7 with the interval's extremes")
                );
            }
        };
        Ok(times)
    }

    fn is_blank(&self) -> bool {
        // The distribution is a field of its own.
        let Times { count, sum, squares, extremes, interval, histogram: _ } = self;
        (*count, *sum, *squares, *extremes, *interval) == (0, 0, 0, Times::NONE, Times::NONE)
    }
}

/// The shortest time, or null if there's none.
fn shortest(from: &mut Reader<'_>) -> Result<u64, Fault> {
    if from.null() { Ok(NEVER) } else { from.whole(u64::MAX) }
}

/// The buckets' counts from the lowest, and where some are empty, minus so many.
impl Saved for Histogram {
    fn write(&self, out: &mut Writer<'_>) {
        let mut next = 0;
        out.array(&mut |out| {
            for &(bucket, count) in self.buckets() {
                let number = to_number(bucket);
                if number > next {
                    out.skipped(number - next);
                }
                out.whole(count);
                next = number + 1;
            }
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Histogram, Fault> {
        let mut buckets: Vec<(usize, u64)> = Vec::new();
        let mut next: u64 = 0;
        from.array("a list, of counts,", &mut |_, from| {
            let place = from.fork();
            let beyond =
                || place.fault(format!("there are {BUCKETS} buckets, and this is beyond the last: write fewer"));
            if from.minus() {
                next = next.saturating_add(from.whole(u64::MAX)?);
                return Ok(());
            }
            let count = from.whole(u64::MAX)?;
            if next >= BUCKETS {
                return Err(beyond());
            }
            if count == 0 {
                return Err(place.fault("a bucket that's listed holds something: write -1 for an empty one"));
            }
            buckets.push((of_number(next).into(), count));
            next += 1;
            Ok(())
        })?;
        Ok(buckets.into_iter().collect())
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::{OCTAVES, bounds, bucket, places};

    #[test]
    fn every_bucket_has_a_number_and_the_documented_bounds() {
        let all = (FIRST..OCTAVES).flat_map(|octave| places(octave).map(move |place| bucket(octave, place)));
        let mut numbers = 0;
        for (number, bucket) in all.enumerate() {
            let number = number as u64;
            assert_eq!(to_number(bucket as u16), number);
            assert_eq!(usize::from(of_number(number)), bucket);
            let low = if number < 64 { number } else { (32 + number % 32) << (number / 32 - 1) };
            assert_eq!(bounds(bucket).0, low, "as docs/format.md says");
            numbers += 1;
        }
        assert_eq!(numbers, BUCKETS);
    }
}
