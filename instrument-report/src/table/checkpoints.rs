//! Functions with `#[checkpoints]` as rows: where each of them spends its time.

use super::cell::mark;
use super::layout::{Layout, Limit, Row};
use instrument_model::data::{Checkpoints, Data, Line};
use instrument_model::text::{TimeUnit, count, percent, printable};

/// One row a function, those that took the longest first: the line with the greatest sum, and the one with the longest
/// single time.
pub(super) fn functions(data: &Data, unit: TimeUnit, limit: Limit) -> Layout {
    let heading = ["Checkpoints", "Calls", "Worst line, by its sum", "Sum", "% of calls", "Slowest line, once", "Time"];
    let time = |ticks: u64, line: &Line| {
        let is_vague = data.partings.iter().any(|parting| parting.may_be_in(u64::MAX, line.max));
        mark(unit.format(data.scale.duration(ticks)), is_vague)
    };
    let row = |(function, total): &(&Checkpoints, u64)| {
        let worst = first_max(&function.lines, |line| line.sum)?;
        let slowest = first_max(&function.lines, |line| line.max)?;
        let share = worst.sum as f64 / *total as f64;
        Some(Row {
            name: printable(&function.name),
            cells: vec![
                count(function.calls),
                printable(&worst.label),
                time(worst.sum, worst),
                percent(if share.is_nan() { 0.0 } else { share }),
                printable(&slowest.label),
                time(slowest.max, slowest),
            ],
            ..Row::default()
        })
    };
    let total = |function: &Checkpoints| function.lines.iter().fold(0, |sum: u64, line| sum.saturating_add(line.sum));
    let functions = data.checkpoints.iter().filter(|function| function.calls > 0 && !function.lines.is_empty());
    let mut functions: Vec<_> = functions.map(|function| (function, total(function))).collect();
    functions.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.name.cmp(&b.name)));
    let mut rows: Vec<Row> = functions.iter().take(limit.rows).filter_map(row).collect();
    let mut below = Vec::new();
    if let Some(rest @ 1..) = functions.len().checked_sub(limit.rows) {
        below.push(limit.how_to_see(rest, functions.len(), "function"));
        let name = format!("… {} more", count(rest as u64));
        rows.push(Row::new(name, vec![String::new(); heading.len() - 1]));
    }
    Layout { heading: heading.map(str::to_owned).to_vec(), rows, below }
}

/// Of equals the first, where the eye goes first.
fn first_max(lines: &[Line], figure: impl Fn(&Line) -> u64) -> Option<&Line> {
    lines.iter().rev().max_by_key(|line| figure(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Style;

    #[test]
    fn each_function_has_a_row_with_its_worst_and_its_slowest_line() {
        let line = |label: &str, sum: u64, max: u64| Line {
            label: label.to_owned(),
            sum: sum * 1_000_000,
            max: max * 1_000_000,
        };
        let function = |name: &str, calls: u64, lines: Vec<Line>| Checkpoints { name: name.to_owned(), calls, lines };
        let data = Data {
            checkpoints: vec![
                function("rest", 1, vec![line("1: rest()", 0, 0)]),
                function("never", 0, vec![line("1: never()", 0, 0)]),
                function("idle", 7, vec![line("8: first()", 0, 0), line("9: second()", 0, 0)]),
                function("load", 1234, vec![line("14: parse(input)", 30, 1), line("17: write(…)", 10, 2)]),
            ],
            ..Data::default()
        };
        let mut out = String::new();
        functions(&data, TimeUnit::Auto, Limit { rows: 2, is_option: false }).write(&mut out, 120, Style::Plain);
        assert_eq!(
            out,
            "\
Checkpoints  Calls  Worst line, by its sum      Sum  % of calls  Slowest line, once     Time
load         1,234        14: parse(input)  30.0 ms      75.0 %        17: write(…)  2.00 ms
idle             7              8: first()     0 ns         0 %          8: first()     0 ns
… 1 more
1 of 3 functions without a row; INSTRUMENT_ROWS=3 or report().rows(3) shows all
"
        );
    }
}
