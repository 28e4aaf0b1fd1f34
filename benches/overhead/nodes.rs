//! What nodes take: bytes each, and the time of a snapshot of many.

use crate::cases::sites;
use instrument::snapshot;
use std::time::{Duration, Instant};

pub struct Nodes {
    /// Heap bytes per node that recorded one value: node, histogram page, and its share of the parent's table.
    pub bytes: f64,
    /// Number of nodes, and the median time of a snapshot.
    pub snapshots: Vec<(usize, Duration)>,
}

pub fn measure() -> Nodes {
    let live = || instrument::memory::heap().map_or(0, |heap| heap.live_bytes);
    let mut snapshots = Vec::new();
    // On a thread of its own, where no span is open.
    std::thread::spawn(move || {
        let sites = sites(100_000);
        let before = live();
        let mut made = 0;
        for target in [1_000, 10_000, 100_000] {
            let missing = target - snapshot().len().min(target);
            for site in &sites[made..made + missing] {
                drop(site.enter());
            }
            made += missing;
            let mut times: Vec<Duration> = (0..7)
                .map(|_| {
                    let start = Instant::now();
                    std::hint::black_box(snapshot());
                    start.elapsed()
                })
                .collect();
            times.sort_unstable();
            snapshots.push((snapshot().len(), times[times.len() / 2]));
        }
        let bytes = (live() - before) as f64 / made as f64;
        Nodes { bytes, snapshots }
    })
    .join()
    .expect("it doesn't panic")
}
