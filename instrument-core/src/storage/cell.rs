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
    pub(super) fn of_one(value: f64) -> Values {
        Values { sum: value, sqr: value * value, min: value, max: value, mean: value, squares: 0.0 }
    }

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
    /// Observations of inner levels of recursion, whose laps aren't in `sum`.
    pub(super) inner: u64,
    /// Laps without what was observed within.
    pub(super) own: Laps,
    /// What was observed within, but not below.
    pub(super) aside: Laps,
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
        self.inner += other.inner;
        self.own.merge(&other.own);
        self.aside.merge(&other.aside);
    }
}

fn load(figures: &[F64; 2]) -> Laps {
    Laps { sum: figures[0].get(), per: figures[1].get(), count: 0 }
}

fn add(figures: &[F64; 2], laps: Laps) {
    figures[0].set(figures[0].get() + laps.sum);
    figures[1].set(figures[1].get() + laps.per);
}

pub(super) struct Cell {
    pub(super) label: Box<str>,
    pub(super) hash: u64,
    pub(super) rolling_hash: u64,
    pub(super) depth: usize,
    pub(super) parent: Option<&'static Cell>,
    /// Its place in its graph's list.
    pub(super) index: usize,
    version: AtomicU64,
    /// That of the figures: a reset begins another.
    era: AtomicU32,
    count: AtomicU64,
    laps: AtomicU64,
    sum: F64,
    per: F64,
    inclusive: Spread,
    exclusive: Spread,
    /// See [`Figures`].
    inner: AtomicU64,
    own: [F64; 2],
    aside: [F64; 2],
    /// How many pushes are open. Owner only.
    open: AtomicU64,
}

impl Cell {
    pub(super) fn new(label: &str, hash: u64, index: usize, parent: Option<&'static Cell>) -> Self {
        Cell {
            label: label.into(),
            hash,
            rolling_hash: hash::rolling(parent.map(|parent| parent.rolling_hash), hash),
            depth: parent.map_or(0, |parent| parent.depth + 1),
            parent,
            index,
            version: AtomicU64::new(0),
            era: AtomicU32::new(registry::era()),
            count: AtomicU64::new(0),
            laps: AtomicU64::new(0),
            sum: F64::default(),
            per: F64::default(),
            inclusive: Spread::default(),
            exclusive: Spread::default(),
            inner: AtomicU64::new(0),
            own: Default::default(),
            aside: Default::default(),
            open: AtomicU64::new(0),
        }
    }

    /// Notes a push. Owner only.
    pub(super) fn opened(&self) {
        self.open.store(self.open.load(Relaxed) + 1, Relaxed);
    }

    /// Notes that a push ended, and returns whether it was the only one. Owner only.
    pub(super) fn closed(&self) -> bool {
        let left = self.open.load(Relaxed).saturating_sub(1);
        self.open.store(left, Relaxed);
        left == 0
    }

    /// Adds an observation: all its laps, those without what was observed within, and what of the latter isn't below this
    /// cell. Only the outermost of several levels of recursion counts for the sum of laps. Owner only.
    pub(super) fn record(&self, laps: Laps, own: Laps, aside: Laps, is_outermost: bool) {
        let version = self.version.load(Relaxed);
        self.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        self.enter_era();
        let count = self.count.load(Relaxed) + 1;
        self.inclusive.record(laps.value(), count);
        self.exclusive.record(own.share_of(laps), count);
        if is_outermost {
            self.sum.set(self.sum.get() + laps.sum);
            self.per.set(self.per.get() + laps.per);
        } else {
            self.inner.store(self.inner.load(Relaxed) + 1, Relaxed);
        }
        add(&self.own, own);
        add(&self.aside, aside);
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
            self.inner.store(0, Relaxed);
            [&self.own, &self.aside].into_iter().flatten().for_each(|figure| figure.set(0.0));
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
            inner: self.inner.load(Relaxed),
            own: load(&self.own),
            aside: load(&self.aside),
            inclusive: self.inclusive.load(),
            exclusive: self.exclusive.load(),
        }
    }
}
