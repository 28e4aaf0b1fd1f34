//! A snapshot's nodes and measurements as rows.

use super::column::Column;
use super::layout::{Layout, Row};
use super::units::{Unit, count, percent, significant};
use crate::snapshot::{NodeRef, Snapshot};
use std::cmp::Reverse;
use std::time::Duration;

/// The call stacks, each level sorted by sum; past `limit` rows, each parent's smallest children become one row.
pub(super) fn stacks(snapshot: &Snapshot, columns: &[Column], unit: Unit, limit: usize) -> Layout {
    let mut heading = vec!["Stack".to_owned()];
    heading.extend(columns.iter().map(|column| column.heading()));
    let mut layout = Layout { heading, rows: Vec::new() };
    let elapsed = snapshot.elapsed();
    let smallest = threshold(snapshot, limit);
    let mut open: Vec<(usize, Entry<'_>)> = Vec::new();
    push_level(&mut open, 0, snapshot.roots(), smallest);
    while let Some((depth, entry)) = open.pop() {
        let indent = if depth == 0 { String::new() } else { format!("{}|- ", "|  ".repeat(depth - 1)) };
        match entry {
            Entry::Node(node) => {
                layout.rows.push(Row {
                    indent,
                    name: name(&node),
                    cells: columns.iter().map(|column| column.cell(&node, unit, elapsed)).collect(),
                });
                push_level(&mut open, depth + 1, node.children(), smallest);
            }
            Entry::Rest { nodes, calls, total } => {
                let share = if elapsed.is_zero() { 0.0 } else { total.as_secs_f64() / elapsed.as_secs_f64() };
                let cell = |column: &Column| match column {
                    Column::Count => count(calls),
                    Column::Sum => unit.format(total),
                    Column::Percent => percent(share),
                    _ => String::new(),
                };
                let cells = columns.iter().map(cell).collect();
                layout.rows.push(Row { indent, name: format!("… {nodes} more"), cells });
            }
        }
    }
    layout
}

enum Entry<'a> {
    Node(NodeRef<'a>),
    /// The children that are too small to be shown, and what's below them.
    Rest {
        nodes: usize,
        calls: u64,
        total: Duration,
    },
}

/// The sum from which on a node is shown: that of the last one that fits.
fn threshold(snapshot: &Snapshot, limit: usize) -> u64 {
    let mut totals: Vec<u64> = snapshot.nodes.iter().map(|node| node.total).collect();
    if totals.len() <= limit {
        return 0;
    }
    totals.sort_unstable_by_key(|&total| Reverse(total));
    totals.get(limit).map_or(0, |&total| total.saturating_add(1))
}

/// Pushes one level, the row that's printed first last.
fn push_level<'a>(
    open: &mut Vec<(usize, Entry<'a>)>,
    depth: usize,
    nodes: impl Iterator<Item = NodeRef<'a>>,
    smallest: u64,
) {
    // Nodes that saw nothing in an interval say nothing about it.
    let live = nodes.filter(|node| node.count() > 0 || node.running() > 0 || !node.total().is_zero());
    let (mut shown, rest): (Vec<_>, Vec<_>) = live.partition(|node| node.data.total >= smallest);
    if !rest.is_empty() {
        let nodes = rest.len();
        let (calls, total) = rest.iter().fold((0, Duration::ZERO), |(calls, total), node| {
            (calls + node.count(), total.saturating_add(node.total()))
        });
        open.push((depth, Entry::Rest { nodes, calls, total }));
    }
    // Names break ties, so that the same figures make the same table.
    shown.sort_by(|a, b| (a.data.total, b.name()).cmp(&(b.data.total, a.name())));
    open.extend(shown.into_iter().map(|node| (depth, Entry::Node(node))));
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

/// A line break or an escape sequence in a name must not break the table.
fn printable(name: &str) -> String {
    name.chars().flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

/// The measurements, by name.
pub(super) fn measurements(snapshot: &Snapshot) -> Layout {
    let heading = ["Measurement", "Avg", "Min", "Max", "Count", "Sum"].map(str::to_owned).to_vec();
    let row = |measurement: &crate::snapshot::Measurement| Row {
        indent: String::new(),
        name: printable(measurement.name()),
        cells: vec![
            significant(measurement.mean()),
            significant(measurement.min()),
            significant(measurement.max()),
            count(measurement.count()),
            significant(measurement.sum()),
        ],
    };
    Layout { heading, rows: snapshot.measurements.iter().map(row).collect() }
}
