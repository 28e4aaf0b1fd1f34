//! Figures as numbers, and what rows are sorted by.

use super::cell::observations;
use super::column::{Column, Figure};
use crate::functions::is_untimed;
use instrument_model::{NodeRef, Snapshot};
use std::cmp::Ordering;

/// What siblings are sorted by.
///
/// ```
/// use instrument_report::{Column, Order};
///
/// assert_eq!(Order::from(Column::Own), Order::Column(Column::Own));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Order {
    /// By name, from A to Z.
    Name,
    /// By a figure, the greatest first; those without one come last.
    Column(Column),
}

impl From<Column> for Order {
    fn from(column: Column) -> Order {
        Order::Column(column)
    }
}

impl Order {
    /// Which of two nodes comes first.
    ///
    /// ```
    /// use instrument_report::{Column, Order};
    ///
    /// # let snapshot = instrument_model::Snapshot::default();
    /// let mut roots: Vec<_> = snapshot.roots().collect();
    /// roots.sort_by(|a, b| Order::from(Column::Own).compare(&snapshot, a, b));
    /// ```
    pub fn compare(&self, snapshot: &Snapshot, a: &NodeRef<'_>, b: &NodeRef<'_>) -> Ordering {
        let by_name = a.name().cmp(b.name());
        match self {
            Order::Name => by_name,
            Order::Column(column) => {
                let value = |node: &NodeRef<'_>| column.value(snapshot, node).unwrap_or(f64::NEG_INFINITY);
                value(b).total_cmp(&value(a)).then(by_name)
            }
        }
    }
}

impl Column {
    /// The column's figure of a node of that snapshot as a number: times in seconds, shares as 0.25 for 25 %, what components
    /// measured in the component's unit, and counts. `None` where the table has `-`.
    ///
    /// ```
    /// use instrument_report::Column;
    ///
    /// # let snapshot = instrument_model::Snapshot::default();
    /// for node in snapshot.nodes() {
    ///     println!("{}: {:?} s", node.name(), Column::Own.value(&snapshot, &node));
    /// }
    /// ```
    pub fn value(&self, snapshot: &Snapshot, node: &NodeRef<'_>) -> Option<f64> {
        let has_time = !is_untimed(node);
        let ended = |time: std::time::Duration| (has_time && node.count() > 0).then_some(time.as_secs_f64());
        match self {
            Column::Count => Some(observations(node) as f64),
            Column::Component { name, figure } => {
                let figures = node.column(name)?;
                let observed = |value: f64| (figures.count() > 0.0 && !value.is_nan()).then_some(value);
                match figure {
                    Figure::Sum => Some(figures.total()),
                    Figure::Own => Some(figures.own()),
                    Figure::Avg => observed(figures.mean()),
                    Figure::Min => observed(figures.min()),
                    Figure::Max => observed(figures.max()),
                    Figure::Stddev => observed(figures.stddev()),
                    Figure::Count => Some(figures.count()),
                }
            }
            Column::Avg => ended(node.mean()),
            Column::Min => ended(node.min()),
            Column::Max => ended(node.max()),
            Column::Stddev => ended(node.stddev()),
            Column::Quantile(q) => ended(node.quantile(*q)),
            Column::Sum => has_time.then_some(node.total().as_secs_f64()),
            Column::Own => has_time.then(|| node.own().as_secs_f64()),
            Column::Percent => {
                let elapsed = snapshot.elapsed().as_secs_f64();
                (has_time && elapsed > 0.0).then(|| node.total().as_secs_f64() / elapsed)
            }
            Column::Timing => node.overhead().filter(|_| has_time).map(|time| time.as_secs_f64()),
        }
    }
}
