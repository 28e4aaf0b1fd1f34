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

use crate::histogram::{self, Histogram};
use crate::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
use Ordering::{Acquire, Relaxed, Release};
use std::ptr;

/// No span is running.
pub(crate) const CLOSED: u64 = 0;
/// The owner is writing.
pub(crate) const BUSY: u64 = u64::MAX;

/// The epoch under way, and the one in which statistics were last reset.
#[derive(Debug)]
pub(crate) struct Epochs {
    pub(crate) current: AtomicU32,
    pub(crate) era: AtomicU32,
}

/// What to keep beside count, sum and extremes.
pub(crate) mod keep {
    pub(crate) const EXTREMES: u8 = 0;
    pub(crate) const SQUARES: u8 = 1;
    pub(crate) const HISTOGRAM: u8 = 3;
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
    /// The bucket of the last value, still to be counted.
    pending: AtomicPtr<AtomicU64>,
    /// The page of the last value's octave, here too: the next value's is mostly the same. Owner only.
    last_page: AtomicPtr<AtomicU64>,
    last_zeros: AtomicU32,
    epoch: AtomicU32,
    /// [`NO_REST`] before the first record.
    rest: AtomicPtr<Rest>,
    /// Of an async call's polls, which aren't observations by themselves.
    polled: AtomicU64,
}

/// What few records touch, kept elsewhere so that many nodes fit into the caches.
struct Rest {
    /// Pages, chained by the lowest bit of their octave: neighbours, of which many nodes have two, don't share a chain.
    pages: [AtomicPtr<Page>; CHAINS],
    /// [`NO_PAST`] until a second epoch begins.
    past: AtomicPtr<Past>,
}

const CHAINS: usize = 2;

/// An octave's counters. Never changed, but for these.
struct Page {
    counters: &'static [AtomicU64],
    next: Option<&'static Page>,
    /// Zeros before the octave's values, as [`histogram::locate`] counts them.
    zeros: u32,
    /// The place of the first counter.
    first: u32,
}

/// What only a node has that was read while it was recorded.
struct Past {
    previous: [AtomicU64; 2],
    ever: [AtomicU64; 2],
    previous_epoch: AtomicU32,
    /// Count and sum when its node was throttled; 0 before.
    throttled: [AtomicU64; 2],
}

macro_rules! empty_rest {
    ($pages:expr, $past:expr) => {
        Rest { pages: $pages, past: AtomicPtr::new(ptr::from_ref::<Past>($past).cast_mut()) }
    };
}

macro_rules! empty_past {
    () => {
        Past {
            previous: [AtomicU64::new(NOTHING.0), AtomicU64::new(NOTHING.1)],
            ever: [AtomicU64::new(NOTHING.0), AtomicU64::new(NOTHING.1)],
            previous_epoch: AtomicU32::new(u32::MAX),
            throttled: [AtomicU64::new(0), AtomicU64::new(0)],
        }
    };
}

/// Stands for what nobody has written yet, so that there's always something to read. Never written.
#[cfg(not(loom))]
static NO_REST: Rest = empty_rest!([const { AtomicPtr::new(ptr::null_mut()) }; CHAINS], &NO_PAST);
#[cfg(not(loom))]
static NO_PAST: Past = empty_past!();

impl Rest {
    /// Never freed, like all that readers see.
    fn leaked() -> &'static Rest {
        #[cfg(not(loom))]
        let past = &NO_PAST;
        #[cfg(loom)]
        let past = Past::leaked();
        Box::leak(Box::new(empty_rest!(std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())), past)))
    }

    #[inline(always)]
    fn chain(&self, zeros: u32) -> &AtomicPtr<Page> {
        &self.pages[zeros as usize % CHAINS]
    }

    /// The page to count an octave's values in, if there is one: the newest, which is the widest.
    #[inline(always)]
    fn page(&self, zeros: u32) -> Option<&'static Page> {
        std::iter::successors(follow(self.chain(zeros)), |page| page.next).find(|page| page.zeros == zeros)
    }

    /// All pages, in no order; the first octave may have two.
    fn all_pages(&self) -> impl Iterator<Item = &'static Page> {
        self.pages.iter().flat_map(|chain| std::iter::successors(follow(chain), |page| page.next))
    }

    /// Adds a page with counters for these places and publishes it. Owner only.
    fn add_page(&self, zeros: u32, places: std::ops::Range<usize>) -> &'static Page {
        let chain = self.chain(zeros);
        let first = places.start as u32;
        let counters: Box<[AtomicU64]> = places.map(|_| AtomicU64::new(0)).collect();
        let page = Page { counters: Box::leak(counters), next: follow(chain), zeros, first };
        let page: &'static Page = Box::leak(Box::new(page));
        chain.store(ptr::from_ref(page).cast_mut(), Release);
        page
    }

    #[expect(unsafe_code, reason = "published by pointer")]
    fn past(&self) -> &'static Past {
        // SAFETY: the pointer is to `NO_PAST` or to what `Past::leaked` made: valid and never freed.
        unsafe { &*self.past.load(Acquire) }
    }

    /// A place to write to. Owner only.
    fn past_or_new(&self) -> &'static Past {
        #[cfg(not(loom))]
        if ptr::eq(self.past(), &raw const NO_PAST) {
            self.past.store(ptr::from_ref(Past::leaked()).cast_mut(), Release);
        }
        self.past()
    }
}

impl Past {
    /// Never freed, like all that readers see.
    fn leaked() -> &'static Past {
        Box::leak(Box::new(empty_past!()))
    }
}

impl Page {
    /// Where place 0 is, or would be: never dereferenced before one of the page's places is added.
    #[inline(always)]
    fn base(&self) -> *mut AtomicU64 {
        self.counters.as_ptr().cast_mut().wrapping_sub(self.first as usize)
    }

    fn octave(&self) -> usize {
        histogram::octave(self.zeros)
    }

    /// Places and their counters.
    fn places(&self) -> impl Iterator<Item = (usize, &'static AtomicU64)> {
        (self.first as usize..).zip(self.counters)
    }
}

#[inline(always)]
#[expect(unsafe_code, reason = "pages are published by pointer")]
fn follow(chain: &AtomicPtr<Page>) -> Option<&'static Page> {
    let page = chain.load(Acquire);
    // SAFETY: chains are null or begin with a page that `add_page` leaked.
    (!page.is_null()).then(|| unsafe { &*page })
}

/// One consistent state of a [`Stats`], in ticks.
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

/// Extremes of nothing.
pub(crate) const NOTHING: (u64, u64) = (u64::MAX, 0);

/// The extremes of both.
pub(crate) fn both(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    (a.0.min(b.0), a.1.max(b.1))
}

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

    /// Notes that a span begins now. Owner only.
    #[inline(always)]
    pub(crate) fn begin(&self, ticks: u64) {
        self.open.store(ticks, Release);
    }

    /// Notes that the span that was running will never be recorded. Owner only.
    pub(crate) fn abandon(&self) {
        self.open.store(CLOSED, Release);
    }

    /// Adds a value. Owner only.
    #[inline(always)]
    pub(crate) fn record<const KEEP: u8>(&self, value: u64, epochs: &Epochs) {
        self.lock();
        self.record_locked::<KEEP>(value, epochs);
    }

    /// The start of the span that runs now. Any thread.
    #[cfg(not(loom))]
    pub(crate) fn running_since(&self) -> Option<u64> {
        Some(self.open.load(Acquire)).filter(|&open| open != CLOSED && open != BUSY)
    }

    /// How many values there are, and their sum. Owner only.
    #[cfg(not(loom))]
    pub(crate) fn count_and_sum(&self) -> (u64, u64) {
        (self.count.load(Relaxed), self.sum.load(Relaxed))
    }

    /// Notes that from now on its node is throttled. Owner only.
    #[cfg(not(loom))]
    pub(crate) fn throttle(&self) {
        let [count, sum] = &self.rest_or_new().past_or_new().throttled;
        sum.store(self.sum.load(Relaxed), Relaxed);
        count.store(self.count.load(Relaxed), Release);
    }

    /// How many values of which sum there were when its node was throttled, if it is. Any thread.
    pub(crate) fn throttled(&self) -> Option<(u64, u64)> {
        let [count, sum] = &self.rest().past().throttled;
        Some((count.load(Acquire), sum.load(Relaxed))).filter(|&(count, _)| count > 0)
    }

    /// Whether no span is running. Owner only.
    pub(crate) fn is_closed(&self) -> bool {
        self.open.load(Relaxed) == CLOSED
    }

    /// Adds a poll's time after [`lock`](Stats::lock). Owner only.
    ///
    /// `count` doesn't change by it, yet no reader can mix two states: it reads one word of those that polls write.
    #[inline(always)]
    pub(crate) fn add_poll(&self, value: u64) {
        self.polled.store(self.polled.load(Relaxed).wrapping_add(value), Relaxed);
    }

    /// Lets readers in again after [`lock`](Stats::lock), if no record follows. Owner only.
    #[inline(always)]
    pub(crate) fn unlock(&self) {
        self.open.store(CLOSED, Release);
    }

    /// Makes readers wait until a record follows. Owner only.
    ///
    /// A span does this *before* it reads its end: if its thread were suspended in between without it, a reader would
    /// take the span for running, count time that is never recorded, and find less at the next snapshot.
    #[inline(always)]
    pub(crate) fn lock(&self) {
        self.open.store(BUSY, Relaxed);
        fence(Release);
    }

    /// Adds a value after [`lock`](Stats::lock). Owner only.
    ///
    /// Whatever is rare leaves by a tail call and finishes the record there, so that the common way needs no stack.
    #[inline(always)]
    pub(crate) fn record_locked<const KEEP: u8>(&self, value: u64, epochs: &Epochs) {
        if self.epoch.load(Relaxed) == epochs.current.load(Relaxed) {
            self.add::<KEEP>(value);
        } else {
            self.record_in_new_epoch::<KEEP>(value, epochs);
        }
    }

    #[inline(always)]
    fn add<const KEEP: u8>(&self, value: u64) {
        self.sum.store(self.sum.load(Relaxed).wrapping_add(value), Relaxed);
        if value < self.min.load(Relaxed) {
            self.min.store(value, Relaxed);
            // Each epoch's first value of these is a new minimum: no other call has to ask.
            if KEEP == keep::HISTOGRAM && value < histogram::SMALL {
                return self.add_small::<KEEP>(value);
            }
        }
        self.add_further::<KEEP>(value);
    }

    #[inline(always)]
    fn add_further<const KEEP: u8>(&self, value: u64) {
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
        if KEEP == keep::HISTOGRAM {
            let (zeros, place) = histogram::locate(value);
            let page = if self.last_zeros.load(Relaxed) == zeros {
                self.last_page.load(Relaxed)
            } else {
                let Some(page) = self.rest().page(zeros) else { return self.finish_on_new_page(zeros, place) };
                self.last_zeros.store(zeros, Relaxed);
                self.last_page.store(page.base(), Relaxed);
                page.base()
            };
            self.count_in(page.wrapping_add(place));
        }
        self.finish();
    }

    #[inline(always)]
    fn finish(&self) {
        self.count.store(self.count.load(Relaxed).wrapping_add(1), Release);
        self.open.store(CLOSED, Release);
    }

    /// Leaves a bucket as pending, and counts the one that was.
    #[inline(always)]
    fn count_in(&self, bucket: *mut AtomicU64) {
        let pending = self.pending.load(Relaxed);
        self.pending.store(bucket, Release);
        if let Some(counter) = counter(pending) {
            counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
        }
    }

    #[cold]
    #[inline(never)]
    fn finish_on_new_page(&self, zeros: u32, place: usize) {
        let page = self.rest_or_new().add_page(zeros, histogram::places(histogram::octave(zeros)));
        self.count_in(page.base().wrapping_add(place));
        self.finish();
    }

    /// Adds a value below [`SMALL`](histogram::SMALL), which few nodes ever see: makes a page with a place for it, beside the
    /// one that there may be without.
    #[cold]
    #[inline(never)]
    fn add_small<const KEEP: u8>(&self, value: u64) {
        let (zeros, place) = histogram::locate(value);
        let rest = self.rest_or_new();
        let page = rest.page(zeros).filter(|page| page.first as usize <= place);
        let page = page.unwrap_or_else(|| rest.add_page(zeros, 0..histogram::PLACES));
        self.last_zeros.store(zeros, Relaxed);
        self.last_page.store(page.base(), Relaxed);
        self.add_further::<KEEP>(value);
    }

    #[cold]
    #[inline(never)]
    fn record_in_new_epoch<const KEEP: u8>(&self, value: u64, epochs: &Epochs) {
        self.roll(epochs);
        self.add::<KEEP>(value);
    }

    #[inline(always)]
    #[expect(unsafe_code, reason = "published by pointer")]
    fn rest(&self) -> &'static Rest {
        // SAFETY: the pointer is to `NO_REST` or to what `Rest::leaked` made: valid and never freed.
        unsafe { &*self.rest.load(Acquire) }
    }

    /// A place to write to. Owner only.
    fn rest_or_new(&self) -> &'static Rest {
        #[cfg(not(loom))]
        if ptr::eq(self.rest(), &raw const NO_REST) {
            self.rest.store(ptr::from_ref(Rest::leaked()).cast_mut(), Release);
        }
        self.rest()
    }

    /// Begins the epoch under way: what was gathered becomes part of the past.
    fn roll(&self, epochs: &Epochs) {
        let ended = self.epoch.load(Relaxed);
        let gathered = (self.min.load(Relaxed), self.max.load(Relaxed));
        // Where nothing was gathered ever, all stays as it is.
        if self.count.load(Relaxed) > 0 {
            let past = self.rest_or_new().past_or_new();
            let [ever_min, ever_max] = &past.ever;
            let ever = if ended < epochs.era.load(Relaxed) {
                NOTHING
            } else {
                both(gathered, (ever_min.load(Relaxed), ever_max.load(Relaxed)))
            };
            ever_min.store(ever.0, Relaxed);
            ever_max.store(ever.1, Relaxed);
            past.previous[0].store(gathered.0, Relaxed);
            past.previous[1].store(gathered.1, Relaxed);
            past.previous_epoch.store(ended, Relaxed);
        }
        self.min.store(NOTHING.0, Relaxed);
        self.max.store(NOTHING.1, Relaxed);
        self.epoch.store(epochs.current.load(Relaxed), Relaxed);
    }

    /// Reads a consistent state. `ended` is the epoch that the reader has just ended.
    pub(crate) fn read(&self, ended: u32, era: u32) -> Reading {
        for attempt in 0..crate::sync::PATIENCE {
            if let Some(reading) = self.try_read(ended, era) {
                return reading;
            }
            crate::sync::wait(attempt);
        }
        let (count, open) = (self.count.load(Acquire), self.open.load(Acquire));
        self.load(count, open, ended, era)
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

    /// Reads what was gathered since the start, resets notwithstanding.
    pub(crate) fn read_ever(&self) -> Reading {
        self.read(0, 0)
    }

    fn load(&self, count: u64, open: u64, ended: u32, era: u32) -> Reading {
        let epoch = self.epoch.load(Relaxed);
        let now = (self.min.load(Relaxed), self.max.load(Relaxed));
        let past = self.rest().past();
        let ever = (past.ever[0].load(Relaxed), past.ever[1].load(Relaxed));
        let extremes = if epoch < era { NOTHING } else { both(now, ever) };
        let interval = match epoch {
            _ if epoch == ended => now,
            // The owner was quicker than we: what it has recorded since belongs to both epochs, as its count does to
            // this reading.
            _ if epoch == ended.wrapping_add(1) && past.previous_epoch.load(Relaxed) == ended => {
                both(now, (past.previous[0].load(Relaxed), past.previous[1].load(Relaxed)))
            }
            _ if epoch == ended.wrapping_add(1) => now,
            _ => NOTHING,
        };
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
        let pending = self.pending.load(Acquire).cast_const();
        let pages = self.rest().all_pages().flat_map(|page| {
            page.places().map(|(place, counter)| {
                let count = counter.load(Relaxed) + u64::from(ptr::eq(counter, pending));
                (histogram::bucket(page.octave(), place), count)
            })
        });
        pages.collect()
    }

    /// Empties a recycled cell that no reader takes for its owner's any more. Owner only.
    pub(crate) fn clear(&self) {
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
        self.pending.store(ptr::null_mut(), Relaxed);
        for page in rest.all_pages() {
            page.counters.iter().for_each(|counter| counter.store(0, Relaxed));
        }
        self.open.store(CLOSED, Release);
    }
}

/// A histogram's counter, unless there is none yet.
#[inline(always)]
#[expect(unsafe_code, reason = "pages are published by pointer")]
fn counter(bucket: *mut AtomicU64) -> Option<&'static AtomicU64> {
    // SAFETY: the pointer is null, or to a place that a page has; pages are never freed.
    (!bucket.is_null()).then(|| unsafe { &*bucket })
}
