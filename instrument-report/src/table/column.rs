//! The columns that a table can have.

use super::select::Rest;
use crate::snapshot::NodeRef;
use crate::units::{Unit, count, percent};
use std::time::Duration;

/// A column of a report's table; the stack column is always there.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Column {
    /// Mean time of a call.
    Avg,
    /// The shortest call.
    Min,
    /// The longest call.
    Max,
    /// Number of calls that have ended.
    Count,
    /// Time of all calls, those that run now included.
    Sum,
    /// Share of the elapsed time. Threads that run at the same time may bring it above 100 %.
    Percent,
    /// Time that no child accounts for.
    Own,
    /// Standard deviation.
    Stddev,
    /// The time that this share of the calls didn't exceed: 0.99 for the 99th percentile.
    Quantile(f64),
}

impl Column {
    /// What a table has unless told otherwise.
    pub(crate) const DEFAULT: [Column; 6] =
        [Column::Avg, Column::Min, Column::Max, Column::Count, Column::Sum, Column::Percent];

    /// The columns without a parameter, as settings name them.
    pub(crate) const NAMES: [(&'static str, Column); 8] = [
        ("avg", Column::Avg),
        ("min", Column::Min),
        ("max", Column::Max),
        ("count", Column::Count),
        ("sum", Column::Sum),
        ("percent", Column::Percent),
        ("own", Column::Own),
        ("dev", Column::Stddev),
    ];

    /// `avg`, or `p99.9` for a quantile.
    pub(crate) fn parse(name: &str) -> Option<Column> {
        let name = name.trim().to_ascii_lowercase();
        if let Some((_, column)) = Column::NAMES.iter().find(|(known, _)| *known == name) {
            return Some(*column);
        }
        let percentile: f64 = name.strip_prefix('p')?.parse().ok()?;
        (0.0..=100.0).contains(&percentile).then_some(Column::Quantile(percentile / 100.0))
    }

    pub(crate) fn heading(self) -> String {
        match self {
            Column::Avg => "Avg".into(),
            Column::Min => "Min".into(),
            Column::Max => "Max".into(),
            Column::Count => "Count".into(),
            Column::Sum => "Sum".into(),
            Column::Percent => "% of elapsed".into(),
            Column::Own => "Own".into(),
            Column::Stddev => "Dev".into(),
            Column::Quantile(q) => format!("P{}", (q.clamp(0.0, 1.0) * 1e8).round() / 1e6),
        }
    }

    /// The figure of a node. An estimated one is marked; one that needs a call that has ended is `-` without.
    pub(crate) fn cell(self, node: &NodeRef<'_>, unit: Unit, elapsed: Duration) -> String {
        let ended = node.count() > 0;
        let time = |time: Duration| if ended { unit.format(time) } else { "-".to_owned() };
        let estimate = |text: String| if node.is_estimated() { format!("~{text}") } else { text };
        match self {
            Column::Avg => estimate(time(node.mean())),
            Column::Min => estimate(time(node.min())),
            Column::Max => estimate(time(node.max())),
            Column::Count => count(node.count()),
            Column::Sum => estimate(unit.format(node.total())),
            Column::Percent => match share(node.total(), elapsed) {
                // Less than the smallest figure is as vague as it gets.
                vague if vague.starts_with('<') => vague,
                share => estimate(share),
            },
            Column::Own => estimate(unit.format(node.own())),
            Column::Stddev => estimate(time(node.stddev())),
            Column::Quantile(q) => estimate(time(node.quantile(q))),
        }
    }

    /// The figure of many nodes together; what can't be added up is left empty.
    pub(super) fn cell_of_rest(self, rest: &Rest, unit: Unit, elapsed: Duration) -> String {
        let estimate = |text: String| if rest.estimated { format!("~{text}") } else { text };
        match self {
            Column::Count => count(rest.calls),
            Column::Sum => estimate(unit.format(rest.total)),
            Column::Own => estimate(unit.format(rest.own)),
            Column::Percent => share(rest.total, elapsed),
            _ => String::new(),
        }
    }
}

fn share(time: Duration, elapsed: Duration) -> String {
    if elapsed.is_zero() { "-".to_owned() } else { percent(time.as_secs_f64() / elapsed.as_secs_f64()) }
}
