//! Statistics of numbers, written by one thread: count, sum, deviation, extremes.

use super::epochs::{Epochs, combine};
use super::mine::Mine;
use crate::base::sync::Sequence;
use instrument_model::Spread;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// A number that one thread writes and others read.
#[derive(Default)]
pub(super) struct F64(AtomicU64);

impl F64 {
    const fn new(value: f64) -> F64 {
        F64(AtomicU64::new(value.to_bits()))
    }

    #[inline(always)]
    pub(super) fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }

    #[inline(always)]
    pub(super) fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }

    #[inline(always)]
    pub(super) fn add(&self, value: f64) {
        self.set(self.get() + value);
    }
}

/// Statistics that are read and written within somebody's [`Sequence`].
pub(super) struct Values {
    count: AtomicU64,
    sum: F64,
    /// The first value: deviations are from there, or a small one of large values would drown in rounding.
    origin: F64,
    /// Sum of the squares of all values' distances from `origin`.
    squares: F64,
    extremes: [F64; 2],
    epoch: AtomicU32,
    previous_epoch: AtomicU32,
    previous: [F64; 2],
    ever: [F64; 2],
}

fn pair((min, max): (f64, f64)) -> [F64; 2] {
    [F64::new(min), F64::new(max)]
}

fn both(pair: &[F64; 2]) -> (f64, f64) {
    (pair[0].get(), pair[1].get())
}

fn set(pair: &[F64; 2], (min, max): (f64, f64)) {
    pair[0].set(min);
    pair[1].set(max);
}

impl Default for Values {
    fn default() -> Self {
        Values {
            count: AtomicU64::new(0),
            sum: F64::default(),
            origin: F64::default(),
            squares: F64::default(),
            extremes: pair(Spread::NONE),
            epoch: AtomicU32::new(0),
            previous_epoch: AtomicU32::new(u32::MAX),
            previous: pair(Spread::NONE),
            ever: pair(Spread::NONE),
        }
    }
}

impl Values {
    /// Adds a value.
    #[inline(always)]
    pub(super) fn record(&self, value: f64, epochs: &Epochs) {
        if self.epoch.load(Relaxed) != epochs.current.load(Relaxed) {
            self.roll(value, epochs);
        }
        self.sum.add(value);
        let distance = value - self.origin.get();
        self.squares.add(distance * distance);
        let [min, max] = &self.extremes;
        if value < min.get() {
            min.set(value);
        }
        if value > max.get() {
            max.set(value);
        }
        self.count.store(self.count.load(Relaxed).wrapping_add(1), Relaxed);
    }

    #[cold]
    #[inline(never)]
    fn roll(&self, value: f64, epochs: &Epochs) {
        if self.count.load(Relaxed) == 0 {
            self.origin.set(value);
        }
        let (current, era) = epochs.current_and_era();
        let ended = self.epoch.load(Relaxed);
        let gathered = both(&self.extremes);
        let ever = if ended < era { Spread::NONE } else { Spread::both(gathered, both(&self.ever)) };
        set(&self.ever, ever);
        set(&self.previous, gathered);
        self.previous_epoch.store(ended, Relaxed);
        set(&self.extremes, Spread::NONE);
        self.epoch.store(current, Relaxed);
    }

    pub(super) fn load(&self, ended: u32, era: u32) -> Spread {
        let (extremes, interval) = combine(
            (self.epoch.load(Relaxed), self.previous_epoch.load(Relaxed)),
            (ended, era),
            (both(&self.extremes), both(&self.previous), both(&self.ever)),
            (Spread::both, Spread::NONE),
        );
        Spread {
            count: self.count.load(Relaxed),
            sum: self.sum.get(),
            origin: self.origin.get(),
            squares: self.squares.get(),
            extremes,
            interval,
        }
    }
}

/// One thread's statistics of one measurement.
#[derive(Default)]
pub(crate) struct Gauge {
    sequence: Sequence,
    values: Values,
}

impl Mine<'_, Gauge> {
    /// Adds a value. Returns false, and does nothing, if the owner is about to add another.
    #[inline(always)]
    pub(crate) fn record(self, value: f64, epochs: &Epochs) -> bool {
        self.sequence.write(|| self.values.record(value, epochs))
    }
}

impl Gauge {
    /// How many values there were so far, whoever writes meanwhile.
    pub(crate) fn count(&self) -> u64 {
        self.values.count.load(Relaxed)
    }

    pub(crate) fn read(&self, ended: u32, era: u32) -> Spread {
        self.sequence.read(|| self.values.load(ended, era))
    }
}
