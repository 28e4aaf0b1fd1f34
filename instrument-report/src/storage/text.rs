//! Call graphs as text.

use super::entry::{Entry, Node};
use crate::table::{Layout, Row, Style, losses};
use instrument_model::Lost;
use instrument_model::text::{count, printable};
use std::fmt;

/// Characters of a line: a table that goes to a file is wider than most terminals.
const WIDTH: usize = 120;

/// The trees of a component as a table, without a line's end behind the last line; with the threads' numbers, if they're
/// kept apart.
///
/// ```
/// use instrument_report::storage;
///
/// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
/// let roots = storage::tree(&snapshot, "thread_cpu", false);
/// let table = storage::table("thread_cpu", &roots, false);
/// assert_eq!(table, "thread_cpu  Laps  Count  Sum  Own  Mean  Min  Max  Dev");
/// ```
pub fn table(component: &str, roots: &[Node<Entry>], per_thread: bool) -> String {
    let name = printable(component);
    let heading = [name.as_str(), "Laps", "Count", "Sum", "Own", "Mean", "Min", "Max", "Dev"];
    let mut layout = Layout { heading: heading.map(str::to_owned).to_vec(), rows: Vec::new(), below: Vec::new() };
    let mut left: Vec<&Node<Entry>> = roots.iter().rev().collect();
    // A part of a tree begins at its own root.
    let root_depth = roots.iter().map(|root| root.inclusive.depth).min().unwrap_or(0);
    while let Some(node) = left.pop() {
        left.extend(node.children.iter().rev());
        let Entry { prefix, depth, data, laps, stats, unit, tid, .. } = &node.inclusive;
        let observed = |figure: f64| if node.is_dummy { "-".to_owned() } else { unit.format(figure) };
        layout.rows.push(Row {
            depth: depth - root_depth,
            name: match per_thread && *depth == root_depth {
                true => format!("{} (thread {tid})", printable(prefix)),
                false => printable(prefix),
            },
            cells: vec![
                count(*laps),
                count(stats.count),
                unit.format(*data),
                unit.format(node.exclusive.data),
                observed(stats.mean),
                observed(stats.min),
                observed(stats.max),
                observed(stats.stddev),
            ],
            ..Row::default()
        });
    }
    let mut out = String::new();
    layout.write(&mut out, WIDTH, Style::Plain);
    out.truncate(out.trim_end().len());
    out
}

/// What isn't in any call graph although it should be: a line for each reason, a line's end before each, so that they
/// follow a [`table`].
///
/// ```
/// use instrument_report::storage;
///
/// let mut lost = instrument_model::Lost::default();
/// assert_eq!(storage::lost_lines(&lost), "");
/// lost.overwritten = 2;
/// assert!(storage::lost_lines(&lost).starts_with("\nlost: 2 × an entry of a timeline"));
/// ```
pub fn lost_lines(lost: &Lost) -> String {
    losses(lost).iter().map(|line| format!("\n{line}")).collect()
}

/// `bar: 5.50 s in 10 laps; 5 observations: mean 1.10 s, min 300 ms, max 1.90 s, dev 566 ms`
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry { prefix, depth, data, laps, stats, unit, .. } = self;
        let figure = |figure: f64| unit.format(figure);
        let number =
            |number: u64, what: &str| format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" });
        write!(f, "{:1$}", "", 2 * depth)?;
        write!(f, "{}: {} in {}", printable(prefix), figure(*data), number(*laps, "lap"))?;
        if stats.count > 0 {
            write!(f, "; {}: mean {}", number(stats.count, "observation"), figure(stats.mean))?;
            write!(f, ", min {}, max {}, dev {}", figure(stats.min), figure(stats.max), figure(stats.stddev))?;
        }
        Ok(())
    }
}

impl fmt::Display for Node<Entry> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&table(&self.inclusive.component, std::slice::from_ref(self), false))
    }
}
