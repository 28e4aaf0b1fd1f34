//! What's compared of a call path: a few figures a run, of which noise reaches some more than others.

use super::align::Pair;
use super::side::Side;
use instrument_model::data::{Data, Node};
use instrument_model::histogram;
use std::fmt;

/// Which figure of a row told a change from noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Measure {
    /// What a call takes that nothing interrupts: the time that 1 % of the calls don't exceed, less the same of what it calls.
    Quick,
    /// The time that half of the calls don't exceed; of paths that call nothing that's timed.
    Median,
    /// Mean own time of a call.
    Own,
    /// Mean own CPU time of a call, where the component `thread_cpu` measured it.
    Cpu,
    /// Calls for each of its caller's.
    Calls,
}

impl Measure {
    pub(super) const ALL: [Measure; 5] = [Measure::Quick, Measure::Median, Measure::Own, Measure::Cpu, Measure::Calls];

    /// How much it counts: every figure that may tell of a change is one more that noise may move, and a mean is moved most.
    pub(super) fn trust(self) -> f64 {
        if self == Measure::Own { 0.7 } else { 1.0 }
    }

    /// Whether what slows the whole machine shows in it.
    pub(super) fn is_time(self) -> bool {
        self != Measure::Calls
    }
}

/// As half a sentence: `median`.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Measure::Quick => "quick calls",
            Measure::Median => "median",
            Measure::Own => "own time",
            Measure::Cpu => "own CPU time",
            Measure::Calls => "calls",
        })
    }
}

/// The share of calls that [`Measure::Quick`] is about.
const QUICK: f64 = 0.01;
/// Of less than this share of a call, what's left when the callees' is taken away is an error of theirs.
const LEAST_LEFT: f64 = 0.05;

/// Figures of a call in one run, in nanoseconds or calls; `None` where it has none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OfRun {
    pub(super) figures: [Option<f64>; Measure::ALL.len()],
    /// What quick calls spend in callees.
    pub(super) below: f64,
}

pub(super) fn of_run(side: &Side<'_>, run: usize, pair: &Pair, path: u32, parent: Option<u32>) -> OfRun {
    let Some(node) = side.node(run, path).filter(|node| node.calls() > 0) else { return OfRun::default() };
    let data = side.runs[run].data();
    let calls = node.calls() as f64;
    let own = data.scale.nanos_f64(node.own as f64) / calls;
    let children = side.paths[path as usize].children.iter().filter_map(|&child| side.node(run, child));
    // What ran beside isn't part of the time.
    let (mut below, mut is_leaf) = (Some(0.0), true);
    for child in children.filter(|child| child.is_live() && !child.is_parallel) {
        is_leaf = false;
        let share = quantile(child, data, QUICK).map(|quick| quick * child.calls() as f64 / calls);
        below = below.zip(share).map(|(sum, more)| sum + more);
    }
    let whole = quantile(node, data, QUICK);
    let quick = whole.zip(below).map(|(whole, below)| (whole - below, whole));
    let quick = quick.filter(|(left, whole)| *left >= whole * LEAST_LEFT).map(|(left, _)| left);
    let parent_calls = match parent {
        Some(parent) => side.node(run, parent).map(|node| node.calls() as f64),
        None => Some(1.0),
    };
    let found = |measure| match measure {
        Measure::Quick => quick,
        Measure::Median => quantile(node, data, 0.5).filter(|_| is_leaf),
        Measure::Own => Some(own),
        Measure::Cpu => cpu(node, data).map(|sum| sum / calls),
        Measure::Calls => parent_calls.map(|callers| calls / callers),
    };
    debug_assert!(pair.base == Some(path) || pair.new == Some(path), "the path is the row's");
    let usable = |figure: &f64| figure.is_finite() && *figure > 0.0;
    OfRun { figures: Measure::ALL.map(|measure| found(measure).filter(usable)), below: below.unwrap_or(0.0) }
}

fn cpu(node: &Node, data: &Data) -> Option<f64> {
    let component = data.components.iter().position(|component| component.name == "thread_cpu")?;
    let column = node.columns.iter().find(|column| column.component as usize == component)?;
    Some(column.own.value())
}

/// The time that a share of the calls didn't exceed, in nanoseconds. Values are taken to be evenly spread over their bucket, as
/// far as the extremes allow: a bucket is up to 3 % wide, and changes are smaller than that.
fn quantile(node: &Node, data: &Data, q: f64) -> Option<f64> {
    let times = &node.times;
    let total = times.histogram.total();
    let rank = q * total as f64;
    let mut before = 0.0;
    for &(bucket, count) in times.histogram.buckets() {
        let count = count as f64;
        if before + count >= rank {
            let (low, high) = histogram::bounds(bucket.into());
            let low = low.max(times.min()) as f64;
            let high = (high as f64 + 1.0).min(times.max() as f64 + 1.0).max(low);
            return Some(data.scale.nanos_f64(low + (high - low) * (rank - before) / count));
        }
        before += count;
    }
    None
}
