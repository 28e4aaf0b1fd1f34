//! The functions with the most own time, over all call paths: where a tree is too large for its table, they may be anywhere.

use super::cell::{mark, share};
use super::layout::{Layout, Row};
use crate::functions::{FunctionRow, functions};
use instrument_model::Snapshot;
use instrument_model::text::{TimeUnit, count, printable};
use std::cmp::Reverse;
use std::collections::HashMap;

/// As many as one looks at.
const MOST: usize = 12;

const HEADINGS: [&str; 7] = ["Function", "Own", "% own", "Sum", "Max", "Count", "Paths"];

/// The columns that a narrow terminal can go without, the first one to go first.
pub(super) const EXPENDABLE: [&str; 3] = ["Max", "Paths", "Sum"];

/// A row a function, its recursive calls counted once; no more than `limit`, nor than a dozen.
pub(super) fn ranking(snapshot: &Snapshot, unit: TimeUnit, limit: usize) -> Layout {
    let mut found = functions(snapshot);
    // Names break ties, so that the same figures make the same table.
    found.sort_by(|a, b| {
        let key = |row: &FunctionRow| Reverse((row.own, row.total));
        key(a).cmp(&key(b)).then_with(|| (&a.name, &a.path).cmp(&(&b.name, &b.path)))
    });
    let all = found.len();
    let mut namesakes: HashMap<&str, usize> = HashMap::new();
    found.iter().for_each(|row| *namesakes.entry(&row.name).or_default() += 1);
    let shown = found.iter().take(limit.min(MOST));
    let row = |row: &FunctionRow| {
        let estimate = |text: String| mark(text, row.is_vague);
        let name = printable(if namesakes[&*row.name] > 1 { &row.path } else { &row.name });
        Row::new(
            name,
            vec![
                estimate(unit.format(row.own)),
                estimate(share(row.own, snapshot.elapsed())),
                estimate(unit.format(row.total)),
                if row.count == 0 { "-".to_owned() } else { estimate(unit.format(row.max)) },
                count(row.count),
                count(row.paths),
            ],
        )
    };
    let rows: Vec<Row> = shown.map(row).collect();
    let below = format!(
        "{} of {} functions, by own time; recursive calls count once in Sum",
        count(rows.len() as u64),
        count(all as u64)
    );
    Layout { heading: HEADINGS.map(str::to_owned).to_vec(), rows, below: vec![below] }
}
