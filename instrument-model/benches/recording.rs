//! How long it takes to save and to load a recording of 100,000 nodes with two columns, and how large it is. With `KEEP` set in
//! the environment, the file stays.
//!
//! `cargo bench -p instrument-model --bench recording`; with `--features hdrhistogram` also what the distribution of each
//! node costs as a histogram of that crate, in its format V2.

use instrument_model::Snapshot;
use std::time::{Duration, Instant};

#[path = "../tests/recording/plausible.rs"]
mod plausible;

const NODES: u32 = 100_000;
const ROUNDS: usize = 9;

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
    let snapshot = plausible::snapshot(NODES);
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
    use instrument_model::data::Data;
    use instrument_model::histogram::{Histogram, bounds};
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
