//! A snapshot's nodes and measurements as rows.

use super::column::Column;
use super::layout::{Layout, Row};
use super::select::{Entry, Selection};
use super::units::{Unit, count, significant};
use crate::snapshot::{Measurement, NodeRef, Snapshot};
use std::cmp::Reverse;

/// The call stacks, each level sorted by sum; past `limit` rows, each parent's smallest children become one row.
pub(super) fn stacks(snapshot: &Snapshot, columns: &[Column], unit: Unit, limit: usize) -> Layout {
    let mut heading = vec!["Stack".to_owned()];
    heading.extend(columns.iter().map(|column| column.heading()));
    let elapsed = snapshot.elapsed();
    let selection = Selection::new(snapshot, limit);
    let rows = selection.entries().map(|(depth, entry)| match entry {
        Entry::Node(node) => Row {
            depth,
            name: name(&node),
            cells: columns.iter().map(|column| column.cell(&node, unit, elapsed)).collect(),
        },
        Entry::Rest(rest) => Row {
            depth,
            name: format!("… {} more", count(rest.nodes)),
            cells: columns.iter().map(|column| column.cell_of_rest(&rest, unit, elapsed)).collect(),
        },
    });
    Layout { rows: rows.collect(), heading }
}

/// The name as it can be printed, and what's running.
fn name(node: &NodeRef<'_>) -> String {
    let name = printable(node.name());
    match node.running() {
        0 => name,
        1 => format!("{name} (running)"),
        more => format!("{name} ({more} running)"),
    }
}

/// A line break, an escape sequence or a change of direction in a name must not break the table.
pub(crate) fn printable(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.extend(c.escape_unicode()),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// The measurements by name, with their deviation if the table has it; past `limit`, those made least often become
/// one row.
pub(super) fn measurements(snapshot: &Snapshot, columns: &[Column], limit: usize) -> Layout {
    let mut heading = ["Measurement", "Avg", "Min", "Max", "Count", "Sum"].map(str::to_owned).to_vec();
    let deviation = columns.contains(&Column::Stddev);
    heading.extend(deviation.then(|| Column::Stddev.heading()));
    let row = |measurement: &Measurement| Row {
        depth: 0,
        name: printable(measurement.name()),
        cells: [measurement.mean(), measurement.min(), measurement.max()]
            .map(significant)
            .into_iter()
            .chain([count(measurement.count()), significant(measurement.sum())])
            .chain(deviation.then(|| significant(measurement.stddev())))
            .collect(),
    };
    let mut shown: Vec<&Measurement> = snapshot.measurements.iter().collect();
    // Stable, so that names decide among equals.
    shown.sort_by_key(|measurement| Reverse(measurement.count()));
    // A row that says "1 more" takes as much room as the one it stands for.
    let limit = if shown.len() == limit + 1 { limit + 1 } else { limit };
    let rest = shown.split_off(limit.min(shown.len()));
    shown.sort_by(|a, b| a.name().cmp(b.name()));
    let mut rows: Vec<Row> = shown.into_iter().map(row).collect();
    if !rest.is_empty() {
        let calls = rest.iter().map(|measurement| measurement.count()).sum();
        let mut cells = vec![String::new(); heading.len() - 1];
        cells[3] = count(calls);
        rows.push(Row { depth: 0, name: format!("… {} more", count(rest.len() as u64)), cells });
    }
    Layout { heading, rows }
}
