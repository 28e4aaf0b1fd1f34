//! How long it takes to save and to load a recording of 100,000 nodes with two columns, and how large it is. With `KEEP` set in
//! the environment, the file stays.
//!
//! `cargo bench -p instrument-model --bench recording`; with `--features hdrhistogram` also what the distribution of each
//! node costs as a histogram of that crate, in its format V2.

use instrument_model::data::{Amount, Column, Component, Data, Label, Node};
use instrument_model::histogram::{Histogram, bucket, locate};
use instrument_model::{Snapshot, Spread, Times, Unit};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

const NODES: u32 = 100_000;
const ROUNDS: usize = 9;

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
        let (octave, place) = locate(time);
        *buckets.entry(bucket(octave, place) as u16).or_default() += 1;
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

fn snapshot() -> Snapshot {
    let mut random = Random(7);
    let component = |name: &str, unit| Component { name: name.to_owned(), unit, ..Component::default() };
    let label = |number: u32| Label {
        name: format!("Worker::step_{number}"),
        module: "server::jobs::worker".to_owned(),
        path: format!("server::jobs::worker::Worker::step_{number}"),
        file: "src/jobs/worker.rs".to_owned(),
        line: number + 10,
        column: 5,
        sample: 1,
        is_given: false,
    };
    let data = Data {
        to: 60_000_000_000,
        labels: (0..2_000).map(|number| Arc::new(label(number))).collect(),
        components: vec![component("thread_cpu", Unit::Seconds), component("alloc_bytes", Unit::Bytes)],
        nodes: (0..NODES).map(|place| node(&mut random, place)).collect(),
        ..Data::default()
    };
    Snapshot::new(data).expect("a model without mistakes")
}

/// The median, and the fastest, which says more where other programs run.
fn measure(mut run: impl FnMut()) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    (times[ROUNDS / 2], times[0])
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let snapshot = snapshot();
    let path = std::env::temp_dir().join(format!("instrument-bench-{}.json", std::process::id()));
    let saving = measure(|| snapshot.save(&path).expect("a folder to write to"));
    let loading = measure(|| assert_eq!(Snapshot::load(&path).expect("what was saved").len(), snapshot.len()));
    let size = std::fs::metadata(&path)?.len();
    if std::env::var_os("KEEP").is_none() {
        std::fs::remove_file(&path)?;
    }
    let buckets: usize = snapshot.data().nodes.iter().map(|node| node.times.histogram.buckets().len()).sum();
    println!("{NODES} nodes, 2 columns, {:.1} buckets a node", buckets as f64 / f64::from(NODES));
    println!("save  {:>8.1?}, fastest {:.1?}, of {ROUNDS}", saving.0, saving.1);
    println!("load  {:>8.1?}, fastest {:.1?}, of {ROUNDS}", loading.0, loading.1);
    println!("size  {:>8.1} MB, {} bytes a node", size as f64 / 1e6, size / u64::from(NODES));
    #[cfg(feature = "hdrhistogram")]
    compare(&snapshot)?;
    Ok(())
}

/// What distributions cost here, and as histograms of `hdrhistogram` with the resolution that's nearest to ours.
#[cfg(feature = "hdrhistogram")]
fn compare(snapshot: &Snapshot) -> Result<(), Box<dyn std::error::Error>> {
    use hdrhistogram::serialization::{Serializer, V2Serializer};
    use instrument_model::histogram::bounds;
    let length = |data: &Data| -> Result<u64, Box<dyn std::error::Error>> {
        let mut text = Vec::new();
        Snapshot::new(data.clone())?.write_to(&mut text)?;
        Ok(text.len() as u64)
    };
    let mut without = snapshot.data().clone();
    without.nodes.iter_mut().for_each(|node| node.times.histogram = Histogram::default());
    let ours = (length(snapshot.data())? - length(&without)?) as f64 / f64::from(NODES);
    let (mut memory, mut bytes) = (0, Vec::new());
    let mut serializer = V2Serializer::new();
    let start = Instant::now();
    for node in &snapshot.data().nodes {
        let mut hdr = hdrhistogram::Histogram::<u64>::new(2)?;
        for &(bucket, count) in node.times.histogram.buckets() {
            let (low, high) = bounds(bucket.into());
            hdr.record_n(low + (high - low) / 2, count)?;
        }
        memory += hdr.distinct_values() * 8;
        serializer.serialize(&hdr, &mut bytes)?;
    }
    let each = |whole: f64| whole / f64::from(NODES);
    println!("a node's distribution here: {ours:.0} bytes of text");
    println!(
        "as an HDR histogram of 2 digits: {:.0} bytes of memory, {:.0} of V2 ({:.0} as base64), {:.1} µs",
        each(memory as f64),
        each(bytes.len() as f64),
        each(bytes.len() as f64).div_euclid(3.0) * 4.0 + 4.0,
        each(start.elapsed().as_secs_f64() * 1e6),
    );
    Ok(())
}
