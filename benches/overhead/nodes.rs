//! What nodes take: bytes each, and the time of a snapshot of many.

use crate::cases::sites;
use instrument::{component, snapshot};
use std::process::Command;
use std::time::{Duration, Instant};

pub struct Nodes {
    /// Resident bytes per node that recorded one value, since trees aren't in the program's heap: node, histogram page, and its share of the parent's table.
    pub bytes: f64,
    /// Heap bytes per site that was in a snapshot: its name, path and place.
    pub label_bytes: f64,
    /// Number of nodes, and the median time of a snapshot.
    pub snapshots: Vec<(usize, Duration)>,
    /// The same for 100,000 nodes that two components have measured, too.
    pub with_columns: Duration,
}

/// Measures in a process of its own: what 100,000 nodes leave of the heap would slow down the cases, and theirs the nodes.
pub fn measure() -> Nodes {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).arg("--nodes").output().expect("this program can be run");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let ([bytes, label_bytes], snapshots) = numbers.split_first_chunk().expect("`report` prints numbers");
    let (with_columns, snapshots) = snapshots.split_last().expect("several of them");
    let snapshots =
        snapshots.chunks_exact(2).map(|pair| (pair[0] as usize, Duration::from_secs_f64(pair[1]))).collect();
    Nodes { bytes: *bytes, label_bytes: *label_bytes, snapshots, with_columns: Duration::from_secs_f64(*with_columns) }
}

/// Prints bytes per node and site, then pairs of a number of nodes and the seconds that a snapshot takes, then the seconds that it
/// takes with two columns.
pub fn report() {
    let live = || instrument::memory::heap().map_or(0, |heap| heap.live_bytes);
    let resident = || instrument::memory::resident().map_or(0, |resident| resident.bytes);
    let sites = sites(100_000);
    let (mut made, mut of_nodes, mut of_labels) = (0, 0, 0);
    let mut lines = String::new();
    for target in [1_000, 10_000, 100_000] {
        let before = resident();
        for site in &sites[made..target] {
            drop(site.enter());
        }
        of_nodes += resident().saturating_sub(before);
        let before = live();
        // What a site is called is made once, by the first snapshot that it's in.
        drop(snapshot());
        of_labels += live() - before;
        made = target;
        let time = snapshot_time();
        assert_eq!(snapshot().len(), target);
        lines += &format!("{target} {}\n", time.as_secs_f64());
    }
    component::choose(&["trip_count", "wall_clock"]).expect("both are known");
    for site in sites {
        drop(site.enter());
    }
    let each = |bytes: u64| bytes as f64 / made as f64;
    println!("{} {}\n{lines}{}", each(of_nodes), each(of_labels), snapshot_time().as_secs_f64());
}

/// The median of some.
fn snapshot_time() -> Duration {
    let mut times: Vec<Duration> = (0..7)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(snapshot());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}
