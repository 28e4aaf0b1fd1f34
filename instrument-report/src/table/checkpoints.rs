//! Functions with `#[checkpoints]` as rows: where each of them spends its time.

use super::layout::{Layout, Row};
use crate::checkpoint::FunctionFigures;
use crate::text::printable;
use crate::units::{Unit, count, percent};

/// One row a function: the line with the greatest sum, and the one with the longest single time.
pub(super) fn functions(functions: &[FunctionFigures], unit: Unit, limit: usize) -> Layout {
    let heading = ["Checkpoints", "Calls", "Worst line, by its sum", "Sum", "% of calls", "Slowest line, once", "Time"];
    let row = |function: &FunctionFigures| {
        let share = function.worst.1.as_secs_f64() / function.total.max(function.worst.1).as_secs_f64();
        Row {
            depth: 0,
            name: printable(&function.label),
            cells: vec![
                count(function.calls),
                printable(function.worst.0),
                unit.format(function.worst.1),
                percent(if share.is_nan() { 0.0 } else { share }),
                printable(function.slowest.0),
                unit.format(function.slowest.1),
            ],
        }
    };
    let mut rows: Vec<Row> = functions.iter().take(limit).map(row).collect();
    if let Some(rest @ 1..) = functions.len().checked_sub(limit) {
        let name = format!("… {} more", count(rest as u64));
        rows.push(Row { depth: 0, name, cells: vec![String::new(); heading.len() - 1] });
    }
    Layout { heading: heading.map(str::to_owned).to_vec(), rows }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::Style;
    use std::time::Duration;

    #[test]
    fn each_function_has_a_row_with_its_worst_and_its_slowest_line() {
        let ms = Duration::from_millis;
        let figures = |label: &str, total| FunctionFigures {
            label: label.to_owned(),
            calls: 1234,
            total,
            worst: ("14: parse(input)", ms(30)),
            slowest: ("17: write(…)", ms(2)),
        };
        let mut out = String::new();
        functions(&[figures("load", ms(40)), figures("idle", ms(0)), figures("rest", ms(0))], Unit::Auto, 2).write(
            &mut out,
            120,
            Style::Plain,
        );
        assert_eq!(
            out,
            "\
Checkpoints  Calls  Worst line, by its sum      Sum  % of calls  Slowest line, once     Time
load         1,234        14: parse(input)  30.0 ms      75.0 %        17: write(…)  2.00 ms
idle         1,234        14: parse(input)  30.0 ms     100.0 %        17: write(…)  2.00 ms
… 1 more
"
        );
    }
}
