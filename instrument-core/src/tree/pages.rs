//! The pages of a histogram: an octave's counters each, made as octaves turn up; written by one thread, read by all.
//!
//! Counters have 32 bits, so that a page is a few cache lines. One that's half full hands what it has to a [`Carry`].
#![expect(unsafe_code, reason = "pages are published by pointer")]

use super::mine::Mine;
use super::store;
use crate::base::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
use Ordering::{Acquire, Relaxed, Release};
use instrument_model::histogram;
use std::ptr;

/// The pages of one histogram.
pub(super) struct Pages {
    /// The lowest octave's last, as values of higher ones begin with fewer zeros; each to the page's place 0: where that
    /// isn't used, to where it would be. Null if there's none yet.
    short: [AtomicPtr<AtomicU32>; SHORT],
    /// Those above: what takes as long may look through a list.
    long: AtomicPtr<Long>,
    carries: AtomicPtr<Carry>,
}

/// Octaves up to a million ticks.
const SHORT: usize = 16;

/// Zeros before the values of the highest of them.
const FEWEST: u32 = 63 - (histogram::FIRST + SHORT - 1) as u32;

/// The page of an octave above.
struct Long {
    octave: usize,
    base: *mut AtomicU32,
    next: Option<&'static Long>,
}

/// What a counter had counted before it would have overflowed, since counters are small.
struct Carry {
    bucket: usize,
    /// Twice the number of [`CARRIED`] calls; odd while the owner carries.
    state: AtomicU64,
    next: Option<&'static Carry>,
}

pub(super) const CARRIED: u32 = 1 << 31;

impl Pages {
    #[cfg(not(loom))]
    pub(super) const fn none_yet() -> Pages {
        Pages {
            short: [const { AtomicPtr::new(ptr::null_mut()) }; SHORT],
            long: AtomicPtr::new(ptr::null_mut()),
            carries: AtomicPtr::new(ptr::null_mut()),
        }
    }

    pub(super) fn new() -> Pages {
        Pages {
            short: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            long: AtomicPtr::new(ptr::null_mut()),
            carries: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// The page of an octave, if there is one and it's a short one's.
    #[inline(always)]
    pub(super) fn find(&self, zeros: u32) -> Option<*mut AtomicU32> {
        let page = self.short.get(zeros.wrapping_sub(FEWEST) as usize)?.load(Relaxed);
        (!page.is_null()).then_some(page)
    }

    fn longs(&self) -> impl Iterator<Item = &'static Long> {
        std::iter::successors(follow(&self.long), |long| long.next)
    }

    /// All counters, with their buckets.
    fn counters(&self) -> impl Iterator<Item = (usize, &'static AtomicU32)> {
        let octaves = (FEWEST..).map(histogram::octave);
        let short = octaves.zip(&self.short).map(|(octave, base)| (octave, base.load(Acquire)));
        let pages = short.filter(|(_, base)| !base.is_null()).chain(self.longs().map(|long| (long.octave, long.base)));
        pages.flat_map(|(octave, base)| {
            histogram::places(octave).map(move |place| {
                // SAFETY: a used place of a page that `new_page` made and that was published afterwards.
                (histogram::bucket(octave, place), unsafe { &*base.wrapping_add(place) })
            })
        })
    }

    /// Buckets and their counts, the one that's pending included; a bucket may come twice.
    pub(super) fn counts(&self, pending: *mut AtomicU32) -> impl Iterator<Item = (usize, u64)> {
        let carried = self.carries().map(|carry| (carry.bucket, carry.state.load(Relaxed) / 2 * u64::from(CARRIED)));
        let counted = self.counters().map(move |(bucket, counter)| {
            (bucket, u64::from(counter.load(Relaxed)) + u64::from(ptr::eq(counter, pending)))
        });
        counted.chain(carried)
    }

    fn carries(&self) -> impl Iterator<Item = &'static Carry> {
        std::iter::successors(follow(&self.carries), |carry| carry.next)
    }

    /// Changes whenever something is carried; `None` while that's under way.
    pub(super) fn carried(&self) -> Option<u64> {
        self.carries().map(|carry| Some(carry.state.load(Acquire)).filter(|state| state % 2 == 0)).sum()
    }
}

impl Mine<'_, Pages> {
    /// The page of an octave for which [`find`](Pages::find) has none, made and published if need be.
    pub(super) fn find_or_add(self, zeros: u32) -> *mut AtomicU32 {
        let octave = histogram::octave(zeros);
        match self.short.get(zeros.wrapping_sub(FEWEST) as usize) {
            Some(short) => {
                let page = new_page(octave);
                short.store(page, Release);
                page
            }
            None => match self.longs().find(|long| long.octave == octave) {
                Some(long) => long.base,
                None => {
                    let long = Long { octave, base: new_page(octave), next: follow(&self.long) };
                    let long: &'static Long = store::keep(long);
                    self.long.store(ptr::from_ref(long).cast_mut(), Release);
                    long.base
                }
            },
        }
    }

    /// Takes from a counter half of what it can hold.
    pub(super) fn carry(self, full: *mut AtomicU32) {
        let Some((bucket, counter)) = self.counters().find(|&(_, counter)| ptr::eq(counter, full)) else { return };
        let known = self.carries().find(|carry| carry.bucket == bucket);
        let carry = known.unwrap_or_else(|| {
            let carry = Carry { bucket, state: AtomicU64::new(0), next: follow(&self.carries) };
            let carry: &'static Carry = store::keep(carry);
            self.carries.store(ptr::from_ref(carry).cast_mut(), Release);
            carry
        });
        let state = carry.state.load(Relaxed);
        carry.state.store(state + 1, Relaxed);
        fence(Release);
        counter.store(counter.load(Relaxed) - CARRIED, Relaxed);
        carry.state.store(state + 2, Release);
    }

    /// Lets it have counted nothing.
    pub(super) fn clear(self) {
        self.counters().for_each(|(_, counter)| counter.store(0, Relaxed));
        self.carries().for_each(|carry| carry.state.store(0, Relaxed));
    }

    /// Lets every counter that has counted have counted so often.
    #[cfg(test)]
    pub(super) fn fill(self, count: u32) {
        for (_, counter) in self.counters().filter(|(_, counter)| counter.load(Relaxed) > 0) {
            counter.store(count, Relaxed);
        }
    }
}

/// Makes a page; what's returned is never dereferenced before one of the places that the octave uses is added to it.
fn new_page(octave: usize) -> *mut AtomicU32 {
    let used = histogram::places(octave);
    let page = store::keep_all(used.len(), || AtomicU32::new(0));
    page.as_mut_ptr().wrapping_sub(used.start)
}

/// Counts in a place of a page, or where nothing is to be counted; says whether that's half full.
///
/// # Safety
/// `counter` is a used place of a page, or one that stands for none and is never freed.
#[inline(always)]
pub(super) unsafe fn count(counter: *mut AtomicU32) -> bool {
    // SAFETY: pages are never freed, see above.
    let counter = unsafe { &*counter };
    let count = counter.load(Relaxed).wrapping_add(1);
    counter.store(count, Relaxed);
    count >= CARRIED
}

fn follow<T>(link: &AtomicPtr<T>) -> Option<&'static T> {
    let to = link.load(Acquire);
    // SAFETY: links are null, or to what was kept for good before it was published.
    (!to.is_null()).then(|| unsafe { &*to })
}

#[cfg(test)]
mod tests {
    use super::super::epochs::Epochs;
    use super::super::stats::{Stats, keep};
    use super::*;
    use instrument_model::histogram::Histogram;

    fn epochs() -> Epochs {
        Epochs { current: AtomicU32::new(1), era: AtomicU32::new(0) }
    }

    fn counts(values: impl IntoIterator<Item = u64>) -> Histogram {
        let bucket = |value| {
            let (zeros, place) = histogram::locate(value);
            (histogram::bucket(histogram::octave(zeros), place), 1)
        };
        values.into_iter().map(bucket).collect()
    }

    #[test]
    fn values_of_all_octaves_are_counted() {
        let (stats, epochs) = (Mine::of(Stats::new()), epochs());
        let values = (0..64).flat_map(|bit| [1 << bit, (1 << bit) - 1, u64::MAX >> bit]).cycle().take(3 * 3 * 64);
        for value in values.clone() {
            stats.record::<{ keep::HISTOGRAM }>(value, &epochs);
        }
        assert_eq!(stats.histogram(), counts(values));
    }

    #[test]
    fn more_calls_are_counted_than_a_counter_holds() {
        let (stats, epochs) = (Mine::of(Stats::new()), epochs());
        let record = || stats.record::<{ keep::HISTOGRAM }>(100, &epochs);
        (0..2).for_each(|_| record());
        for round in 1..=3 {
            stats.pages().fill(CARRIED - 2);
            (0..4).for_each(|_| record());
            assert_eq!(stats.histogram().total(), round * u64::from(CARRIED) + 3, "round {round}");
        }
        stats.clear();
        record();
        assert_eq!(stats.histogram().total(), 1, "what was carried is gone as well");
    }
}
