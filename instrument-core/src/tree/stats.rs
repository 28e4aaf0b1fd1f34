//! The statistics of one node or timer: written by the thread that owns it, read by anyone at any time.
//!
//! Plain loads and stores only. `open` doubles as the lock of a sequence lock: it holds the start of the span that is
//! running, [`CLOSED`], or [`BUSY`] while the owner writes. A reader who saw the same `open` and the same `count`
//! before and after has read one consistent state; since every record changes `count`, a record that ran in between
//! can't hide. Two stores are all that this costs the owner.
//!
//! The histogram runs one value behind. Finding a value's bucket takes a chain of dependent steps (leading zeros, shift,
//! page, counter), and all of them would have to wait for the clock's second reading: half again the cost of reading it.
//! So a record only finds the bucket and leaves it as *pending*, while it counts the one that the record before left;
//! the two run side by side. Readers add the pending one.
//!
//! Extremes are kept for the *epoch* under way. Each snapshot begins a new epoch; the owner notices at its next record
//! and folds what it had into the all-time extremes. That's how an interval has an exact minimum and maximum although
//! no reader ever writes here.

use super::blocks::Blocks;
use super::column::Column;
use super::epochs::{Epochs, combine};
use super::mine::Mine;
use super::pages;
use super::reading::Reading;
#[cfg(not(loom))]
use super::rest::NO_REST;
use super::rest::Rest;
use crate::base::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence, patiently};
use Ordering::{Acquire, Relaxed, Release};
use instrument_model::Times;
use instrument_model::histogram::{self, Histogram};
use std::ptr;

/// No span is running.
pub(crate) const CLOSED: u64 = 0;
/// The owner is writing.
pub(crate) const BUSY: u64 = u64::MAX;

/// What to keep beside count, sum and extremes.
pub(crate) mod keep {
    pub(crate) const EXTREMES: u8 = 0;
    pub(crate) const SQUARES: u8 = 1;
    pub(crate) const DISTRIBUTION: u8 = 2;
    pub(crate) const HISTOGRAM: u8 = SQUARES | DISTRIBUTION;
}

/// What each record touches: twelve words, which with a node's first four make two cache lines, side by side.
#[repr(C)]
pub(crate) struct Stats {
    open: AtomicU64,
    count: AtomicU64,
    sum: AtomicU64,
    min: AtomicU64,
    max: AtomicU64,
    squares_low: AtomicU64,
    squares_high: AtomicU64,
    /// The counter of the last value, still to be counted in; null as long as there is no page.
    pending: AtomicPtr<AtomicU32>,
    /// The page of the last value's octave, here too: the next value's is mostly the same.
    last_page: AtomicPtr<AtomicU32>,
    last_zeros: AtomicU32,
    epoch: AtomicU32,
    /// [`NO_REST`] before the first record.
    rest: AtomicPtr<Rest>,
    /// Of an async call's polls, which aren't observations by themselves.
    polled: AtomicU64,
}

const NOTHING: (u64, u64) = Times::NONE;

macro_rules! empty {
    ($rest:expr) => {
        Stats {
            open: AtomicU64::new(CLOSED),
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            min: AtomicU64::new(NOTHING.0),
            max: AtomicU64::new(NOTHING.1),
            squares_low: AtomicU64::new(0),
            squares_high: AtomicU64::new(0),
            pending: AtomicPtr::new(ptr::null_mut()),
            last_page: AtomicPtr::new(ptr::null_mut()),
            // No value has as many: the first finds no page.
            last_zeros: AtomicU32::new(u64::BITS),
            epoch: AtomicU32::new(0),
            rest: AtomicPtr::new(ptr::from_ref::<Rest>($rest).cast_mut()),
            polled: AtomicU64::new(0),
        }
    };
}

impl Stats {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Stats {
        empty!(&NO_REST)
    }

    /// Loom's atomics can't be made by a `const fn`.
    #[cfg(loom)]
    pub(crate) fn new() -> Stats {
        empty!(Rest::leaked())
    }

    /// The start of the span that runs now. Any thread.
    pub(crate) fn running_since(&self) -> Option<u64> {
        Some(self.open.load(Acquire)).filter(|&open| open != CLOSED && open != BUSY)
    }

    /// How many values of which sum there were when its node was throttled, if it is. Any thread.
    pub(crate) fn throttled(&self) -> Option<(u64, u64)> {
        let [count, sum] = &self.rest().past().throttled;
        Some((count.load(Acquire), sum.load(Relaxed))).filter(|&(count, _)| count > 0)
    }

    /// How many async calls were cancelled, and their wall time in ticks: an estimate, if of some it isn't known. Any thread.
    pub(crate) fn cancelled(&self) -> (u64, u64) {
        let [count, known, wall] = self.rest().past().cancelled.each_ref().map(|figure| figure.load(Relaxed));
        let all = u128::from(wall) * u128::from(count.max(known)) / u128::from(known.max(1));
        (count, u64::try_from(all).unwrap_or(u64::MAX))
    }

    /// What components measured beside. Any thread.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static Column> {
        self.rest().columns.iter()
    }

    /// What was allocated here, if anything was. Any thread.
    #[inline(always)]
    pub(crate) fn allocated(&self) -> Option<&'static Blocks> {
        self.rest().blocks()
    }

    #[inline(always)]
    #[expect(unsafe_code, reason = "published by pointer")]
    fn rest(&self) -> &'static Rest {
        // SAFETY: the pointer is to `NO_REST` or to what `Rest::leaked` made: valid and never freed.
        unsafe { &*self.rest.load(Acquire) }
    }

    /// How many calls there were so far, whoever writes meanwhile.
    pub(crate) fn begun(&self) -> u64 {
        self.count.load(Relaxed)
    }

    /// Whether a span is open.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.open.load(Relaxed), CLOSED | BUSY)
    }

    /// Reads a consistent state. `ended` is the epoch that the reader has just ended.
    pub(crate) fn read(&self, ended: u32, era: u32) -> Reading {
        patiently(|| self.try_read(ended, era))
            .unwrap_or_else(|| self.load(self.count.load(Acquire), self.open.load(Acquire), ended, era))
    }

    /// Reads a consistent state, unless the owner writes at the same time.
    pub(crate) fn try_read(&self, ended: u32, era: u32) -> Option<Reading> {
        let (count, open) = (self.count.load(Acquire), self.open.load(Acquire));
        if open == BUSY {
            return None;
        }
        let reading = self.load(count, open, ended, era);
        fence(Acquire);
        // Acquire once more: who sees a record's `CLOSED` again must see its `count` too.
        (self.open.load(Acquire) == open && self.count.load(Relaxed) == count).then_some(reading)
    }

    /// The statistics of a consistent state; all since the start for epoch and era 0.
    pub(crate) fn times(&self, ended: u32, era: u32) -> Times {
        self.read(ended, era).times(self.histogram())
    }

    fn load(&self, count: u64, open: u64, ended: u32, era: u32) -> Reading {
        let past = self.rest().past();
        let pair = |[min, max]: &[AtomicU64; 2]| (min.load(Relaxed), max.load(Relaxed));
        let (extremes, interval) = combine(
            (self.epoch.load(Relaxed), past.previous_epoch.load(Relaxed)),
            (ended, era),
            ((self.min.load(Relaxed), self.max.load(Relaxed)), pair(&past.previous), pair(&past.ever)),
            (Times::both, NOTHING),
        );
        let (low, high) = (self.squares_low.load(Relaxed), self.squares_high.load(Relaxed));
        Reading {
            open: (open != CLOSED && open != BUSY).then_some(open),
            count,
            sum: self.sum.load(Relaxed),
            polled: self.polled.load(Relaxed),
            squares: u128::from(low) | u128::from(high) << 64,
            extremes,
            interval,
        }
    }

    /// The distribution. Not part of the consistent state: while its owner records, it may be some calls ahead.
    pub(crate) fn histogram(&self) -> Histogram {
        patiently(|| {
            let before = self.rest().pages.carried()?;
            let histogram = self.load_histogram();
            fence(Acquire);
            (self.rest().pages.carried() == Some(before)).then_some(histogram)
        })
        .unwrap_or_else(|| self.load_histogram())
    }

    fn load_histogram(&self) -> Histogram {
        let pending = self.pending.load(Acquire);
        self.rest().pages.counts(pending).collect()
    }
}

impl<'l> Mine<'l, Stats> {
    /// Notes that a span begins now.
    #[inline(always)]
    pub(crate) fn begin(self, ticks: u64) {
        self.open.store(ticks, Release);
    }

    /// Notes that the span that was running will never be recorded.
    pub(crate) fn abandon(self) {
        self.open.store(CLOSED, Release);
    }

    /// Adds a value.
    #[inline(always)]
    pub(crate) fn record<const KEEP: u8>(self, value: u64, epochs: &Epochs) {
        self.lock();
        self.record_locked::<KEEP>(value, epochs, || ());
    }

    /// How many values there are, and their sum.
    pub(crate) fn count_and_sum(self) -> (u64, u64) {
        (self.count.load(Relaxed), self.sum.load(Relaxed))
    }

    /// Notes that from now on its node is throttled.
    pub(crate) fn throttle(self) {
        let [count, sum] = &self.rest_or_new().past_or_new().throttled;
        sum.store(self.sum.load(Relaxed), Relaxed);
        count.store(self.count.load(Relaxed), Release);
    }

    /// Counts an async call that was cancelled.
    pub(crate) fn cancel(self) {
        let [count, ..] = &self.rest_or_new().past_or_new().cancelled;
        count.store(count.load(Relaxed) + 1, Relaxed);
    }

    /// Adds the wall time of an async call that's being cancelled.
    pub(crate) fn wait_in_vain(self, wall: u64) {
        let [_, known, sum] = &self.rest_or_new().past_or_new().cancelled;
        sum.store(sum.load(Relaxed).wrapping_add(wall), Relaxed);
        known.store(known.load(Relaxed) + 1, Relaxed);
    }

    /// Whether the owner is writing: a signal handler may ask that, which the owner has come amid.
    #[inline(always)]
    pub(crate) fn is_being_written(self) -> bool {
        self.open.load(Relaxed) == BUSY
    }

    /// Whether no span is running.
    pub(crate) fn is_closed(self) -> bool {
        self.open.load(Relaxed) == CLOSED
    }

    /// Adds a poll's time after [`lock`](Mine::lock).
    ///
    /// `count` doesn't change by it, yet no reader can mix two states: it reads one word of those that polls write.
    #[inline(always)]
    pub(crate) fn add_poll(self, value: u64) {
        self.polled.store(self.polled.load(Relaxed).wrapping_add(value), Relaxed);
    }

    /// Lets readers in again after [`lock`](Mine::lock), if no record follows.
    #[inline(always)]
    pub(crate) fn unlock(self) {
        self.open.store(CLOSED, Release);
    }

    /// Makes readers wait until a record follows.
    ///
    /// A span does this *before* it reads its end: if its thread were suspended in between without it, a reader would
    /// take the span for running, count time that is never recorded, and find less at the next snapshot.
    #[inline(always)]
    pub(crate) fn lock(self) {
        self.open.store(BUSY, Relaxed);
        fence(Release);
    }

    /// Adds a value after [`lock`](Mine::lock), and does what's left to do when it's added.
    ///
    /// Whatever is rare leaves by a tail call and finishes the record there, so that the common way needs no stack.
    #[inline(always)]
    pub(crate) fn record_locked<const KEEP: u8>(self, value: u64, epochs: &Epochs, then: impl FnOnce()) {
        if self.epoch.load(Relaxed) == epochs.current.load(Relaxed) {
            self.add::<KEEP>(value, then);
        } else {
            self.record_in_new_epoch::<KEEP>(value, epochs, then);
        }
    }

    #[inline(always)]
    fn add<const KEEP: u8>(self, value: u64, then: impl FnOnce()) {
        self.sum.store(self.sum.load(Relaxed).wrapping_add(value), Relaxed);
        if value < self.min.load(Relaxed) {
            self.min.store(value, Relaxed);
        }
        if value > self.max.load(Relaxed) {
            self.max.store(value, Relaxed);
        }
        if KEEP & keep::SQUARES != 0 {
            let square = u128::from(value) * u128::from(value);
            let (low, carry) = self.squares_low.load(Relaxed).overflowing_add(square as u64);
            let high = self.squares_high.load(Relaxed).wrapping_add((square >> 64) as u64).wrapping_add(carry.into());
            self.squares_low.store(low, Relaxed);
            self.squares_high.store(high, Relaxed);
        }
        if KEEP & keep::DISTRIBUTION != 0 {
            let (zeros, place) = histogram::locate(value);
            let page = if self.last_zeros.load(Relaxed) == zeros {
                self.last_page.load(Relaxed)
            } else {
                let Some(page) = self.rest().pages.find(zeros) else {
                    return self.finish_elsewhere(zeros, place, then);
                };
                self.last_zeros.store(zeros, Relaxed);
                self.last_page.store(page, Relaxed);
                page
            };
            let pending = self.pending.load(Relaxed);
            self.pending.store(page.wrapping_add(place), Release);
            #[expect(unsafe_code, reason = "counters are published by pointer")]
            // SAFETY: pending is a counter once there is a page: the first value took `finish_elsewhere`.
            if unsafe { pages::count(pending) } {
                return self.finish_and_carry(pending, then);
            }
        }
        self.finish(then);
    }

    #[inline(always)]
    fn finish(self, then: impl FnOnce()) {
        self.count.store(self.count.load(Relaxed).wrapping_add(1), Release);
        self.open.store(CLOSED, Release);
        then();
    }

    #[cold]
    #[inline(never)]
    fn finish_elsewhere(self, zeros: u32, place: usize, then: impl FnOnce()) {
        let page = self.rest_or_new().pages().find_or_add(zeros);
        let pending = self.pending.load(Relaxed);
        self.pending.store(page.wrapping_add(place), Release);
        #[expect(unsafe_code, reason = "counters are published by pointer")]
        // SAFETY: pending is null or a counter.
        if !pending.is_null() && unsafe { pages::count(pending) } {
            return self.finish_and_carry(pending, then);
        }
        self.finish(then);
        #[cfg(not(loom))]
        crate::time::glance();
    }

    #[cold]
    #[inline(never)]
    fn finish_and_carry(self, full: *mut AtomicU32, then: impl FnOnce()) {
        self.rest_or_new().pages().carry(full);
        self.finish(then);
    }

    #[cold]
    #[inline(never)]
    fn record_in_new_epoch<const KEEP: u8>(self, value: u64, epochs: &Epochs, then: impl FnOnce()) {
        self.roll(epochs);
        self.add::<KEEP>(value, then);
        #[cfg(not(loom))]
        crate::time::glance();
    }

    /// A place to write to.
    #[expect(unsafe_code, reason = "published by pointer")]
    fn rest_or_new(self) -> Mine<'l, Rest> {
        #[cfg(not(loom))]
        if ptr::eq(self.rest(), &raw const NO_REST) {
            let (none, new) = (ptr::from_ref(&NO_REST).cast_mut(), ptr::from_ref(Rest::leaked()).cast_mut());
            // A signal handler that allocates in the meantime has made one: it stays.
            let _ = self.rest.compare_exchange(none, new, Release, Relaxed);
        }
        // SAFETY: what one's own statistics lead to belongs to them; `NO_REST`, which doesn't, has just been left.
        unsafe { Mine::new(self.shared().rest()) }
    }

    /// Where to count what's allocated, once there is.
    #[inline(always)]
    #[expect(unsafe_code, reason = "published by pointer")]
    pub(crate) fn blocks(self) -> Option<Mine<'l, Blocks>> {
        // SAFETY: what one's own statistics lead to belongs to them.
        self.allocated().map(|blocks| unsafe { Mine::new(blocks) })
    }

    /// The same, which is made by a node's first block.
    pub(crate) fn blocks_or_new(self) -> Mine<'l, Blocks> {
        // This is amid the program's allocator; whatever comes in between has no node to count in.
        #[cfg(not(loom))]
        let _inside = crate::base::inside::Inside::enter();
        self.rest_or_new().blocks_or_new()
    }

    /// What components measured beside.
    #[expect(unsafe_code, reason = "columns are found by pointer")]
    pub(crate) fn columns(self) -> impl Iterator<Item = Mine<'l, Column>> {
        // SAFETY: what one's own statistics lead to belongs to them, and `NO_REST` leads to no column.
        self.shared().columns().map(|column| unsafe { Mine::new(column) })
    }

    /// The column of a component, made if need be. Only a column's first use allocates.
    pub(crate) fn column(self, component: u32) -> Mine<'l, Column> {
        let known = self.columns().find(|column| column.component == component);
        known.unwrap_or_else(|| self.rest_or_new().part(|rest| &rest.columns).add(component))
    }

    #[cfg(test)]
    pub(super) fn pages(self) -> Mine<'l, pages::Pages> {
        self.rest_or_new().pages()
    }

    /// Begins the epoch under way: what was gathered becomes part of the past.
    fn roll(self, epochs: &Epochs) {
        let (current, era) = epochs.current_and_era();
        let ended = self.epoch.load(Relaxed);
        let gathered = (self.min.load(Relaxed), self.max.load(Relaxed));
        // Where nothing was gathered ever, all stays as it is.
        if self.count.load(Relaxed) > 0 {
            let past = self.rest_or_new().past_or_new();
            let [ever_min, ever_max] = &past.ever;
            let ever = if ended < era {
                NOTHING
            } else {
                Times::both(gathered, (ever_min.load(Relaxed), ever_max.load(Relaxed)))
            };
            ever_min.store(ever.0, Relaxed);
            ever_max.store(ever.1, Relaxed);
            past.previous[0].store(gathered.0, Relaxed);
            past.previous[1].store(gathered.1, Relaxed);
            past.previous_epoch.store(ended, Relaxed);
        }
        self.min.store(NOTHING.0, Relaxed);
        self.max.store(NOTHING.1, Relaxed);
        self.epoch.store(current, Relaxed);
    }

    /// Empties a recycled cell that no reader takes for its owner's any more.
    pub(crate) fn clear(self) {
        self.open.store(BUSY, Relaxed);
        fence(Release);
        for zero in [&self.count, &self.sum, &self.max, &self.squares_low, &self.squares_high] {
            zero.store(0, Relaxed);
        }
        self.min.store(u64::MAX, Relaxed);
        let rest = self.rest_or_new();
        let past = rest.past_or_new();
        past.ever[0].store(NOTHING.0, Relaxed);
        past.ever[1].store(NOTHING.1, Relaxed);
        rest.pages().clear();
        self.pending.store(ptr::from_ref(&past.none).cast_mut(), Relaxed);
        self.open.store(CLOSED, Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_of_the_past_stay() {
        let (stats, epochs) = (Mine::of(Stats::new()), Epochs { current: AtomicU32::new(1), era: AtomicU32::new(0) });
        for (epoch, value) in [(1, 5), (2, 100), (3, 50)] {
            epochs.current.store(epoch, Relaxed);
            stats.record::<{ keep::EXTREMES }>(value, &epochs);
            assert_eq!(stats.read(epoch, 0).interval, (value, value));
        }
        assert_eq!(stats.read(3, 0).extremes, (5, 100));
    }
}
