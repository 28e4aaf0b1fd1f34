//! The table, and the same figures as JSON.

use crate::harness::Figure;
use crate::nodes::Nodes;
use serde_json::json;

const BASE: &str = "two TSC reads";
const HAND_WRITTEN: &str = "Instant + thread-local";

fn over_plain(figures: &[Figure], name: &str) -> f64 {
    figures.iter().find(|figure| figure.name == name).map_or(f64::NAN, |figure| figure.over_plain)
}

pub fn print(figures: &[Figure], instructions: &[(&str, f64)], nodes: &Nodes) {
    let base = over_plain(figures, BASE);
    println!("{:<26} {:>9} {:>17} {:>11} {:>9}", "case", "ns/call", "quartiles", "over plain", "× 2 TSC");
    for figure in figures {
        let (low, high) = figure.quartiles;
        println!(
            "{:<26} {:>9.2} {:>8.2} … {:>6.2} {:>11.2} {:>9.2}",
            figure.name,
            figure.median,
            low,
            high,
            figure.over_plain,
            figure.over_plain / base
        );
    }
    let (hand, ours) = (over_plain(figures, HAND_WRITTEN), over_plain(figures, "flat"));
    println!("\nhand-written Instant timer ÷ ours: {:.2}", hand / ours);
    println!("two threads ÷ one: {:.2}", over_plain(figures, "2 threads") / ours);
    match instructions {
        [] => println!("instructions per call: callgrind isn't installed"),
        counts => {
            let counts: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count:.0}")).collect();
            println!("instructions per call: {}", counts.join(", "));
        }
    }
    println!("bytes per node: {:.0}, and per site that was in a snapshot: {:.0}", nodes.bytes, nodes.label_bytes);
    for (count, time) in &nodes.snapshots {
        println!("snapshot of {count} nodes: {time:.2?}");
    }
    println!("snapshot of 100000 nodes with two columns: {:.2?}", nodes.with_columns);
}

pub fn write(file: &str, figures: &[Figure], instructions: &[(&str, f64)], nodes: &Nodes) -> std::io::Result<()> {
    let base = over_plain(figures, BASE);
    let cases: Vec<_> = figures
        .iter()
        .map(|figure| {
            json!({
                "case": figure.name,
                "ns_per_call": figure.median,
                "quartiles": [figure.quartiles.0, figure.quartiles.1],
                "over_plain_ns": figure.over_plain,
                "ratio_to_two_tsc_reads": figure.over_plain / base,
            })
        })
        .collect();
    let snapshots: Vec<_> =
        nodes.snapshots.iter().map(|(count, time)| json!({ "nodes": count, "seconds": time.as_secs_f64() })).collect();
    let all = json!({
        "cases": cases,
        "instructions_per_call": instructions.iter().copied().collect::<std::collections::BTreeMap<_, _>>(),
        "bytes_per_node": nodes.bytes,
        "bytes_per_label": nodes.label_bytes,
        "snapshots": snapshots,
        "snapshot_with_columns": nodes.with_columns.as_secs_f64(),
    });
    std::fs::write(file, format!("{all:#}\n"))
}
