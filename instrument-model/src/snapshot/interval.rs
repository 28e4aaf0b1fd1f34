//! What happened between two snapshots.

use super::Snapshot;
use crate::data::{Column, Component, Data, Identity, Measurement, Moment, Node, Parting, Probe, Tasks};
use crate::{Spread, Times};
use std::collections::HashMap;
use std::sync::Arc;

impl Snapshot {
    /// What was recorded after `earlier` was taken, and until this one was.
    ///
    /// Counts, times and distributions of consecutive intervals add up to those of the whole. Minimum and maximum are
    /// exact if `earlier` is the snapshot (or reset, or interval table) taken just before this one, else as exact as
    /// the distribution: within 1/32. A call that ended while `earlier` was being taken may show in the extremes of
    /// both intervals around it. Nodes without calls in the interval stay, with zeros.
    ///
    /// After a reset in between, nothing of `earlier` is part of this snapshot: the interval is then the time since that
    /// reset.
    #[must_use]
    pub fn since(&self, earlier: &Snapshot) -> Snapshot {
        if self.data.era == earlier.data.era { self.without(earlier, false) } else { self.clone() }
    }

    /// What was recorded after a reset, when `earlier` was taken: as [`since`](Self::since), but extremes have begun anew
    /// with the reset, so these are exact already, and so are those of what's read apart from the call tree.
    #[must_use]
    pub fn since_reset(&self, earlier: &Snapshot) -> Snapshot {
        self.without(earlier, true)
    }

    /// What a forked child has recorded itself, if `inherited` was taken there right after the fork: as
    /// [`since`](Self::since), and lines of checkpoints and timers, too, are without what the parent had recorded.
    ///
    /// The longest run of a line is the longest of both. A span that the parent had open and that never ended in the child, since
    /// the child's exit lost it, has the time of what ran within it.
    ///
    /// ```
    /// # let (now, inherited) = (instrument_model::Snapshot::default(), instrument_model::Snapshot::default());
    /// assert!(now.since_fork(&inherited).is_empty());
    /// ```
    #[must_use]
    pub fn since_fork(&self, inherited: &Snapshot) -> Snapshot {
        let mut own = self.since(inherited);
        own.data.contain_what_is_below();
        let (now, before) = (&self.data, &inherited.data);
        let mut checkpoints = now.checkpoints.clone();
        // Those have begun anew with a reset; timers haven't.
        let inherited_checkpoints = if now.era == before.era { &before.checkpoints[..] } else { &[] };
        for (own, before) in pairs(&mut checkpoints, inherited_checkpoints, |function| &function.name) {
            own.calls = own.calls.saturating_sub(before.calls);
            for (own, before) in pairs(&mut own.lines, &before.lines, |line| &line.label) {
                own.sum = own.sum.saturating_sub(before.sum);
            }
        }
        checkpoints.retain(|function| function.calls > 0 || function.lines.iter().any(|line| line.sum > 0));
        let mut timers = now.timers.clone();
        for (own, before) in pairs(&mut timers, &before.timers, |timer| &timer.name) {
            own.times.subtract(&before.times, false);
        }
        timers.retain(|timer| timer.times.count > 0);
        let mut probes = now.probes.clone();
        for probe in &mut probes {
            let same = |before: &&Probe| (&before.target, &before.name) == (&probe.target, &probe.name);
            if let Some(before) = before.probes.iter().find(same) {
                probe.calls = probe.calls.saturating_sub(before.calls);
            }
        }
        let is_later = |moment: &Moment| !before.moments.contains(moment);
        let moments = now.moments.iter().filter(|moment| is_later(moment)).cloned().collect();
        Snapshot { data: Data { checkpoints, timers, probes, moments, ..own.data }, ..own }
    }

    fn without(&self, earlier: &Snapshot, is_reset: bool) -> Snapshot {
        let adjacent = self.data.epoch == earlier.data.epoch.wrapping_add(1);
        let mut data = self.data.clone();
        data.subtract_nodes(&earlier.data, adjacent, is_reset);
        data.subtract_measurements(&earlier.data, adjacent, is_reset);
        data.lost = data.lost.since(&earlier.data.lost);
        data.from = earlier.data.to;
        let is_later = |parting: &Parting| parting.to > earlier.data.from && !earlier.data.partings.contains(parting);
        data.partings.retain(is_later);
        if !is_reset {
            data.moments.clear();
            data.checkpoints.clear();
            data.timers.clear();
            data.probes.clear();
        }
        Snapshot { data, links: self.links.clone(), first_root: self.first_root }
    }
}

/// Those of `now` that `before` has by the same name, with what it has. Of several of one name, the first of both is a pair, and
/// so on.
fn pairs<'a, T>(now: &'a mut [T], before: &'a [T], name: fn(&T) -> &String) -> Vec<(&'a mut T, &'a T)> {
    let mut left: Vec<&T> = before.iter().collect();
    let mut pairs = Vec::new();
    for one in now {
        if let Some(at) = left.iter().position(|other| name(other) == name(one)) {
            pairs.push((one, left.remove(at)));
        }
    }
    pairs
}

impl Data {
    /// For each label, the place in `earlier` of the one that stands for the same.
    fn counterparts_of_labels(&self, earlier: &Data) -> Vec<Option<u32>> {
        // Snapshots of one process share their labels, and their order.
        let shared =
            self.labels.iter().zip(&*earlier.labels).take_while(|(one, other)| Arc::ptr_eq(one, other)).count();
        let mut places: Vec<Option<u32>> = (0..shared as u32).map(Some).collect();
        if shared < self.labels.len() {
            let mut known: HashMap<Identity<'_>, u32> = HashMap::with_capacity(earlier.labels.len());
            for (label, at) in earlier.labels.iter().zip(0..) {
                known.entry(label.identity()).or_insert(at);
            }
            places.extend(self.labels[shared..].iter().map(|label| known.get(&label.identity()).copied()));
        }
        places
    }

    /// For each node, the place in `earlier` of the one that has its path.
    fn counterparts(&self, earlier: &Data) -> Vec<Option<u32>> {
        let labels = self.counterparts_of_labels(earlier);
        // By their place: a thread that begins goes on in the tree of one that has ended, under a number of its own.
        let before: HashMap<(Option<u32>, u32, Option<u32>), u32> = earlier
            .nodes
            .iter()
            .zip(0..)
            .map(|(node, place)| ((node.parent, node.label, node.thread), place))
            .collect();
        let mut places: Vec<Option<u32>> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            // Parents come before their children, so a parent's counterpart is known.
            let parent = match node.parent {
                None => Some(None),
                Some(parent) => places[parent as usize].map(Some),
            };
            let key = parent.zip(labels[node.label as usize]);
            places.push(key.and_then(|(parent, label)| before.get(&(parent, label, node.thread)).copied()));
        }
        places
    }

    fn subtract_nodes(&mut self, earlier: &Data, adjacent: bool, is_reset: bool) {
        // Components are listed in the order of their first use, which may differ.
        let components: Vec<Option<u32>> = self
            .components
            .iter()
            .map(|component| earlier.components.iter().zip(0..).find(|(other, _)| other.name == component.name))
            .map(|found| found.map(|(_, at)| at))
            .collect();
        let signed: Vec<bool> = self.components.iter().map(|component| component.is_signed).collect();
        let places = self.counterparts(earlier);
        for (node, place) in self.nodes.iter_mut().zip(places) {
            let Some(before) = place.and_then(|place| earlier.nodes.get(place as usize)) else { continue };
            node.subtract(before, adjacent, is_reset);
            for column in &mut node.columns {
                let counterpart = components[column.component as usize];
                let same = |other: &&Column| Some(other.component) == counterpart;
                if let Some(before) = before.columns.iter().find(same) {
                    column.subtract(before, adjacent, is_reset, signed[column.component as usize]);
                }
            }
            node.add_what_is_gone(before, &self.components, &components);
            node.columns.retain(|column| !is_reset || column.is_live());
        }
    }

    /// Where a span was open in what was subtracted and isn't any more, and hasn't ended either, its time is less than it was.
    fn contain_what_is_below(&mut self) {
        let mut below = vec![0_u64; self.nodes.len()];
        for (place, node) in self.nodes.iter_mut().enumerate().rev() {
            if node.total < below[place] {
                (node.total, node.own) = (below[place], 0);
            }
            if let (Some(parent), false) = (node.parent, node.is_parallel) {
                below[parent as usize] = below[parent as usize].saturating_add(node.total);
            }
        }
    }

    fn subtract_measurements(&mut self, earlier: &Data, adjacent: bool, is_reset: bool) {
        for measurement in &mut self.measurements {
            let known = earlier.measurements.binary_search_by(|other| other.name.cmp(&measurement.name));
            let Ok(at) = known else { continue };
            measurement.values.subtract_keeping(&earlier.measurements[at].values, adjacent, is_reset);
        }
        self.measurements.retain(|measurement: &Measurement| measurement.values.count > 0);
    }
}

impl Times {
    fn subtract_keeping(&mut self, before: &Times, adjacent: bool, is_reset: bool) {
        let ever = (self.extremes, self.interval);
        self.subtract(before, adjacent);
        if is_reset {
            (self.extremes, self.interval) = ever;
            // A call that ended just when it was reset may have kept them for the time before.
            if self.extremes == Times::NONE && self.count > 0 {
                self.extremes = self.histogram.extremes().unwrap_or(Times::NONE);
            }
        }
    }
}

impl Spread {
    fn subtract_keeping(&mut self, before: &Spread, adjacent: bool, is_reset: bool) {
        let extremes = self.extremes;
        self.subtract(before, adjacent);
        if is_reset && self.count > 0 {
            self.extremes = extremes;
        }
    }
}

impl Node {
    fn subtract(&mut self, before: &Node, adjacent: bool, is_reset: bool) {
        self.times.subtract_keeping(&before.times, adjacent, is_reset);
        self.untimed = self.untimed.saturating_sub(before.untimed);
        self.estimated = self.estimated.saturating_sub(before.estimated);
        self.total = self.total.saturating_sub(before.total);
        self.own = self.own.saturating_sub(before.own).min(self.total);
        if let (Some(tasks), Some(before)) = (&mut self.tasks, &before.tasks) {
            tasks.subtract(before, adjacent, is_reset);
        }
    }
}

impl Node {
    /// Of what's counted up and down, nothing is left where there was some: that's a change as well.
    fn add_what_is_gone(&mut self, before: &Node, known: &[Component], counterparts: &[Option<u32>]) {
        for (component, (known, counterpart)) in (0..).zip(known.iter().zip(counterparts)) {
            let same = |other: &&Column| Some(other.component) == *counterpart;
            let Some(gone) = before.columns.iter().find(same).filter(|_| known.is_tally && known.is_signed) else {
                continue;
            };
            let place = self.columns.partition_point(|column| column.component < component);
            if self.columns.get(place).is_none_or(|column| column.component != component) {
                let (total, own) = (gone.total.times(-1.0), gone.own.times(-1.0));
                self.columns.insert(place, Column { component, total, own, ..Column::default() });
            }
        }
    }
}

impl Tasks {
    fn subtract(&mut self, before: &Tasks, adjacent: bool, is_reset: bool) {
        self.begun = self.begun.saturating_sub(before.begun);
        self.polls = self.polls.saturating_sub(before.polls);
        self.wall.subtract_keeping(&before.wall, adjacent, is_reset);
        self.cancelled = self.cancelled.saturating_sub(before.cancelled);
        self.cancelled_wall = self.cancelled_wall.saturating_sub(before.cancelled_wall);
    }
}

impl Column {
    fn subtract(&mut self, before: &Column, adjacent: bool, is_reset: bool, is_signed: bool) {
        self.laps = self.laps.saturating_sub(before.laps);
        self.total.subtract(&before.total);
        self.own.subtract(&before.own);
        if !is_signed {
            // What's estimated may have been more before; and what isn't whole is rounded.
            self.total.sum = self.total.sum.max(0.0);
            self.own.sum = self.own.sum.clamp(0.0, self.total.sum);
        }
        self.inclusive.subtract_keeping(&before.inclusive, adjacent, is_reset);
        self.exclusive.subtract_keeping(&before.exclusive, adjacent, is_reset);
    }
}
