//! Call paths as rows of figures, for spreadsheets and scripts.

use super::metric::nanoseconds;
use super::path;
use crate::analysis::Selected;
use crate::functions::is_untimed;
use crate::table::{Column, Order};
use instrument_model::{NodeRef, Snapshot};
use std::time::Duration;

/// What's listed, and in what order.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Listing {
    /// What siblings are sorted by; as they were first met, if it isn't said.
    pub order: Option<Order>,
    /// Which figures there are, besides what tells a call path; all of them, if it isn't said.
    pub columns: Option<Vec<Column>>,
}

/// A figure, or a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Texts(Vec<String>),
    Whole(u64),
    Number(f64),
    Flag(bool),
    /// Where a figure isn't known.
    Absent,
}

impl Cell {
    fn time(time: Option<Duration>) -> Cell {
        time.map_or(Cell::Absent, |time| Cell::Whole(nanoseconds(time)))
    }

    fn number(number: Option<f64>) -> Cell {
        number.map_or(Cell::Absent, Cell::Number)
    }
}

pub(super) type Fields = Vec<(String, Cell)>;

/// The fields of a call path. All rows of a snapshot have the same ones.
pub(super) fn fields(selected: &Selected, node: &NodeRef<'_>, columns: Option<&[Column]>) -> Fields {
    let snapshot = &selected.snapshot;
    let names: Vec<String> = path(*node).iter().map(|node| node.name().to_owned()).collect();
    let depth = names.len() as u64 - 1;
    let mut fields = Fields::new();
    let mut add = |name: &str, cell: Cell| fields.push((name.to_owned(), cell));
    add("stack", Cell::Texts(names));
    add("name", Cell::Text(node.name().to_owned()));
    add("depth", Cell::Whole(depth));
    add("path", Cell::Text(node.path().to_owned()));
    add("module", Cell::Text(node.location().module().to_owned()));
    add("file", Cell::Text(node.location().file().to_owned()));
    add("line", Cell::Whole(node.location().line().into()));
    match columns {
        Some(columns) => columns.iter().for_each(|column| {
            let (name, cell) = chosen(snapshot, node, column);
            add(&name, cell);
        }),
        None => {
            times(selected, node, &mut add);
            waits(node, &mut add);
            measured(snapshot, node, &mut add);
        }
    }
    fields
}

fn times(selected: &Selected, node: &NodeRef<'_>, add: &mut impl FnMut(&str, Cell)) {
    let has_time = !is_untimed(node);
    let sum = |time: Duration| Cell::time(has_time.then_some(time));
    let ended = |time: Duration| Cell::time((has_time && node.data().times.count > 0).then_some(time));
    add("count", Cell::Whole(node.count()));
    add("running", Cell::Whole(node.running()));
    add("total_ns", sum(node.total()));
    add("own_ns", sum(node.own()));
    add("own_of_omitted_ns", sum(selected.moved(node.place())));
    for (name, time) in [
        ("mean_ns", node.mean()),
        ("min_ns", node.min()),
        ("max_ns", node.max()),
        ("stddev_ns", node.stddev()),
        ("p50_ns", node.quantile(0.5)),
        ("p90_ns", node.quantile(0.9)),
        ("p99_ns", node.quantile(0.99)),
    ] {
        add(name, ended(time));
    }
    add("estimated", Cell::Flag(node.is_estimated()));
    add("across_parting", Cell::Flag(node.may_contain_parting()));
    add("parallel", Cell::Flag(node.is_parallel()));
}

fn waits(node: &NodeRef<'_>, add: &mut impl FnMut(&str, Cell)) {
    let is_async = node.is_async();
    let number = |number: u64| if is_async { Cell::Whole(number) } else { Cell::Absent };
    let completed = node.data().tasks.as_ref().is_some_and(|tasks| tasks.wall.count > 0);
    let wall = |time: Duration| Cell::time(completed.then_some(time));
    add("polls", number(node.polls()));
    add("cancelled", number(node.cancelled()));
    add("wall_total_ns", Cell::time(is_async.then(|| node.wall())));
    add("wall_mean_ns", wall(node.wall_mean()));
    add("wall_p50_ns", wall(node.wall_quantile(0.5)));
    add("wall_p99_ns", wall(node.wall_quantile(0.99)));
    add("wall_max_ns", wall(node.wall_max()));
    add("cancelled_wall_ns", Cell::time(is_async.then(|| node.cancelled_wall())));
}

fn measured(snapshot: &Snapshot, node: &NodeRef<'_>, add: &mut impl FnMut(&str, Cell)) {
    for component in snapshot.components() {
        let figures = node.column(&component.name);
        add(&component.name, Cell::number(figures.map(|figures| figures.total())));
        add(&format!("{}.own", component.name), Cell::number(figures.map(|figures| figures.own())));
    }
}

/// A column that was asked for, by the name that settings have for it.
fn chosen(snapshot: &Snapshot, node: &NodeRef<'_>, column: &Column) -> (String, Cell) {
    let value = column.value(snapshot, node);
    let seconds = |seconds: f64| Cell::Whole((seconds * 1e9).round() as u64);
    match column {
        Column::Count => ("count".to_owned(), value.map_or(Cell::Absent, |count| Cell::Whole(count as u64))),
        Column::Percent => ("share".to_owned(), Cell::number(value)),
        Column::Component { .. } => (column.name(), Cell::number(value)),
        _ => (format!("{}_ns", column.name()), value.map_or(Cell::Absent, seconds)),
    }
}

/// All nodes, each before what's below it, in the order that's asked for.
pub(super) fn ordered<'a>(snapshot: &'a Snapshot, order: Option<&Order>) -> Vec<NodeRef<'a>> {
    let sorted = |nodes: &mut Vec<NodeRef<'a>>| {
        if let Some(order) = order {
            nodes.sort_by(|a, b| order.compare(snapshot, a, b));
        }
        nodes.reverse();
    };
    let mut open: Vec<NodeRef<'a>> = snapshot.roots().collect();
    sorted(&mut open);
    let mut all = Vec::with_capacity(snapshot.len());
    while let Some(node) = open.pop() {
        all.push(node);
        let mut children = node.children().collect();
        sorted(&mut children);
        open.append(&mut children);
    }
    all
}
