//! Reports of scripted snapshots, every line exact.

mod figures;
mod shape;

use super::{Column, Report, Style, Unit};
use crate::clock::Scale;
use crate::histogram;
use crate::record::gauge::GaugeReading;
use crate::registry::Lost;
use crate::site::{Location, Site};
use crate::snapshot::{Measurement, NodeData, Snapshot};
use std::collections::BTreeMap;
use std::time::Duration;

/// A snapshot of one second, in nanoseconds.
struct Script(Snapshot);

impl Script {
    fn new() -> Self {
        Script(Snapshot {
            nodes: Vec::new(),
            first_root: None,
            measurements: Vec::new(),
            lost: Lost::default(),
            scale: Scale::NANOSECONDS,
            from: 0,
            to: 1_000_000_000,
            epoch: 1,
            era: 0,
            threads: 1,
        })
    }

    /// Adds calls that took so long each, below the node at `parent`; returns its place.
    fn calls(&mut self, parent: Option<u32>, name: &'static str, times: &[u64]) -> u32 {
        self.site(parent, Site::new(Some(name), Location::new("m", "m.rs", 1, 1, || "m::f::here")), times)
    }

    fn site(&mut self, parent: Option<u32>, site: Site, times: &[u64]) -> u32 {
        let place = self.0.nodes.len() as u32;
        let mut node = NodeData::new(Box::leak(Box::new(site)), parent);
        node.count = times.len() as u64;
        node.sum = times.iter().sum();
        (node.total, node.own) = (node.sum, node.sum);
        node.squares = times.iter().map(|&time| u128::from(time) * u128::from(time)).sum();
        if let (Some(&min), Some(&max)) = (times.iter().min(), times.iter().max()) {
            node.extremes = (min, max);
        }
        let mut buckets = BTreeMap::new();
        for &time in times {
            let (zeros, place) = histogram::locate(time);
            *buckets.entry(histogram::bucket(histogram::octave(zeros), place)).or_insert(0) += 1;
        }
        node.histogram = buckets.into_iter().collect();
        let first = match parent {
            None => &mut self.0.first_root,
            Some(parent) => {
                let parent = &mut self.0.nodes[parent as usize];
                parent.own = parent.own.saturating_sub(node.total);
                &mut parent.first_child
            }
        };
        node.sibling = first.replace(place);
        self.0.nodes.push(node);
        place
    }

    fn measured(&mut self, name: &str, values: &[f64]) {
        let extremes =
            values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
        self.0.measurements.push(Measurement {
            name: name.into(),
            values: GaugeReading {
                count: values.len() as u64,
                sum: values.iter().sum(),
                origin: values[0],
                squares: values.iter().map(|v| (v - values[0]).powi(2)).sum(),
                extremes,
                interval: extremes,
            },
        });
    }

    fn report(self) -> Report {
        Report {
            snapshot: self.0,
            checkpoints: Vec::new(),
            title: "elapsed".into(),
            columns: None,
            unit: Unit::Auto,
            width: None,
            rows: 100,
            took: Duration::from_micros(160),
            per_call: Some(Duration::from_nanos(20)),
            timers_on: true,
        }
    }
}

/// The calls of a small program: a loop that updates and draws.
fn program() -> Script {
    let mut script = Script::new();
    script.calls(None, "load", &[40_000_000]);
    let main = script.calls(None, "main_loop", &[400_000_000, 500_000_000]);
    script.calls(Some(main), "draw", &[100_000_000, 120_000_000]);
    let update = script.calls(Some(main), "update_state", &[250_000_000, 310_500_000]);
    script.calls(Some(update), "World::step", &[1_234_567; 100]);
    script
}

#[track_caller]
fn assert_tables(report: &Report, width: usize, expected: &str) {
    let tables = report.tables(width, Style::Plain);
    assert!(tables == expected[1..], "\n{tables}\ninstead of\n{expected}");
}
