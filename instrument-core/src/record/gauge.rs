//! The statistics of one measurement on one thread: floating-point, otherwise as [`Stats`](super::stats::Stats).

use super::stats::Epochs;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::*, fence};

#[derive(Default)]
struct F64(AtomicU64);

impl F64 {
    #[inline(always)]
    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }

    #[inline(always)]
    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }
}

/// One thread's statistics of one measurement.
pub(crate) struct Gauge {
    /// Odd while the owner writes.
    version: AtomicU64,
    count: AtomicU64,
    sum: F64,
    /// The first value: deviations are from there, or a small one of large values would drown in rounding.
    origin: F64,
    /// Sum of the squares of all values' distances from `origin`.
    squares: F64,
    min: F64,
    max: F64,
    epoch: AtomicU32,
    previous_epoch: AtomicU32,
    previous: [F64; 2],
    ever: [F64; 2],
}

/// Extremes of nothing.
pub(crate) const NOTHING: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

pub(crate) fn both(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

/// One consistent state of a [`Gauge`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct GaugeReading {
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) origin: f64,
    /// About `origin`.
    pub(crate) squares: f64,
    pub(crate) extremes: (f64, f64),
    pub(crate) interval: (f64, f64),
}

impl GaugeReading {
    /// The sum of squares about another origin.
    pub(crate) fn squares_about(&self, origin: f64) -> f64 {
        let (shift, count) = (self.origin - origin, self.count as f64);
        self.squares + 2.0 * shift * (self.sum - count * self.origin) + count * shift * shift
    }

    /// Standard deviation (of the population).
    pub(crate) fn deviation(&self) -> f64 {
        if self.count < 2 {
            return 0.0;
        }
        let count = self.count as f64;
        let offset = self.sum / count - self.origin;
        (self.squares / count - offset * offset).max(0.0).sqrt()
    }
}

fn pair((min, max): (f64, f64)) -> [F64; 2] {
    [F64(AtomicU64::new(min.to_bits())), F64(AtomicU64::new(max.to_bits()))]
}

impl Default for Gauge {
    fn default() -> Self {
        let [min, max] = pair(NOTHING);
        Gauge {
            version: AtomicU64::new(0),
            count: AtomicU64::new(0),
            sum: F64::default(),
            origin: F64::default(),
            squares: F64::default(),
            min,
            max,
            epoch: AtomicU32::new(0),
            previous_epoch: AtomicU32::new(u32::MAX),
            previous: pair(NOTHING),
            ever: pair(NOTHING),
        }
    }
}

impl Gauge {
    /// Adds a value. Owner only.
    #[inline(always)]
    pub(crate) fn record(&self, value: f64, epochs: &Epochs) {
        let version = self.version.load(Relaxed);
        self.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        if self.epoch.load(Relaxed) != epochs.current.load(Relaxed) {
            self.roll(value, epochs);
        }
        self.sum.set(self.sum.get() + value);
        let distance = value - self.origin.get();
        self.squares.set(self.squares.get() + distance * distance);
        if value < self.min.get() {
            self.min.set(value);
        }
        if value > self.max.get() {
            self.max.set(value);
        }
        self.count.store(self.count.load(Relaxed).wrapping_add(1), Relaxed);
        self.version.store(version.wrapping_add(2), Release);
    }

    #[cold]
    #[inline(never)]
    fn roll(&self, value: f64, epochs: &Epochs) {
        if self.count.load(Relaxed) == 0 && value.is_finite() {
            self.origin.set(value);
        }
        let ended = self.epoch.load(Relaxed);
        let gathered = (self.min.get(), self.max.get());
        let ever = if ended < epochs.era.load(Relaxed) {
            NOTHING
        } else {
            both(gathered, (self.ever[0].get(), self.ever[1].get()))
        };
        self.ever[0].set(ever.0);
        self.ever[1].set(ever.1);
        self.previous[0].set(gathered.0);
        self.previous[1].set(gathered.1);
        self.previous_epoch.store(ended, Relaxed);
        self.min.set(NOTHING.0);
        self.max.set(NOTHING.1);
        self.epoch.store(epochs.current.load(Relaxed), Relaxed);
    }

    pub(crate) fn read(&self, ended: u32, era: u32) -> GaugeReading {
        for attempt in 0..crate::sync::PATIENCE {
            let version = self.version.load(Acquire);
            let reading = self.load(ended, era);
            fence(Acquire);
            if version.is_multiple_of(2) && self.version.load(Relaxed) == version {
                return reading;
            }
            crate::sync::wait(attempt);
        }
        self.load(ended, era)
    }

    fn load(&self, ended: u32, era: u32) -> GaugeReading {
        let epoch = self.epoch.load(Relaxed);
        let now = (self.min.get(), self.max.get());
        let ever = (self.ever[0].get(), self.ever[1].get());
        let interval = match epoch {
            _ if epoch == ended => now,
            _ if epoch == ended.wrapping_add(1) && self.previous_epoch.load(Relaxed) == ended => {
                both(now, (self.previous[0].get(), self.previous[1].get()))
            }
            _ if epoch == ended.wrapping_add(1) => now,
            _ => NOTHING,
        };
        GaugeReading {
            count: self.count.load(Relaxed),
            sum: self.sum.get(),
            origin: self.origin.get(),
            squares: self.squares.get(),
            extremes: if epoch < era { NOTHING } else { both(now, ever) },
            interval,
        }
    }
}
