//! Takes a snapshot: walks all trees while their owners go on recording.
//!
//! Children are read before their parents, and a span that is open counts with its time so far. A parent's time can
//! only have grown in between, so it's never less than its children's together, although nobody was stopped.

use super::{Key, Measurement, NodeData, Snapshot};
use crate::clock::{self, Timeline};
use crate::hash::Quick;
use crate::record::node::Node;
use crate::record::stats;
use crate::registry::{self, Tree};
use crate::sync::lock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What the last [`reset`] left behind; later snapshots are intervals since then.
static BASELINE: Mutex<Option<Arc<Snapshot>>> = Mutex::new(None);

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
    // Held until it's taken, so that no reset comes in between.
    let held = lock(&BASELINE);
    let baseline = held.clone();
    let mut taken = take();
    drop(held);
    if let Some(baseline) = baseline {
        let (extremes, measured) = (
            taken.nodes.iter().map(|node| node.extremes).collect::<Vec<_>>(),
            taken.measurements.iter().map(|m| (Arc::clone(&m.name), m.values.extremes)).collect::<HashMap<_, _>>(),
        );
        // Extremes began anew with the reset, so these are exact already.
        let since = taken.without(&baseline);
        let intervals = taken.nodes.iter().map(|node| node.interval).collect::<Vec<_>>();
        taken = since;
        for ((node, extremes), interval) in taken.nodes.iter_mut().zip(extremes).zip(intervals) {
            (node.extremes, node.interval) = (extremes, interval);
        }
        for measurement in &mut taken.measurements {
            if let Some(&extremes) = measured.get(&measurement.name) {
                measurement.values.extremes = extremes;
            }
        }
    }
    taken
}

/// Lets all figures begin anew from here: times, counts, extremes, measurements, elapsed time, what was lost.
///
/// Recording threads don't notice. Spans that are open count from here on.
pub fn reset() {
    let mut baseline = lock(&BASELINE);
    let taken = take();
    registry::reading(|_| registry::begin_era());
    *baseline = Some(Arc::new(taken));
}

/// Keeps everybody else out while what's returned exists.
#[cfg(unix)]
pub(crate) fn hold() -> Box<dyn std::any::Any> {
    Box::new(lock(&BASELINE))
}

fn take() -> Snapshot {
    let timeline = Timeline::get();
    registry::reading(|trees| {
        let epoch = registry::end_epoch();
        let mut walk = Walk { epoch, era: registry::era(), ..Walk::default() };
        let most = registry::nodes();
        walk.nodes.reserve(most);
        walk.index.reserve(most);
        for tree in trees {
            walk.tree(tree);
        }
        walk.count_running_tasks();
        let measurements = walk.measurements(trees);
        Snapshot {
            nodes: walk.nodes,
            first_root: walk.first_root,
            measurements,
            lost: registry::lost(trees.iter().map(|tree| &tree.cells().lost)),
            from: timeline.start_ticks(),
            to: clock::ticks(),
            // Last, since in the first milliseconds it waits for better evidence.
            scale: timeline.scale(),
            epoch,
            era: registry::era(),
            threads: walk.threads,
        }
    })
}

#[derive(Default)]
struct Walk {
    nodes: Vec<NodeData>,
    first_root: Option<u32>,
    index: HashMap<(Option<u32>, Key), u32, Quick>,
    epoch: u32,
    era: u32,
    threads: usize,
}

/// A node of a thread's tree on the way down (its place is to be found) or up (its children have been read).
enum Step {
    Down { node: &'static Node, parent: Option<u32> },
    Up { node: &'static Node, place: u32, above: usize },
}

impl Walk {
    fn tree(&mut self, tree: &'static Tree) {
        let mut steps: Vec<Step> = tree.root().children().map(|node| Step::Down { node, parent: None }).collect();
        self.threads += usize::from(!steps.is_empty());
        // What the children of the nodes on the way from the root to here have added up to so far.
        let mut children = vec![0u64];
        while let Some(step) = steps.pop() {
            match step {
                Step::Down { node, parent } => {
                    let Some(place) = self.place(node, parent) else { continue };
                    if !node.is_proxy() && node.parent().is_some_and(Node::is_proxy) {
                        self.nodes[place as usize].parallel = true;
                    }
                    steps.push(Step::Up { node, place, above: children.len() - 1 });
                    children.push(0);
                    steps.extend(node.children().map(|child| Step::Down { node: child, parent: Some(place) }));
                }
                Step::Up { node, place, above } => {
                    let below = children.pop().unwrap_or(0);
                    let total = self.add(node, place, below);
                    children[above] += total;
                }
            }
        }
    }

    fn place(&mut self, node: &'static Node, parent: Option<u32>) -> Option<u32> {
        let site = node.site()?;
        let next = u32::try_from(self.nodes.len()).ok()?;
        let place = *self.index.entry((parent, Key::of(site))).or_insert(next);
        if place == next {
            let mut data = NodeData::new(site, parent);
            let first = match parent {
                None => &mut self.first_root,
                Some(parent) => &mut self.nodes[parent as usize].first_child,
            };
            data.sibling = first.replace(place);
            self.nodes.push(data);
        }
        Some(place)
    }

    /// Adds one thread's node to the merged one; returns what of its total is part of its parent's.
    fn add(&mut self, node: &Node, place: u32, below: u64) -> u64 {
        // Before the state: a reader that's suspended between the two would take a span for running that has ended,
        // and the next snapshot would find less time than this one.
        let now = clock::ticks();
        let (reading, untimed) = (node.stats.read(self.epoch, self.era), node.untimed());
        let running = reading.open.map_or(0, |start| now.saturating_sub(start));
        let data = &mut self.nodes[place as usize];
        // An async call's time is that of its polls, also of those that belong to no observation yet.
        let polls = node.tasks.polls.get();
        let measured = if polls > 0 { reading.polled } else { reading.sum };
        let throttled = node.stats.throttled();
        // Of a throttled node, only what was timed since is a sample.
        let (calls_before, time_before) = throttled.unwrap_or_default();
        let (sampled, time) = (reading.count.saturating_sub(calls_before), measured.saturating_sub(time_before));
        let estimated = if untimed == 0 || (data.site.sample == 1 && throttled.is_none()) {
            measured
        } else if sampled > 0 {
            time_before.saturating_add(scaled(time, sampled.saturating_add(untimed), sampled))
        } else if reading.count > 0 {
            scaled(measured, reading.count.saturating_add(untimed), reading.count)
        } else {
            measured
        };
        data.throttled |= throttled.is_some();
        data.estimated += estimated;
        // An estimate may come out below what its children were measured to take; they're the better evidence.
        let total = (estimated + running).max(if untimed > 0 { below } else { 0 });
        data.count += reading.count;
        data.untimed += untimed;
        data.running += u64::from(reading.open.is_some());
        data.sum += reading.sum;
        data.total += total;
        data.own += total.saturating_sub(below);
        data.squares += reading.squares;
        data.extremes = stats::both(data.extremes, reading.extremes);
        data.interval = stats::both(data.interval, reading.interval);
        data.histogram.merge(node.stats.histogram());
        data.tasks.add(&node.tasks);
        // That of a proxy is 0: what's attached below it is no part of what it stands for, hence none of its parents'.
        total
    }

    /// Async calls under way: those that have begun without those that have ended, whichever thread polls them.
    fn count_running_tasks(&mut self) {
        // One that began on another path than it ended on is counted as begun there, and as ended here.
        let mut ended_elsewhere: HashMap<usize, u64, Quick> = HashMap::default();
        for node in self.nodes.iter_mut().filter(|node| node.is_async()) {
            let (begun, ended) = (node.tasks.begun, node.calls() + node.tasks.cancelled);
            node.running = begun.saturating_sub(ended);
            if ended > begun {
                *ended_elsewhere.entry(std::ptr::from_ref(node.site).addr()).or_default() += ended - begun;
            }
        }
        for node in self.nodes.iter_mut().filter(|node| node.is_async() && node.running > 0) {
            if let Some(more) = ended_elsewhere.get_mut(&std::ptr::from_ref(node.site).addr()) {
                let these = node.running.min(*more);
                node.running -= these;
                *more -= these;
            }
        }
    }

    fn measurements(&self, trees: &[&'static Tree]) -> Vec<Measurement> {
        let mut all: Vec<Measurement> = Vec::new();
        for (slot, name) in crate::measure::names().into_iter().enumerate() {
            let Ok(slot) = u32::try_from(slot) else { break };
            let mut readings =
                trees.iter().filter_map(|tree| Some(tree.cells().gauges.get(slot)?.read(self.epoch, self.era)));
            if let Some(first) = readings.next() {
                let mut measurement = Measurement { name, values: first };
                readings.for_each(|reading| measurement.merge(reading));
                all.push(measurement);
            }
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all.retain(|measurement| measurement.values.count > 0);
        all
    }
}

/// `time` of `of` calls for `calls` of them.
fn scaled(time: u64, calls: u64, of: u64) -> u64 {
    u64::try_from(u128::from(time) * u128::from(calls) / u128::from(of.max(1))).unwrap_or(u64::MAX)
}
