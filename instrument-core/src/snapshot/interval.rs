//! What happened between two snapshots.

use super::{Key, Measurement, NodeData, Snapshot};
use crate::record::{gauge, stats};
use std::collections::HashMap;

impl Snapshot {
    /// What was recorded after `earlier` was taken, and until this one was.
    ///
    /// Counts, times and distributions of consecutive intervals add up to those of the whole. Minimum and maximum are
    /// exact if `earlier` is the snapshot (or reset, or interval table) taken just before this one, else as exact as
    /// the distribution: within 1/32. A call that ended while `earlier` was being taken may show in the extremes of
    /// both intervals around it. Nodes without calls in the interval stay, with zeros.
    ///
    /// After a [`reset`](crate::reset) in between, nothing of `earlier` is part of this snapshot: the interval is then the
    /// time since that reset.
    pub fn since(&self, earlier: &Snapshot) -> Snapshot {
        if self.era == earlier.era { self.without(earlier) } else { self.clone() }
    }

    /// Subtracts `earlier`.
    pub(super) fn without(&self, earlier: &Snapshot) -> Snapshot {
        let adjacent = self.epoch == earlier.epoch.wrapping_add(1);
        let before = earlier.index();
        let mut nodes = self.nodes.clone();
        let mut places: Vec<Option<u32>> = Vec::with_capacity(nodes.len());
        for node in &mut nodes {
            // Parents come before their children, so a parent's counterpart is known.
            let parent = match node.parent {
                None => Some(None),
                Some(parent) => places[parent as usize].map(Some),
            };
            let place = parent.and_then(|parent| before.get(&(parent, Key::of(node.site))).copied());
            places.push(place);
            if let Some(place) = place {
                node.subtract(&earlier.nodes[place as usize], adjacent);
            }
        }
        Snapshot {
            nodes,
            first_root: self.first_root,
            measurements: self.measurements_since(earlier, adjacent),
            lost: self.lost.since(&earlier.lost),
            scale: self.scale,
            from: earlier.to,
            to: self.to,
            epoch: self.epoch,
            era: self.era,
            threads: self.threads,
        }
    }

    fn index(&self) -> HashMap<(Option<u32>, Key), u32> {
        self.nodes.iter().zip(0..).map(|(node, place)| ((node.parent, Key::of(node.site)), place)).collect()
    }

    fn measurements_since(&self, earlier: &Snapshot, adjacent: bool) -> Vec<Measurement> {
        let mut all = self.measurements.clone();
        for measurement in &mut all {
            let Ok(at) = earlier.measurements.binary_search_by(|other| other.name.cmp(&measurement.name)) else {
                continue;
            };
            let (before, values) = (&earlier.measurements[at].values, &mut measurement.values);
            values.count = values.count.saturating_sub(before.count);
            values.sum -= before.sum;
            values.squares = (values.squares - before.squares_about(values.origin)).max(0.0);
            values.extremes = match () {
                () if values.count == 0 => gauge::NOTHING,
                () if adjacent => values.interval,
                () => values.extremes,
            };
        }
        all.retain(|measurement| measurement.values.count > 0);
        all
    }
}

impl NodeData {
    fn subtract(&mut self, before: &NodeData, adjacent: bool) {
        self.count = self.count.saturating_sub(before.count);
        self.untimed = self.untimed.saturating_sub(before.untimed);
        self.sum = self.sum.saturating_sub(before.sum);
        self.estimated = self.estimated.saturating_sub(before.estimated);
        self.total = self.total.saturating_sub(before.total);
        self.own = self.own.saturating_sub(before.own).min(self.total);
        self.squares = self.squares.saturating_sub(before.squares);
        self.histogram = self.histogram.since(&before.histogram);
        self.tasks = self.tasks.since(&before.tasks);
        self.extremes = match self.histogram.extremes() {
            _ if self.count == 0 => stats::NOTHING,
            _ if adjacent && self.interval != stats::NOTHING => self.interval,
            // An all-time extreme that moved was set in the interval; one that didn't is bounded by the buckets.
            Some((low, high)) => {
                let ever = self.extremes;
                (
                    if ever.0 < before.extremes.0 { ever.0 } else { low.max(ever.0) },
                    if ever.1 > before.extremes.1 { ever.1 } else { high.min(ever.1) },
                )
            }
            None => self.extremes,
        };
    }
}
