//! Figures of a node as cells of a table.

use super::column::{Column, Figure};
use super::select::Rest;
use crate::functions::is_untimed;
use instrument_model::data::Amount;
use instrument_model::text::{TimeUnit, count, percent};
use instrument_model::{Figures, NodeRef, Snapshot, Unit};
use std::time::Duration;

/// Where there's no figure.
const NONE: &str = "-";

/// A column of one snapshot's table.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) column: Column,
    /// Which of the snapshot's components it's of.
    pub(super) component: Option<usize>,
}

/// What cells need to know besides their node.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) unit: TimeUnit,
    pub(super) elapsed: Duration,
}

impl Shown {
    pub(super) fn new(column: Column, snapshot: &Snapshot) -> Shown {
        let component = match &column {
            Column::Component { name, .. } => snapshot.components().iter().position(|known| known.name == *name),
            _ => None,
        };
        Shown { column, component }
    }

    /// The figure of a node. An estimated one is marked, and one of calls that may have been open when the clocks parted; one that needs a call that has ended is `-` without.
    pub(super) fn cell(&self, node: &NodeRef<'_>, scene: Scene<'_>) -> String {
        let ended = node.count() > 0;
        let time = |time: Duration| if ended { scene.unit.format(time) } else { NONE.to_owned() };
        let is_vague = node.is_estimated() || node.may_contain_parting();
        let estimate = |text: String| mark(text, is_vague);
        match self.column {
            Column::Count => count(observations(node)),
            Column::Component { figure, .. } => {
                let figures = self.component.and_then(|component| figures(node, component));
                let cell =
                    figures.as_ref().map_or_else(|| NONE.to_owned(), |figures| of_component(figures, figure, scene));
                let is_time =
                    figures.as_ref().is_some_and(|figures| matches!(figures.unit(), Unit::Seconds | Unit::Percent));
                // Observations are counted, whatever is estimated of them; and bytes are bytes, whatever the time.
                let is_exact = figures.as_ref().is_none_or(|figures| figure == Figure::Count || figures.is_tally());
                let is_sampled = figures.is_some_and(|figures| figures.is_sampled());
                mark(cell, is_sampled || !is_exact && (node.is_estimated() || (is_time && is_vague)))
            }
            // It has no time, not none.
            _ if is_untimed(node) => NONE.to_owned(),
            Column::Avg => estimate(time(node.mean())),
            Column::Min => estimate(time(node.min())),
            Column::Max => estimate(time(node.max())),
            Column::Sum => estimate(scene.unit.format(node.total())),
            Column::Percent => estimate(share(node.total(), scene.elapsed)),
            Column::Own => estimate(scene.unit.format(node.own())),
            Column::Stddev => estimate(time(node.stddev())),
            Column::Timing => match node.overhead() {
                Some(time) if !time.is_zero() => mark(scene.unit.format(time), true),
                _ => NONE.to_owned(),
            },
            Column::Quantile(q) => estimate(time(node.quantile(q))),
        }
    }

    /// The figure of many nodes together; what can't be added up is left empty.
    pub(super) fn cell_of_rest(&self, rest: &Rest, scene: Scene<'_>) -> String {
        let estimate = |text: String| mark(text, rest.vague);
        match self.column {
            Column::Count => count(rest.calls),
            Column::Sum if rest.timed => estimate(scene.unit.format(rest.total)),
            Column::Own if rest.timed => estimate(scene.unit.format(rest.own)),
            Column::Percent if rest.timed => estimate(share(rest.total, scene.elapsed)),
            Column::Sum | Column::Own | Column::Percent => NONE.to_owned(),
            Column::Component { figure, .. } => self.of_rest(rest, figure, scene),
            _ => String::new(),
        }
    }

    fn of_rest(&self, rest: &Rest, figure: Figure, scene: Scene<'_>) -> String {
        let component = self.component.map(|component| &scene.snapshot.components()[component]);
        let is_vague =
            component.map_or(rest.vague, |component| component.is_sampled || rest.vague && !component.is_tally);
        let unit = component.map(|component| &component.unit);
        let sums = self.component.and_then(|component| rest.columns.get(component)?.as_ref());
        let (Some(unit), Some(sums)) = (unit, sums) else { return NONE.to_owned() };
        match figure {
            Figure::Count => count(sums.count),
            // Shares of different wholes.
            _ if *unit == Unit::Percent || sums.total.per > 0.0 => String::new(),
            Figure::Sum => mark(amount(unit, sums.total.sum, scene.unit), is_vague),
            Figure::Own => mark(amount(unit, sums.own.sum, scene.unit), is_vague),
            _ => String::new(),
        }
    }
}

/// What a component, of the snapshot's list, measured on a node.
pub(super) fn figures<'a>(node: &NodeRef<'a>, component: usize) -> Option<Figures<'a>> {
    node.columns().find(|figures| figures.data().component as usize == component)
}

/// Calls, or what components observed where none was timed.
pub(super) fn observations(node: &NodeRef<'_>) -> u64 {
    match is_untimed(node) {
        true => node.data().columns.iter().map(|column| column.inclusive.count).max().unwrap_or(0),
        false => node.count(),
    }
}

fn of_component(figures: &Figures<'_>, figure: Figure, scene: Scene<'_>) -> String {
    let column = figures.data();
    let amount = |value: f64| amount(figures.unit(), value, scene.unit);
    // A share of nothing is no share.
    let share = |part: &Amount, value: f64| {
        let nothing = part.per <= 0.0 && (column.total.per > 0.0 || *figures.unit() == Unit::Percent);
        if nothing { NONE.to_owned() } else { amount(value) }
    };
    let observed = |value: f64| if figures.count() == 0.0 || value.is_nan() { NONE.to_owned() } else { amount(value) };
    match figure {
        Figure::Sum => share(&column.total, figures.total()),
        Figure::Own => share(&column.own, figures.own()),
        Figure::Avg => observed(figures.mean()),
        Figure::Min => observed(figures.min()),
        Figure::Max => observed(figures.max()),
        Figure::Stddev => observed(figures.stddev()),
        Figure::Count => count(figures.count() as u64),
    }
}

/// A component's figure; seconds in the unit of all times.
fn amount(unit: &Unit, figure: f64, times: TimeUnit) -> String {
    match (unit, Duration::try_from_secs_f64(figure.abs())) {
        (Unit::Seconds, Ok(time)) if times != TimeUnit::Auto => {
            format!("{}{}", if figure < 0.0 { "-" } else { "" }, times.format(time))
        }
        _ => unit.format(figure),
    }
}

/// Marks a figure that's estimated, or may be off since the clocks parted. Less than the smallest figure shown is as vague as it gets, and so is none.
pub(super) fn mark(text: String, is_vague: bool) -> String {
    if is_vague && !text.starts_with('<') && text != NONE { format!("~{text}") } else { text }
}

pub(super) fn share(time: Duration, elapsed: Duration) -> String {
    if elapsed.is_zero() { NONE.to_owned() } else { percent(time.as_secs_f64() / elapsed.as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_of_components_are_in_the_unit_of_all_times_other_figures_in_theirs() {
        for (unit, figure, times, expected) in [
            (Unit::Seconds, 0.0123, TimeUnit::Auto, "12.3 ms"),
            (Unit::Seconds, 0.0123, TimeUnit::Microseconds, "12,300 µs"),
            (Unit::Seconds, -0.0123, TimeUnit::Microseconds, "-12,300 µs"),
            (Unit::Seconds, f64::INFINITY, TimeUnit::Microseconds, "inf s"),
            (Unit::Bytes, 2048.0, TimeUnit::Microseconds, "2.00 KiB"),
            (Unit::other("J"), 2.5, TimeUnit::Seconds, "2.50 J"),
        ] {
            assert_eq!(amount(&unit, figure, times), expected);
        }
    }

    #[test]
    fn a_share_of_no_time_is_none() {
        assert_eq!(share(Duration::from_secs(1), Duration::ZERO), "-");
    }
}
