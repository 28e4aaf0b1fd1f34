//! Call paths as rows of figures, for spreadsheets and scripts.

use super::metric::nanoseconds;
use super::path;
use crate::analysis::Selected;
use crate::functions::is_untimed;
use crate::table::{Column, Order};
use instrument_model::data::{Data, Node};
use instrument_model::{NodeRef, Snapshot};
use std::sync::Arc;
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
pub(super) enum Cell<'a> {
    Text(&'a str),
    Texts(Vec<&'a str>),
    Whole(u64),
    Number(f64),
    Flag(bool),
    /// Where a figure isn't known.
    Absent,
}

impl Cell<'_> {
    fn time(time: Option<Duration>) -> Self {
        time.map_or(Cell::Absent, |time| Cell::Whole(nanoseconds(time)))
    }

    fn number(number: Option<f64>) -> Self {
        number.map_or(Cell::Absent, Cell::Number)
    }
}

/// Call paths in the order that's asked for, and what they're listed with.
pub(super) struct Rows<'a> {
    selected: &'a Selected,
    order: Option<&'a Order>,
    columns: Figures<'a>,
}

enum Figures<'a> {
    /// All, of which these are the components, with the names of their own figures.
    All(Vec<(&'a str, String)>),
    /// Those that were asked for, by their names.
    Chosen(Vec<(&'a Column, String)>),
}

impl<'a> Rows<'a> {
    pub(super) fn new(selected: &'a Selected, listing: &'a Listing) -> Rows<'a> {
        let components = selected.snapshot.components().iter();
        let columns = match &listing.columns {
            None => Figures::All(
                components.map(|component| (&component.name[..], format!("{}.own", component.name))).collect(),
            ),
            Some(columns) => Figures::Chosen(columns.iter().map(|column| (column, name(column))).collect()),
        };
        Rows { selected, order: listing.order.as_ref(), columns }
    }

    /// The names of the fields that each call path has, also where there's none.
    pub(super) fn names(&self) -> Vec<String> {
        let (labels, nodes) = (Arc::new(vec![Arc::default()]), vec![Node::default()]);
        let mut names = Vec::new();
        if let Ok(any) = Snapshot::new(Data { labels, nodes, ..Data::default() }) {
            any.nodes().for_each(|node| self.fields(&node, &mut |name, _| names.push(name.to_owned())));
        }
        names
    }

    /// Has `each` called with the fields of each call path. All have the same ones.
    pub(super) fn each<E>(&self, mut each: impl FnMut(&[(&str, Cell<'_>)]) -> Result<(), E>) -> Result<(), E> {
        let mut row = Vec::new();
        ordered(&self.selected.snapshot, self.order).iter().try_for_each(|node| {
            row.clear();
            self.fields(node, &mut |name, cell| row.push((name, cell)));
            each(&row)
        })
    }

    fn fields<'b>(&'b self, node: &NodeRef<'b>, add: &mut impl FnMut(&'b str, Cell<'b>)) {
        let names: Vec<&str> = path(*node).iter().map(|node| node.name()).collect();
        let depth = names.len() as u64 - 1;
        let label = node.label();
        add("stack", Cell::Texts(names));
        add("name", Cell::Text(node.name()));
        add("depth", Cell::Whole(depth));
        add("path", Cell::Text(node.path()));
        add("module", Cell::Text(&label.module));
        add("file", Cell::Text(&label.file));
        add("line", Cell::Whole(label.line.into()));
        match &self.columns {
            Figures::Chosen(columns) => {
                columns.iter().for_each(|(column, name)| add(name, chosen(&self.selected.snapshot, node, column)));
            }
            Figures::All(components) => {
                times(self.selected, node, add);
                waits(node, add);
                for (name, own) in components {
                    let figures = node.column(name);
                    add(name, Cell::number(figures.map(|figures| figures.total())));
                    add(own, Cell::number(figures.map(|figures| figures.own())));
                }
            }
        }
    }
}

fn times<'a>(selected: &Selected, node: &NodeRef<'_>, add: &mut impl FnMut(&'a str, Cell<'a>)) {
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

fn waits<'a>(node: &NodeRef<'_>, add: &mut impl FnMut(&'a str, Cell<'a>)) {
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

/// What a column that was asked for is called, by the name that settings have for it.
fn name(column: &Column) -> String {
    match column {
        Column::Count => "count".to_owned(),
        Column::Percent => "share".to_owned(),
        Column::Component { .. } => column.name(),
        _ => format!("{}_ns", column.name()),
    }
}

fn chosen(snapshot: &Snapshot, node: &NodeRef<'_>, column: &Column) -> Cell<'static> {
    let value = column.value(snapshot, node);
    match column {
        Column::Count => value.map_or(Cell::Absent, |count| Cell::Whole(count as u64)),
        Column::Percent | Column::Component { .. } => Cell::number(value),
        _ => value.map_or(Cell::Absent, |seconds| Cell::Whole((seconds * 1e9).round() as u64)),
    }
}

/// All nodes, each before what's below it, in the order that's asked for.
fn ordered<'a>(snapshot: &'a Snapshot, order: Option<&Order>) -> Vec<NodeRef<'a>> {
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
