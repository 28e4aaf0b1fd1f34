//! A timer's figures, and the line that tells them.

use super::observer::Kind;
use super::shared::Shared;
use crate::threads::pool;
use instrument_model::text::{nanos as text, printable};
use instrument_model::{Times, data};
use std::time::Duration;

/// The figures of a [`PerfTimer`](super::PerfTimer), over all threads.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct TimerStats {
    /// Runs that have ended.
    pub count: u64,
    /// Time of all runs.
    pub total: Duration,
    /// Mean time of a run.
    pub mean: Duration,
    /// Standard deviation (of the population); zero if the observer doesn't keep it.
    pub stddev: Duration,
    /// The shortest run.
    pub min: Duration,
    /// The longest run.
    pub max: Duration,
    /// The observer's quantiles, with their values.
    pub quantiles: Vec<(f64, Duration)>,
    /// Whether a run may have been under way when the clock that it's timed by and the system's parted, as where the
    /// machine slept: as far as its length tells.
    pub may_contain_parting: bool,
}

/// Figures in nanoseconds, before rounding.
struct Figures {
    count: u64,
    mean: f64,
    stddev: f64,
    min: f64,
    max: f64,
    quantiles: Vec<(f64, f64)>,
    may_contain_parting: bool,
}

impl Shared {
    /// All runs of all threads, resets notwithstanding.
    pub(super) fn data(&self) -> data::Timer {
        let mut times = Times::default();
        pool::reading(|trees| {
            for tree in trees {
                let cell = tree.cells().timers.get(self.slot).filter(|cell| cell.is_of(self.serial));
                if let Some(cell) = cell {
                    times.merge(cell.stats.times(0, 0));
                }
            }
        });
        data::Timer {
            name: self.name.clone().into_owned(),
            scale: self.scale(),
            times,
            quantiles: self.observer.quantiles().to_vec(),
        }
    }

    /// How many runs there were so far, whoever writes meanwhile.
    pub(super) fn runs(&self) -> u64 {
        pool::reading(|trees| {
            let cells = trees.iter().filter_map(|tree| tree.cells().timers.get(self.slot));
            cells.filter(|cell| cell.is_of(self.serial)).map(|cell| cell.stats.begun()).sum()
        })
    }

    fn figures(&self) -> Figures {
        let data::Timer { scale, times, quantiles, .. } = self.data();
        let is_within = |parting: &data::Parting| parting.may_be_in(times.min(), times.max());
        let quantile = |q: f64| (q, scale.nanos_f64(times.quantile(q).unwrap_or(times.max()) as f64));
        Figures {
            count: times.count,
            mean: scale.nanos_f64(times.mean()),
            stddev: scale.nanos_f64(times.deviation()),
            min: scale.nanos_f64(times.min() as f64),
            max: scale.nanos_f64(times.max() as f64),
            may_contain_parting: times.count > 0 && self.partings().iter().any(is_within),
            quantiles: if times.count == 0 { Vec::new() } else { quantiles.into_iter().map(quantile).collect() },
        }
    }

    pub(super) fn stats(&self) -> TimerStats {
        let figures = self.figures();
        let duration = |nanos: f64| Duration::from_nanos(nanos.round() as u64);
        TimerStats {
            count: figures.count,
            total: duration(figures.mean * figures.count as f64),
            mean: duration(figures.mean),
            stddev: duration(figures.stddev),
            min: duration(figures.min),
            max: duration(figures.max),
            may_contain_parting: figures.may_contain_parting,
            quantiles: figures.quantiles.into_iter().map(|(q, nanos)| (q, duration(nanos))).collect(),
        }
    }

    pub(super) fn summary(&self) -> Option<String> {
        let figures = self.figures();
        let name = printable(&self.name);
        let (mean, max) = (text(figures.mean), text(figures.max));
        let line = match (figures.count, &self.observer.0) {
            (0, _) => return None,
            (1, _) => format!("timer \"{name}\": {mean}"),
            (runs, Kind::Average) => format!("timer \"{name}\": avg {mean}, max {max} in {runs} runs"),
            (runs, Kind::Deviation) => {
                format!("timer \"{name}\": avg {mean} ± {}, max {max} in {runs} runs", text(figures.stddev))
            }
            (runs, Kind::Histogram(_)) => {
                let quantiles: String = figures
                    .quantiles
                    .iter()
                    .map(|&(q, nanos)| format!(", {}% ≤ {}", percent(q), text(nanos)))
                    .collect();
                format!("timer \"{name}\": avg {mean} ± {}{quantiles} in {runs} runs", text(figures.stddev))
            }
        };
        let note = if figures.may_contain_parting { " (~ the clocks parted meanwhile)" } else { "" };
        Some(line + note)
    }
}

/// 0.999 → `99.9`, without the noise of multiplying by 100.
fn percent(q: f64) -> String {
    let text = format!("{:.6}", q * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn quantiles_read_as_percentages() {
        for (q, expected) in [(0.0, "0"), (0.5, "50"), (0.999, "99.9"), (0.29, "29"), (1.0, "100")] {
            assert_eq!(percent(q), expected);
        }
    }
}
