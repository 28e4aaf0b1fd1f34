//! What a row's figures are on one side: of each run, then the median of the runs.

use super::side::Side;
use instrument_model::NodeRef;
use instrument_model::data::Component;

/// A row's figures on one side. Of several runs each figure is their median, which no single slow run moves; a run in which the
/// path wasn't called counts as 0 for what's a sum, and not at all for what's of a call. Times are in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct RowFigures {
    /// How many runs called it.
    pub runs: usize,
    /// Calls a run.
    pub count: f64,
    /// Time a run that no child accounts for.
    pub own: f64,
    /// Time a run, here and below.
    pub total: f64,
    /// Time of a call that no child accounts for.
    pub own_mean: f64,
    /// Time of a call.
    pub mean: f64,
    /// The time that half of the calls didn't exceed.
    pub p50: f64,
    /// The time that 99 % of the calls didn't exceed.
    pub p99: f64,
}

/// What a component measured on a row, a run; the median of several runs. In the component's unit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct ColumnFigures {
    /// Which of [`Diff::components`](super::Diff::components) it is.
    pub component: usize,
    /// Here and below, on the side of the base.
    pub base_total: f64,
    /// Here alone, on the side of the base.
    pub base_own: f64,
    /// Here and below, on the new side.
    pub new_total: f64,
    /// Here alone, on the new side.
    pub new_own: f64,
}

impl ColumnFigures {
    /// By how much its own has changed: 0.1 is 10 % more; infinite where there was nothing.
    pub fn own_change(&self) -> f64 {
        change(self.base_own, self.new_own)
    }

    /// By how much it has changed with what's below: 0.1 is 10 % more; infinite where there was nothing.
    pub fn total_change(&self) -> f64 {
        change(self.base_total, self.new_total)
    }
}

/// The value in the middle, or halfway between the two there; 0 of none.
pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    match (values.len(), values.len() / 2) {
        (0, _) => 0.0,
        (count, middle) if count % 2 == 1 => values[middle],
        (_, middle) => values[middle - 1].midpoint(values[middle]),
    }
}

pub(super) fn of_side(side: &Side<'_>, path: u32) -> RowFigures {
    let runs = side.runs.len();
    let nodes: Vec<NodeRef<'_>> = (0..runs).filter_map(|run| side.node_ref(run, path)).collect();
    let called = |node: &&NodeRef<'_>| node.count() > 0;
    let sum = |figure: &dyn Fn(&NodeRef<'_>) -> f64| {
        let mut values = vec![0.0; runs];
        values.iter_mut().zip(&nodes).for_each(|(value, node)| *value = figure(node));
        median(&mut values)
    };
    let of_a_call =
        |figure: &dyn Fn(&NodeRef<'_>) -> f64| median(&mut nodes.iter().filter(called).map(figure).collect::<Vec<_>>());
    let nanos = |time: std::time::Duration| time.as_nanos() as f64;
    RowFigures {
        runs: nodes.iter().filter(called).count(),
        count: sum(&|node| node.count() as f64),
        own: sum(&|node| nanos(node.own())),
        total: sum(&|node| nanos(node.total())),
        own_mean: of_a_call(&|node| nanos(node.own()) / node.count() as f64),
        mean: of_a_call(&|node| nanos(node.mean())),
        p50: of_a_call(&|node| nanos(node.quantile(0.5))),
        p99: of_a_call(&|node| nanos(node.quantile(0.99))),
    }
}

/// Total and own of a component; `None` if no run measured it here.
pub(super) fn column(side: &Side<'_>, path: u32, component: &Component) -> Option<(f64, f64)> {
    let runs = side.runs.len();
    let mut found = 0;
    let (mut totals, mut owns) = (vec![0.0; runs], vec![0.0; runs]);
    for run in 0..runs {
        let Some(node) = side.node_ref(run, path) else { continue };
        if let Some(figures) = node.column(&component.name).filter(|known| *known.unit() == component.unit) {
            (totals[run], owns[run]) = (figures.total(), figures.own());
            found += 1;
        }
    }
    (found > 0).then(|| (median(&mut totals), median(&mut owns)))
}

/// How much more the second is than the first: 0.1 is 10 % more; infinite where there was nothing, and 0 of nothing and nothing.
pub(super) fn change(base: f64, new: f64) -> f64 {
    if base == new { 0.0 } else { (new - base) / base.abs() }
}
