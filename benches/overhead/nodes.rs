//! What nodes take: bytes each, and the time of a snapshot of many.

use crate::cases::sites;
use instrument::snapshot;
use std::process::Command;
use std::time::{Duration, Instant};

pub struct Nodes {
    /// Heap bytes per node that recorded one value: node, histogram page, and its share of the parent's table.
    pub bytes: f64,
    /// Number of nodes, and the median time of a snapshot.
    pub snapshots: Vec<(usize, Duration)>,
}

/// Measures in a process of its own: what 100,000 nodes leave of the heap would slow down the cases, and theirs the nodes.
pub fn measure() -> Nodes {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).arg("--nodes").output().expect("this program can be run");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let (bytes, snapshots) = numbers.split_first().expect("`report` prints numbers");
    let snapshots =
        snapshots.chunks_exact(2).map(|pair| (pair[0] as usize, Duration::from_secs_f64(pair[1]))).collect();
    Nodes { bytes: *bytes, snapshots }
}

/// Prints bytes per node, then pairs of a number of nodes and the seconds that a snapshot takes.
pub fn report() {
    let live = || instrument::memory::heap().map_or(0, |heap| heap.live_bytes);
    let sites = sites(100_000);
    let before = live();
    let mut made = 0;
    let mut lines = String::new();
    for target in [1_000, 10_000, 100_000] {
        for site in &sites[made..target] {
            drop(site.enter());
        }
        made = target;
        let mut times: Vec<Duration> = (0..7)
            .map(|_| {
                let start = Instant::now();
                std::hint::black_box(snapshot());
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        assert_eq!(snapshot().len(), target);
        lines += &format!("{target} {}\n", times[times.len() / 2].as_secs_f64());
    }
    println!("{}\n{lines}", (live() - before) as f64 / made as f64);
}
