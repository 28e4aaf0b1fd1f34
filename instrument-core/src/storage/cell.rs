//! One call path of one thread and its statistics: plain stores by the owner, consistent reads by anybody.
//!
//! The statistics make a sequence lock, as those of measurements do: `version` is odd while the owner writes, and a reader
//! that finds it odd or changed reads again. Everything is an atomic, so that the worst of a race is a figure, and
//! owners never wait.

use super::hash;
use crate::component::Laps;
use crate::registry;
use crate::sync::{AtomicU32, AtomicU64, Ordering::*, fence};

#[derive(Default)]
struct F64(AtomicU64);

impl F64 {
    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Relaxed))
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Relaxed);
    }
}

/// Sum, extremes and deviation of observed values, whose number is kept beside.
#[derive(Default)]
struct Spread {
    sum: F64,
    sqr: F64,
    min: F64,
    max: F64,
    /// Welford's: the difference of two large sums of squares would be noise.
    mean: F64,
    squares: F64,
}

impl Spread {
    fn record(&self, value: f64, count_with_it: u64) {
        let first = count_with_it == 1;
        let extreme = |place: &F64, pick: fn(f64, f64) -> f64| {
            place.set(if first { value } else { pick(place.get(), value) });
        };
        self.sum.set(self.sum.get() + value);
        self.sqr.set(self.sqr.get() + value * value);
        extreme(&self.min, f64::min);
        extreme(&self.max, f64::max);
        let distance = value - self.mean.get();
        let mean = self.mean.get() + distance / count_with_it as f64;
        self.mean.set(mean);
        self.squares.set(self.squares.get() + distance * (value - mean));
    }

    fn clear(&self) {
        for figure in [&self.sum, &self.sqr, &self.min, &self.max, &self.mean, &self.squares] {
            figure.set(0.0);
        }
    }

    fn load(&self) -> Values {
        Values {
            sum: self.sum.get(),
            sqr: self.sqr.get(),
            min: self.min.get(),
            max: self.max.get(),
            mean: self.mean.get(),
            squares: self.squares.get(),
        }
    }
}

/// A [`Spread`] as it was at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Values {
    pub(super) sum: f64,
    pub(super) sqr: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) mean: f64,
    /// Sum of the squared distances from the mean.
    pub(super) squares: f64,
}

impl Values {
    /// Adds those of another thread; the counts are of each side.
    fn merge(&mut self, count: u64, other: &Values, others: u64) {
        if others == 0 {
            return;
        }
        if count == 0 {
            *self = *other;
            return;
        }
        let (mine, theirs) = (count as f64, others as f64);
        let distance = other.mean - self.mean;
        self.squares += other.squares + distance * distance * mine * theirs / (mine + theirs);
        self.mean += distance * theirs / (mine + theirs);
        self.sum += other.sum;
        self.sqr += other.sqr;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
}

/// The statistics of a cell as they were at one moment, or of the same path of several threads.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) count: u64,
    pub(super) laps: u64,
    /// Of all laps; for ratios not what the observations add up to.
    pub(super) sum: f64,
    pub(super) per: f64,
    pub(super) inclusive: Values,
    pub(super) exclusive: Values,
}

impl Figures {
    pub(super) fn merge(&mut self, other: &Figures) {
        self.inclusive.merge(self.count, &other.inclusive, other.count);
        self.exclusive.merge(self.count, &other.exclusive, other.count);
        self.count += other.count;
        self.laps += other.laps;
        self.sum += other.sum;
        self.per += other.per;
    }
}

pub(super) struct Cell {
    pub(super) label: Box<str>,
    pub(super) hash: u64,
    pub(super) rolling_hash: u64,
    pub(super) depth: usize,
    pub(super) parent: Option<&'static Cell>,
    version: AtomicU64,
    /// That of the figures: a reset begins another.
    era: AtomicU32,
    count: AtomicU64,
    laps: AtomicU64,
    sum: F64,
    per: F64,
    inclusive: Spread,
    exclusive: Spread,
    /// What was observed right below since the last observation here.
    below: [F64; 2],
}

impl Cell {
    pub(super) fn new(label: &str, hash: u64, parent: Option<&'static Cell>) -> Self {
        Cell {
            label: label.into(),
            hash,
            rolling_hash: hash::rolling(parent.map(|parent| parent.rolling_hash), hash),
            depth: parent.map_or(0, |parent| parent.depth + 1),
            parent,
            version: AtomicU64::new(0),
            era: AtomicU32::new(registry::era()),
            count: AtomicU64::new(0),
            laps: AtomicU64::new(0),
            sum: F64::default(),
            per: F64::default(),
            inclusive: Spread::default(),
            exclusive: Spread::default(),
            below: Default::default(),
        }
    }

    /// Forgets what an earlier push that nobody popped has left. Owner only.
    pub(super) fn begin(&self) {
        self.below[0].set(0.0);
        self.below[1].set(0.0);
    }

    /// Adds an observation. Owner only.
    pub(super) fn record(&self, laps: Laps, contains_what_is_below: bool, may_be_negative: bool) {
        let own = if contains_what_is_below {
            let mut own = laps;
            own.sum -= self.below[0].get();
            own.per -= self.below[1].get();
            if !may_be_negative {
                own.sum = own.sum.max(0.0);
            }
            own
        } else {
            laps
        };
        self.begin();
        if let Some(parent) = self.parent {
            parent.below[0].set(parent.below[0].get() + laps.sum);
            parent.below[1].set(parent.below[1].get() + laps.per);
        }

        let version = self.version.load(Relaxed);
        self.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        self.enter_era();
        let count = self.count.load(Relaxed) + 1;
        self.inclusive.record(laps.value(), count);
        self.exclusive.record(own.share_of(laps), count);
        self.sum.set(self.sum.get() + laps.sum);
        self.per.set(self.per.get() + laps.per);
        self.laps.store(self.laps.load(Relaxed) + laps.count, Relaxed);
        self.count.store(count, Relaxed);
        self.version.store(version.wrapping_add(2), Release);
    }

    /// Forgets what was before a reset.
    fn enter_era(&self) {
        let era = registry::era();
        if self.era.load(Relaxed) != era {
            self.count.store(0, Relaxed);
            self.laps.store(0, Relaxed);
            self.sum.set(0.0);
            self.per.set(0.0);
            self.inclusive.clear();
            self.exclusive.clear();
            self.era.store(era, Relaxed);
        }
    }

    pub(super) fn read(&self) -> Figures {
        for attempt in 0..crate::sync::PATIENCE {
            let version = self.version.load(Acquire);
            let figures = self.load();
            fence(Acquire);
            if version.is_multiple_of(2) && self.version.load(Relaxed) == version {
                return figures;
            }
            crate::sync::wait(attempt);
        }
        self.load()
    }

    fn load(&self) -> Figures {
        if self.era.load(Relaxed) != registry::era() {
            return Figures::default();
        }
        Figures {
            count: self.count.load(Relaxed),
            laps: self.laps.load(Relaxed),
            sum: self.sum.get(),
            per: self.per.get(),
            inclusive: self.inclusive.load(),
            exclusive: self.exclusive.load(),
        }
    }
}
