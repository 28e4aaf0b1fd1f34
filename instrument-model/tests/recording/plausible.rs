//! A model as a real program's: 2,000 places, calls from microseconds to seconds, two columns. The bench measures it, too.

use instrument_model::data::{Amount, Column, Component, Data, Label, Node};
use instrument_model::histogram::{Histogram, bucket, locate, octave};
use instrument_model::{Snapshot, Spread, Times, Unit};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Splitmix, so that each run saves the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn unit(&mut self) -> f64 {
        self.next() as f64 / u64::MAX as f64
    }

    /// About normal.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

fn spread(values: impl Iterator<Item = f64>) -> Spread {
    let mut all = Spread::default();
    values.for_each(|value| all.merge(&Spread::of_one(value)));
    all
}

/// A node with calls between a microsecond and a second, most of them few and alike, some many.
fn node(random: &mut Random, place: u32) -> Node {
    let calls = (1.0 / (random.unit() + 1e-4)) as u64 * 3 + 1;
    let middle = random.unit() * 12.0 + 8.0;
    let times: Vec<u64> = (0..calls).map(|_| (middle + random.bell() * 0.5).exp() as u64).collect();
    let mut buckets: BTreeMap<u16, u64> = BTreeMap::new();
    for &time in &times {
        let (zeros, place) = locate(time);
        *buckets.entry(bucket(octave(zeros), place) as u16).or_default() += 1;
    }
    let extremes = (times.iter().copied().min().unwrap_or(0), times.iter().copied().max().unwrap_or(0));
    let sum = times.iter().sum();
    let cpu: Vec<u64> = times.iter().map(|time| time - time / 9).collect();
    let seconds = |nanos: &u64| *nanos as f64 / 1e9;
    let blocks: Vec<f64> = times.iter().map(|time| (time % 97 * 16) as f64).collect();
    // Half of the nodes have others below.
    let share = if place.is_multiple_of(2) { 1.0 } else { 0.5 };
    let column = |component, values: &[f64]| {
        let inclusive = spread(values.iter().copied());
        let exclusive = spread(values.iter().map(|value| value * share));
        let whole = |sum| Amount { sum, per: 0.0 };
        Column {
            component,
            laps: inclusive.count,
            total: whole(inclusive.sum),
            own: whole(exclusive.sum),
            inclusive,
            exclusive,
        }
    };
    Node {
        label: (random.next() % 2_000) as u32,
        parent: place.checked_sub(1).map(|last| (random.next() % (u64::from(last) + 1)) as u32),
        times: Times {
            count: calls,
            sum,
            squares: times.iter().map(|&time| u128::from(time) * u128::from(time)).sum(),
            extremes,
            interval: extremes,
            histogram: Histogram::from_buckets(buckets.into_iter().collect()).expect("buckets that ascend"),
        },
        estimated: sum,
        total: sum,
        own: (sum as f64 * share) as u64,
        columns: vec![column(0, &cpu.iter().map(seconds).collect::<Vec<f64>>()), column(1, &blocks)],
        ..Node::default()
    }
}

/// A snapshot of so many nodes, always the same.
pub fn snapshot(nodes: u32) -> Snapshot {
    let mut random = Random(7);
    let component = |name: &str, unit| Component { name: name.to_owned(), unit, ..Component::default() };
    let label = |number: u32| Label {
        name: format!("Worker::step_{number}").into(),
        module: "server::jobs::worker".into(),
        path: format!("server::jobs::worker::Worker::step_{number}").into(),
        file: "src/jobs/worker.rs".into(),
        line: number + 10,
        column: 5,
        sample: 1,
        is_given: false,
    };
    let data = Data {
        to: 60_000_000_000,
        labels: Arc::new((0..2_000).map(|number| Arc::new(label(number))).collect()),
        components: vec![component("thread_cpu", Unit::Seconds), component("alloc_bytes", Unit::Bytes)],
        nodes: (0..nodes).map(|place| node(&mut random, place)).collect(),
        ..Data::default()
    };
    Snapshot::new(data).expect("a model without mistakes")
}
