//! A snapshot's nodes and measurements as rows.

use super::column::Column;
use super::layout::{Layout, Row};
use super::select::{Entry, Selection};
use crate::snapshot::{Key, Measurement, NodeData, NodeRef, Snapshot, Tasks};
use crate::text::printable;
use crate::units::{Unit, count, significant};
use std::cmp::Reverse;
use std::collections::HashMap;

/// The call stacks, each level sorted by sum; past `limit` rows, each parent's smallest children become one row.
pub(super) fn stacks(snapshot: &Snapshot, columns: &[Column], unit: Unit, limit: usize) -> Layout {
    let mut heading = vec!["Stack".to_owned()];
    heading.extend(columns.iter().map(|column| column.heading()));
    let elapsed = snapshot.elapsed();
    let selection = Selection::new(snapshot, limit);
    let mut namesakes: HashMap<(Option<u32>, &str), usize> = HashMap::new();
    for node in &snapshot.nodes {
        *namesakes.entry((node.parent, node.site.label())).or_default() += 1;
    }
    // Rows of one given name are one row; where it's a default label, functions may share it.
    let is_ambiguous = |node: &NodeRef<'_>| {
        node.site().explicit_name().is_none()
            && namesakes.get(&(node.data.parent, node.name())).is_some_and(|&count| count > 1)
    };
    let rows = selection.entries().map(|(depth, entry)| match entry {
        Entry::Node(node) => Row {
            depth,
            name: name(&node, is_ambiguous(&node)),
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

/// The name as it can be printed, and what's running; where it stands if another function beside it has the same.
fn name(node: &NodeRef<'_>, ambiguous: bool) -> String {
    let name = printable(node.name());
    let location = node.site().location();
    let file = location.file().rsplit(['/', '\\']).next().unwrap_or_default();
    let place = ambiguous.then(|| format!("{}:{}", printable(file), location.line()));
    let running = match node.running() {
        0 => None,
        1 => Some("running".to_owned()),
        more => Some(format!("{} running", count(more))),
    };
    let parallel = node.is_parallel().then(|| "parallel".to_owned());
    let marks: Vec<String> = [place, running, parallel].into_iter().flatten().collect();
    if marks.is_empty() { name } else { format!("{name} ({})", marks.join(", ")) }
}

/// Async sites, those with the longest wall time first: what their calls took, busy and by the wall.
pub(super) fn tasks(snapshot: &Snapshot, unit: Unit, limit: usize) -> Layout {
    let heading = ["Async", "Count", "Avg busy", "Avg wall", "Polls/call", "Cancelled"].map(str::to_owned).to_vec();
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut sites: Vec<NodeData> = Vec::new();
    for node in snapshot.nodes.iter().filter(|node| node.tasks != Tasks::default()) {
        let place = *places.entry(Key::of(node.site)).or_insert(sites.len());
        match sites.get_mut(place) {
            Some(site) => site.add_calls(node),
            None => sites.push(node.clone()),
        }
    }
    sites.sort_by_key(|site| Reverse(site.tasks.wall));
    let shown = if sites.len() == limit + 1 { limit + 1 } else { limit };
    let rest = sites.split_off(shown.min(sites.len()));
    let mut rows: Vec<Row> = sites
        .iter()
        .map(|data| {
            let node = NodeRef { snapshot, data };
            let (calls, completed) = (node.count(), data.count);
            let none = || "-".to_owned();
            let busy = if completed == 0 { none() } else { unit.format(node.mean()) };
            // Sampled out calls have no wall time.
            let wall = u32::try_from(completed).ok().filter(|&completed| completed > 0);
            let wall = wall.map_or_else(none, |completed| unit.format(node.wall() / completed));
            let begun = data.tasks.begun.saturating_sub(data.untimed);
            let polls = if begun == 0 { none() } else { significant(node.polls() as f64 / begun as f64) };
            let cells = vec![count(calls), busy, wall, polls, count(node.cancelled())];
            Row { depth: 0, name: printable(node.name()), cells }
        })
        .collect();
    if !rest.is_empty() {
        let mut cells = vec![String::new(); heading.len() - 1];
        cells[0] = count(rest.iter().map(NodeData::calls).sum());
        rows.push(Row { depth: 0, name: format!("… {} more", count(rest.len() as u64)), cells });
    }
    Layout { heading, rows }
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
