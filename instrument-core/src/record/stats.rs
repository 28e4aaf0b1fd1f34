//! The statistics of one node or timer: written by the thread that owns it, read by anyone at any time.
//!
//! Plain loads and stores only. `open` doubles as the lock of a sequence lock: it holds the start of the span that is
//! running, [`CLOSED`], or [`BUSY`] while the owner writes. A reader who saw the same `open` and the same `count`
//! before and after has read one consistent state; since every record changes `count`, a record that ran in between
//! can't hide. Two stores are all that this costs the owner.
//!
//! Extremes are kept for the *epoch* under way. Each snapshot begins a new epoch; the owner notices at its next record
//! and folds what it had into the all-time extremes. That's how an interval has an exact minimum and maximum although
//! no reader ever writes here.

use crate::histogram::{PAGE, PAGES, bucket_of};
use crate::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering, fence};
use Ordering::{Acquire, Relaxed, Release};

/// No span is running.
pub(crate) const CLOSED: u64 = 0;
/// The owner is writing.
pub(crate) const BUSY: u64 = u64::MAX;

/// How often a reader asks for a consistent state before it takes what it gets: an owner that records without pause
/// must not hang the reader.
const PATIENCE: u32 = 200;

/// The epoch under way, and the one in which statistics were last reset.
#[derive(Debug)]
pub(crate) struct Epochs {
    pub(crate) current: AtomicU32,
    pub(crate) era: AtomicU32,
}

/// One octave of the histogram.
pub(crate) struct Page([AtomicU64; PAGE]);

/// What to keep beside count, sum and extremes.
pub(crate) mod keep {
    pub(crate) const EXTREMES: u8 = 0;
    pub(crate) const SQUARES: u8 = 1;
    pub(crate) const HISTOGRAM: u8 = 3;
}

#[repr(C)]
pub(crate) struct Stats {
    open: AtomicU64,
    count: AtomicU64,
    sum: AtomicU64,
    min: AtomicU64,
    max: AtomicU64,
    squares_low: AtomicU64,
    squares_high: AtomicU64,
    epoch: AtomicU32,
    previous_epoch: AtomicU32,
    /// Bit n: page n exists. Spares the reader 60 pointers.
    present: AtomicU64,
    pages: [AtomicPtr<Page>; PAGES],
    previous: [AtomicU64; 2],
    ever: [AtomicU64; 2],
}

/// One consistent state of a [`Stats`], in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Start of the span that runs now.
    pub(crate) open: Option<u64>,
    pub(crate) count: u64,
    pub(crate) sum: u64,
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

impl Stats {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Stats {
        Stats {
            open: AtomicU64::new(CLOSED),
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            min: AtomicU64::new(u64::MAX),
            max: AtomicU64::new(0),
            squares_low: AtomicU64::new(0),
            squares_high: AtomicU64::new(0),
            epoch: AtomicU32::new(0),
            previous_epoch: AtomicU32::new(u32::MAX),
            present: AtomicU64::new(0),
            pages: [const { AtomicPtr::new(std::ptr::null_mut()) }; PAGES],
            previous: [AtomicU64::new(u64::MAX), AtomicU64::new(0)],
            ever: [AtomicU64::new(u64::MAX), AtomicU64::new(0)],
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Stats {
        Stats {
            open: AtomicU64::new(CLOSED),
            count: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            min: AtomicU64::new(u64::MAX),
            max: AtomicU64::new(0),
            squares_low: AtomicU64::new(0),
            squares_high: AtomicU64::new(0),
            epoch: AtomicU32::new(0),
            previous_epoch: AtomicU32::new(u32::MAX),
            present: AtomicU64::new(0),
            pages: std::array::from_fn(|_| AtomicPtr::new(std::ptr::null_mut())),
            previous: [AtomicU64::new(u64::MAX), AtomicU64::new(0)],
            ever: [AtomicU64::new(u64::MAX), AtomicU64::new(0)],
        }
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

    /// Start of the span that runs now. Owner only.
    pub(crate) fn opened(&self) -> u64 {
        self.open.load(Relaxed)
    }

    /// Adds a value. Owner only.
    #[inline(always)]
    pub(crate) fn record<const KEEP: u8>(&self, value: u64, epochs: &Epochs) {
        self.open.store(BUSY, Relaxed);
        fence(Release);
        if self.epoch.load(Relaxed) != epochs.current.load(Relaxed) {
            self.roll(epochs);
        }
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
        if KEEP == keep::HISTOGRAM {
            let bucket = bucket_of(value);
            // `bucket_of` never passes the last page; the mask keeps a bounds check out of the hot path.
            let page = self.page(bucket / PAGE);
            let slot = &page.0[bucket % PAGE];
            slot.store(slot.load(Relaxed).wrapping_add(1), Relaxed);
        }
        self.count.store(self.count.load(Relaxed).wrapping_add(1), Release);
        self.open.store(CLOSED, Release);
    }

    #[inline(always)]
    fn page(&self, index: usize) -> &'static Page {
        let page = self.pages[index].load(Relaxed);
        if page.is_null() { self.add_page(index) } else { page_ref(page) }
    }

    #[cold]
    #[inline(never)]
    fn add_page(&self, index: usize) -> &'static Page {
        let page: &'static mut Page = Box::leak(Box::new(Page(std::array::from_fn(|_| AtomicU64::new(0)))));
        let page: *mut Page = page;
        self.pages[index].store(page, Release);
        self.present.store(self.present.load(Relaxed) | 1 << index, Release);
        page_ref(page)
    }

    /// Begins the epoch under way: what was gathered becomes part of the past.
    #[cold]
    #[inline(never)]
    fn roll(&self, epochs: &Epochs) {
        let ended = self.epoch.load(Relaxed);
        let gathered = (self.min.load(Relaxed), self.max.load(Relaxed));
        let [ever_min, ever_max] = &self.ever;
        let ever = if ended < epochs.era.load(Relaxed) {
            NOTHING
        } else {
            both(gathered, (ever_min.load(Relaxed), ever_max.load(Relaxed)))
        };
        ever_min.store(ever.0, Relaxed);
        ever_max.store(ever.1, Relaxed);
        self.previous[0].store(gathered.0, Relaxed);
        self.previous[1].store(gathered.1, Relaxed);
        self.previous_epoch.store(ended, Relaxed);
        self.min.store(NOTHING.0, Relaxed);
        self.max.store(NOTHING.1, Relaxed);
        self.epoch.store(epochs.current.load(Relaxed), Relaxed);
    }

    /// Reads a consistent state. `ended` is the epoch that the reader has just ended.
    pub(crate) fn read(&self, ended: u32, era: u32) -> Reading {
        for _ in 0..PATIENCE {
            let (count, open) = (self.count.load(Acquire), self.open.load(Acquire));
            if open != BUSY {
                let reading = self.load(count, open, ended, era);
                fence(Acquire);
                if self.open.load(Relaxed) == open && self.count.load(Relaxed) == count {
                    return reading;
                }
            }
            crate::sync::spin();
        }
        let (count, open) = (self.count.load(Acquire), self.open.load(Acquire));
        self.load(count, open, ended, era)
    }

    /// Reads what was gathered since the start, resets notwithstanding.
    pub(crate) fn read_ever(&self) -> Reading {
        self.read(0, 0)
    }

    fn load(&self, count: u64, open: u64, ended: u32, era: u32) -> Reading {
        let epoch = self.epoch.load(Relaxed);
        let now = (self.min.load(Relaxed), self.max.load(Relaxed));
        let ever = (self.ever[0].load(Relaxed), self.ever[1].load(Relaxed));
        let extremes = if epoch < era { NOTHING } else { both(now, ever) };
        let interval = match epoch {
            _ if epoch == ended => now,
            // The owner was quicker than we: what it has recorded since belongs to both epochs, as its count does to
            // this reading.
            _ if epoch == ended.wrapping_add(1) && self.previous_epoch.load(Relaxed) == ended => {
                both(now, (self.previous[0].load(Relaxed), self.previous[1].load(Relaxed)))
            }
            _ if epoch == ended.wrapping_add(1) => now,
            _ => NOTHING,
        };
        let (low, high) = (self.squares_low.load(Relaxed), self.squares_high.load(Relaxed));
        Reading {
            open: (open != CLOSED && open != BUSY).then_some(open),
            count,
            sum: self.sum.load(Relaxed),
            squares: u128::from(low) | u128::from(high) << 64,
            extremes,
            interval,
        }
    }

    /// The distribution. Not part of the consistent state: it may run a few calls ahead.
    pub(crate) fn histogram(&self) -> crate::histogram::Histogram {
        let mut histogram = crate::histogram::Histogram::default();
        let mut present = self.present.load(Acquire);
        while present != 0 {
            let index = present.trailing_zeros() as usize;
            present &= present - 1;
            let page = self.pages[index].load(Acquire);
            if page.is_null() {
                continue;
            }
            for (place, slot) in page_ref(page).0.iter().enumerate() {
                match slot.load(Relaxed) {
                    0 => {}
                    count => histogram.push(index * PAGE + place, count),
                }
            }
        }
        histogram
    }

    /// Empties a recycled cell that no reader takes for its owner's any more. Owner only.
    pub(crate) fn clear(&self) {
        self.open.store(BUSY, Relaxed);
        fence(Release);
        for zero in [&self.count, &self.sum, &self.max, &self.squares_low, &self.squares_high] {
            zero.store(0, Relaxed);
        }
        self.min.store(u64::MAX, Relaxed);
        self.ever[0].store(NOTHING.0, Relaxed);
        self.ever[1].store(NOTHING.1, Relaxed);
        for page in &self.pages {
            let page = page.load(Relaxed);
            if !page.is_null() {
                page_ref(page).0.iter().for_each(|slot| slot.store(0, Relaxed));
            }
        }
        self.open.store(CLOSED, Release);
    }
}

#[inline(always)]
#[expect(unsafe_code, reason = "pages are published by pointer")]
fn page_ref(page: *mut Page) -> &'static Page {
    // SAFETY: callers pass a non-null pointer that `add_page` leaked; pages are never freed, and are shared only.
    unsafe { &*page }
}
