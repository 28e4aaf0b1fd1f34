//! Snapshots for tests, as scripts of what a program did.

use instrument_model::data::{Amount, Column, Component, Data, Label, Measurement, Node};
use instrument_model::{Snapshot, Spread, Times, Unit, histogram};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A snapshot of one second, in nanoseconds, of one thread.
pub(crate) struct Script(pub(crate) Data);

impl Script {
    pub(crate) fn new() -> Script {
        Script(Data { to: 1_000_000_000, epoch: 1, most_threads: 1, cost: Some(20.0), ..Data::default() })
    }

    /// Adds calls that took so long each, below the node at `parent`; returns its place.
    pub(crate) fn calls(&mut self, parent: Option<u32>, name: &str, times: &[u64]) -> u32 {
        self.site(parent, given(name), times)
    }

    /// The same of a label that may be known already.
    pub(crate) fn site(&mut self, parent: Option<u32>, label: Label, times: &[u64]) -> u32 {
        let known = self.0.labels.iter().position(|known| **known == label);
        let at = known.unwrap_or_else(|| {
            Arc::make_mut(&mut self.0.labels).push(Arc::new(label));
            self.0.labels.len() - 1
        });
        let mut node = Node { label: at as u32, parent, ..Node::default() };
        node.times = self::times(times);
        (node.total, node.own) = (node.times.sum, node.times.sum);
        if let Some(parent) = parent {
            let parent = &mut self.0.nodes[parent as usize];
            parent.own = parent.own.saturating_sub(node.total);
        }
        self.0.nodes.push(node);
        self.0.nodes.len() as u32 - 1
    }

    pub(crate) fn measured(&mut self, name: &str, values: &[f64]) {
        self.0.measurements.push(Measurement::new(name, spread(values)));
    }

    /// Adds a component.
    pub(crate) fn component(&mut self, name: &str, unit: Unit) -> u32 {
        let name = name.to_owned();
        let component = Component { name, unit, ..Component::default() };
        self.0.components.push(component);
        self.0.components.len() as u32 - 1
    }

    /// Adds what a component observed on a node: each with what's below it, and without.
    pub(crate) fn observed(&mut self, node: u32, component: u32, observations: &[(f64, f64)]) {
        let (inclusive, exclusive): (Vec<f64>, Vec<f64>) = observations.iter().copied().unzip();
        let sum = |of: &[f64]| Amount { sum: of.iter().sum(), per: 0.0 };
        self.0.nodes[node as usize].columns.push(Column {
            component,
            laps: observations.len() as u64,
            total: sum(&inclusive),
            own: sum(&exclusive),
            inclusive: spread(&inclusive),
            exclusive: spread(&exclusive),
        });
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.0.clone()).expect("a script names what it has")
    }
}

/// The label of a name that was given.
pub(crate) fn given(name: &str) -> Label {
    Label {
        name: name.to_owned().into(),
        is_given: true,
        path: "m::f".into(),
        module: "m".into(),
        file: "m.rs".into(),
        line: 1,
        column: 1,
        sample: 1,
    }
}

/// The statistics of times.
pub(crate) fn times(values: &[u64]) -> Times {
    let mut buckets = BTreeMap::new();
    for &time in values {
        let (zeros, place) = histogram::locate(time);
        *buckets.entry(histogram::bucket(histogram::octave(zeros), place)).or_insert(0) += 1;
    }
    Times {
        count: values.len() as u64,
        sum: values.iter().sum(),
        squares: values.iter().map(|&time| u128::from(time) * u128::from(time)).sum(),
        extremes: values.iter().fold(Times::NONE, |found, &time| Times::both(found, (time, time))),
        histogram: buckets.into_iter().collect(),
        ..Times::default()
    }
}

/// The statistics of numbers.
pub(crate) fn spread(values: &[f64]) -> Spread {
    let mut all = Spread::default();
    values.iter().for_each(|&value| all.merge(&Spread::of_one(value)));
    all
}
