//! Snapshots: all call trees of the process merged by path, and all else that's measured, as plain data.

use crate::base::inside::Inside;
use super::overhead;
use super::walk::Walk;
use crate::base::sync::lock;
use crate::process::bare::pid;
use crate::process::facts;
use crate::process::fork::Holder;
use crate::site::Site;
use crate::threads::{lost, pool};
use crate::time::{self, Bearings, Timeline};
use crate::tree::components;
use crate::tree::epochs::{Epochs, epochs};
use crate::{checkpoint, measure, perf_timer};
use instrument_model::data::{self, Data, Measurement, Process};
use instrument_model::{Snapshot, Spread};
use std::sync::{Arc, Mutex, OnceLock};

/// What the last [`reset`] left behind; later snapshots are intervals since then.
static BASELINE: Mutex<Option<Baseline>> = Mutex::new(None);

/// As of one moment: threads merged, and apart.
#[derive(Clone)]
struct Baseline {
    merged: Arc<Snapshot>,
    by_thread: Arc<Snapshot>,
}

/// What a crate above knows of probes, to be part of snapshots. Register it by `inventory::submit!`.
#[doc(hidden)]
pub struct Probes(pub fn() -> Vec<data::Probe>);
inventory::collect!(Probes);

inventory::submit! { Holder::new(30, || Box::new(lock(&BASELINE))) }

/// Whether the nodes of threads are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    Merged,
    Apart,
}

/// All that was recorded since the start of the process or the last [`reset`], by all threads, merged by call path.
///
/// Any thread may call it at any time, also inside a span; nobody who records waits for it. Costs about a microsecond
/// a node.
///
/// ```
/// let snapshot = instrument_core::snapshot();
/// assert!(snapshot.lost().is_empty());
/// ```
pub fn snapshot() -> Snapshot {
    whole(Threads::Merged)
}

/// All that was recorded, with what stands beside the call trees.
pub(super) fn whole(threads: Threads) -> Snapshot {
    let _inside = Inside::for_caller();
    let probes = inventory::iter::<Probes>.into_iter().flat_map(|Probes(probes)| probes()).collect();
    capture(threads).with(checkpoint::figures(), perf_timer::figures(), probes, overhead::last())
}

/// The call trees, with the columns of components, and measurements.
pub(super) fn capture(threads: Threads) -> Snapshot {
    let _inside = Inside::for_caller();
    // Held until it's taken, so that no reset comes in between.
    let held = lock(&BASELINE);
    let baseline = held.clone();
    let taken = take(threads, None, Epochs::end);
    drop(held);
    match (baseline, threads) {
        (None, _) => taken,
        (Some(baseline), Threads::Merged) => taken.since_reset(&baseline.merged),
        (Some(baseline), Threads::Apart) => taken.since_reset(&baseline.by_thread),
    }
}

/// The call tree below a site, whatever was reset.
pub(super) fn below(site: &'static Site) -> Snapshot {
    let _inside = Inside::for_caller();
    // Snapshots end epochs, one at a time.
    let _held = lock(&BASELINE);
    take(Threads::Merged, Some(site), Epochs::end)
}

/// Lets all figures begin anew from here: times, counts, extremes, components, measurements, elapsed time, what was lost.
///
/// Recording threads don't notice. Spans that are open count from here on.
pub fn reset() {
    let _inside = Inside::enter();
    let mut baseline = lock(&BASELINE);
    let (merged, by_thread) = (take(Threads::Merged, None, Epochs::end), take(Threads::Apart, None, Epochs::end_with_era));
    *baseline = Some(Baseline { merged: Arc::new(merged), by_thread: Arc::new(by_thread) });
}

/// Ends the epoch before it reads: what's recorded meanwhile belongs to the next one, or to both.
fn take(threads: Threads, below: Option<&'static Site>, end: fn(&Epochs) -> u32) -> Snapshot {
    let timeline = Timeline::get();
    // First, so that a parting is known to whoever reads ticks from before it.
    let Bearings { scale, partings } = timeline.bearings();
    let data = pool::reading(|trees| {
        let epoch = end(epochs());
        let era = epochs().era();
        let mut walk = Walk::new(epoch, era, threads == Threads::Apart);
        let measurements = match below {
            Some(site) => {
                walk.below(site, trees);
                Vec::new()
            }
            None => {
                walk.trees(trees);
                measurements(trees, epoch, era)
            }
        };
        Data {
            process: process(timeline),
            from: 0,
            to: timeline.now(),
            scale,
            partings,
            epoch,
            era,
            components: components::components(),
            measurements,
            lost: lost::lost(trees.iter().map(|tree| &tree.cells().lost)),
            ..walk.finish()
        }
    });
    checked(data)
}

/// What the walk makes names only what it has; were it otherwise, an empty snapshot is better than a panic in the program.
fn checked(data: Data) -> Snapshot {
    Snapshot::new(data).unwrap_or_else(|error| {
        debug_assert!(false, "a snapshot that isn't one: {error}");
        Snapshot::default()
    })
}

fn process(timeline: &Timeline) -> Process {
    static FACTS: OnceLock<Process> = OnceLock::new();
    let facts = FACTS.get_or_init(|| Process { clock: time::name().to_owned(), ..facts::facts() });
    // A forked child has another number.
    Process { pid: pid(), start: timeline.date(), ..facts.clone() }
}

fn measurements(trees: &[&'static crate::threads::Tree], epoch: u32, era: u32) -> Vec<Measurement> {
    let mut all: Vec<Measurement> = Vec::new();
    for (name, slot) in measure::names().into_iter().zip(0..) {
        let gauges = trees.iter().filter_map(|tree| tree.cells().gauges.get(slot));
        let mut values = Spread::default();
        gauges.for_each(|gauge| values.merge(&gauge.read(epoch, era)));
        if values.count > 0 {
            all.push(Measurement::new(name, values));
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}
