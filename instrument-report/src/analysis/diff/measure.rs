//! What's compared of a call path: a few figures a run, of which noise reaches some more than others.

use super::align::Pair;
use super::noise::FLOOR;
use super::side::Side;
use instrument_model::data::{Data, Node};
use instrument_model::histogram;
use std::fmt;

/// Which figure of a row told a change from noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Measure {
    /// What a typical call takes, less the same of what it calls: the mean without the quickest and the slowest 5 % of the calls.
    Typical,
    /// Mean own CPU time of a call, where the component `thread_cpu` measured it.
    Cpu,
    /// Calls for each of its caller's.
    Calls,
}

impl Measure {
    pub(super) const ALL: [Measure; 3] = [Measure::Typical, Measure::Cpu, Measure::Calls];

    /// The least scatter that's believed in. Of times that's what moves them from one build to the next with no change of what they
    /// do, so that a row isn't called changed for having stood still.
    pub(super) fn least_scatter(self) -> f64 {
        if self.is_time() { 0.02 } else { FLOOR }
    }

    /// Whether what slows the whole machine shows in it.
    pub(super) fn is_time(self) -> bool {
        self != Measure::Calls
    }
}

/// As half a sentence: `typical calls`.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Measure::Typical => "typical calls",
            Measure::Cpu => "own CPU time",
            Measure::Calls => "calls",
        })
    }
}

/// The share of calls, the quickest and the slowest ones each, that [`Measure::Typical`] leaves out.
const LEFT_OUT: f64 = 0.05;
/// Of less than this share of a call, what's left when the callees' is taken away is an error of theirs.
const LEAST_LEFT: f64 = 0.05;

/// Figures of a call in one run, in nanoseconds or calls; `None` where it has none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OfRun {
    pub(super) figures: [Option<f64>; Measure::ALL.len()],
    /// What typical calls spend in callees.
    pub(super) below: f64,
}

pub(super) fn of_run(side: &Side<'_>, run: usize, pair: &Pair, path: u32, parent: Option<u32>) -> OfRun {
    let Some(node) = side.node(run, path).filter(|node| node.calls() > 0) else { return OfRun::default() };
    let data = side.runs[run].data();
    let calls = node.calls() as f64;
    let children = side.paths[path as usize].children.iter().filter_map(|&child| side.node(run, child));
    let mut below = 0.0;
    // What ran beside isn't part of the time.
    for child in children.filter(|child| child.is_live() && !child.is_parallel) {
        below += typical(child, data).unwrap_or(0.0) * child.calls() as f64 / calls;
    }
    let whole = typical(node, data);
    let left = whole.map(|whole| (whole - below, whole));
    let typical = left.filter(|(left, whole)| *left >= whole * LEAST_LEFT).map(|(left, _)| left);
    let parent_calls = match parent {
        Some(parent) => side.node(run, parent).map(|node| node.calls() as f64),
        None => Some(1.0),
    };
    let found = |measure| match measure {
        Measure::Typical => typical,
        Measure::Cpu => cpu(node, data).map(|sum| sum / calls),
        Measure::Calls => parent_calls.map(|callers| calls / callers),
    };
    debug_assert!(pair.base == Some(path) || pair.new == Some(path), "the path is the row's");
    let usable = |figure: &f64| figure.is_finite() && *figure > 0.0;
    OfRun { figures: Measure::ALL.map(|measure| found(measure).filter(usable)), below }
}

fn cpu(node: &Node, data: &Data) -> Option<f64> {
    let component = data.components.iter().position(|component| component.name == "thread_cpu")?;
    let column = node.columns.iter().find(|column| column.component as usize == component)?;
    Some(column.own.value())
}

/// The mean of the calls that are neither among the quickest nor the slowest, in nanoseconds. Values are taken to be evenly spread
/// over their bucket, as far as the extremes allow: a bucket is up to 3 % wide, and changes are smaller than that.
fn typical(node: &Node, data: &Data) -> Option<f64> {
    let times = &node.times;
    let total = times.histogram.total() as f64;
    let (first, last) = (LEFT_OUT * total, (1.0 - LEFT_OUT) * total);
    let (mut before, mut sum) = (0.0, 0.0);
    for &(bucket, count) in times.histogram.buckets() {
        let count = count as f64;
        let (from, to) = (first.max(before), last.min(before + count));
        if to > from {
            let (low, high) = histogram::bounds(bucket.into());
            let low = low.max(times.min()) as f64;
            let high = (high as f64 + 1.0).min(times.max() as f64 + 1.0).max(low);
            // The value in the middle of what's taken of the bucket.
            sum += (to - from) * (low + (high - low) * (from.midpoint(to) - before) / count);
        }
        before += count;
    }
    (total > 0.0).then(|| data.scale.nanos_f64(sum / (last - first)))
}
