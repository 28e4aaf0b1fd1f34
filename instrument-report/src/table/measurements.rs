//! A snapshot's measurements as rows, by name.

use super::column::Column;
use super::layout::{Layout, Limit, Row};
use instrument_model::Snapshot;
use instrument_model::data::Measurement;
use instrument_model::text::{count, printable, significant};
use std::cmp::Reverse;

/// The measurements by name, with their deviation if it's asked for; past the limit, those made least often become one row.
pub(super) fn measurements(snapshot: &Snapshot, deviation: bool, limit: Limit) -> Layout {
    let mut heading = ["Measurement", "Avg", "Min", "Max", "Count", "Sum"].map(str::to_owned).to_vec();
    heading.extend(deviation.then(|| Column::Stddev.heading()));
    let row = |measurement: &Measurement| Row {
        name: printable(measurement.name()),
        cells: [measurement.mean(), measurement.min(), measurement.max()]
            .map(significant)
            .into_iter()
            .chain([count(measurement.count()), significant(measurement.sum())])
            .chain(deviation.then(|| significant(measurement.stddev())))
            .collect(),
        ..Row::default()
    };
    let mut shown: Vec<&Measurement> = snapshot.measurements().iter().collect();
    // Stable, so that names decide among equals.
    shown.sort_by_key(|measurement| Reverse(measurement.count()));
    // A row that says "1 more" takes as much room as the one it stands for.
    let all = shown.len();
    let rest = shown.split_off(if all == limit.rows + 1 { all } else { limit.rows.min(all) });
    shown.sort_by(|a, b| a.name().cmp(b.name()));
    let mut rows: Vec<Row> = shown.into_iter().map(row).collect();
    if !rest.is_empty() {
        let calls = rest.iter().map(|measurement| measurement.count()).sum();
        let mut cells = vec![String::new(); heading.len() - 1];
        cells[3] = count(calls);
        rows.push(Row::new(format!("… {} more", count(rest.len() as u64)), cells));
    }
    let below = (!rest.is_empty()).then(|| limit.how_to_see(rest.len(), all, "measurement")).into_iter().collect();
    Layout { heading, rows, below }
}
