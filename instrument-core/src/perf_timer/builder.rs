//! Building a timer, and what can be wrong with it.

use super::shared::{self, ClockChoice, Log, Shared};
use super::{Observer, PerfTimer, Plan};
use crate::time::Clock;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// A timer to be; see [`PerfTimer::builder`].
#[derive(Debug)]
#[must_use = "a builder does nothing before `build`"]
pub struct PerfTimerBuilder {
    name: Cow<'static, str>,
    observer: Observer,
    clock: ClockChoice,
    log: Log,
}

/// Why a [`PerfTimer`] can't be built.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum BuildError {
    /// A histogram without quantiles has nothing to report.
    NoQuantiles,
    /// A quantile isn't in 0..=1.
    QuantileOutOfRange(f64),
    /// A quantile isn't greater than the one before it.
    QuantilesNotAscending(f64, f64),
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BuildError::NoQuantiles => {
                f.write_str("no quantiles given: write `Observer::histogram(&[0.5, 0.9])`, or `Observer::stddev()`")
            }
            BuildError::QuantileOutOfRange(q) => {
                write!(f, "quantile {q} is not between 0 and 1: write 0.9 for the 90th percentile")
            }
            BuildError::QuantilesNotAscending(a, b) => {
                write!(f, "quantiles must be in ascending order: {b} follows {a}")
            }
        }
    }
}

impl std::error::Error for BuildError {}

impl PerfTimerBuilder {
    pub(super) fn new(name: Cow<'static, str>) -> Self {
        PerfTimerBuilder { name, observer: Observer::default(), clock: ClockChoice::Wall, log: Log::Output }
    }

    /// What to keep of the runs; by default mean, deviation and maximum.
    pub fn observer(mut self, observer: Observer) -> Self {
        self.observer = observer;
        self
    }

    /// Which time to take; by default the wall's.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = ClockChoice::Custom(Arc::new(clock));
        self
    }

    /// Where the report goes; by default to where all reports go.
    pub fn log_fn(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Log::Function(Box::new(log));
        self
    }

    /// The timer.
    ///
    /// # Errors
    /// If quantiles are missing, not in 0..=1 or not ascending.
    pub fn build(self) -> Result<PerfTimer, BuildError> {
        if let super::observer::Kind::Histogram(quantiles) = &self.observer.0 {
            if quantiles.is_empty() {
                return Err(BuildError::NoQuantiles);
            }
            if let Some(&q) = quantiles.iter().find(|q| !(0.0..=1.0).contains(*q)) {
                return Err(BuildError::QuantileOutOfRange(q));
            }
            if let Some(pair) = quantiles.windows(2).find(|pair| pair[0] >= pair[1]) {
                return Err(BuildError::QuantilesNotAscending(pair[0], pair[1]));
            }
        }
        let shared = shared::register(Shared::new(self.name, self.observer, self.clock, self.log));
        Ok(PerfTimer { plan: Plan::Built, shared: OnceLock::from(shared) })
    }
}
