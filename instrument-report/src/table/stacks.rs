//! A snapshot's nodes as rows: the call stacks, each level sorted by sum.
//!
//! A table that has room for all has a row for each node. One that hasn't makes room first: `Worker::run > … > read` is one
//! row for a chain of nodes with one child each, and has the figures of the last, since the others have at most 5 % of the
//! first's sum as own time, all together. One with more than that has a row of its own.

use super::cell::{Scene, Shown, figures};
use super::column::{Column, Figure};
use super::layout::{Layout, Limit, Row};
use super::order::Order;
use super::select::{Chain, Entry, Selection};
use crate::functions::is_untimed;
use instrument_model::data::Component;
use instrument_model::text::{TimeUnit, count, nearest, printable};
use instrument_model::{NodeRef, Snapshot};
use std::collections::HashMap;

/// The call stacks as a table.
pub(super) struct Stacks {
    pub(super) layout: Layout,
    /// What the footer has to say about it.
    pub(super) note: Option<String>,
    /// Whether rows leave call paths out, or share them.
    pub(super) is_cut: bool,
    /// Whether a share is above 100 %.
    pub(super) exceeds: bool,
}

/// What the table is to be like.
pub(super) struct Shape<'a> {
    pub(super) columns: Option<&'a [Column]>,
    pub(super) unit: TimeUnit,
    /// How many rows it may have.
    pub(super) limit: Limit,
    pub(super) order: Option<&'a Order>,
    pub(super) width: usize,
}

/// The table. Past the limit, chains of single children become one row, and so do each parent's smallest children.
pub(super) fn stacks(snapshot: &Snapshot, shape: &Shape<'_>) -> Stacks {
    let &Shape { columns, unit, limit, order, width } = shape;
    let selection = Selection::new(snapshot, limit.rows, order);
    let entries: Vec<_> = selection.entries().collect();
    let mut shown: Vec<Shown> =
        columns.unwrap_or(&Column::DEFAULT).iter().map(|column| Shown::new(column.clone(), snapshot)).collect();
    if columns.is_none() {
        shown.extend(of_components(snapshot, &entries));
    }
    let mut layout = layout(snapshot, &entries, &shown, unit);
    let note = match columns {
        // What was asked for is printed, whatever the width.
        Some(_) => unmeasured(snapshot, &entries, &shown),
        None => {
            let mut dropped = layout.narrow(width, &expendable(&shown));
            dropped.sort_unstable();
            left_out(&dropped.iter().map(|&place| &shown[place].column).collect::<Vec<_>>(), limit.is_option)
        }
    };
    // What's shown as 100 % isn't above.
    let most = snapshot.elapsed().mul_f64(1.0005);
    let exceeds = layout.heading.contains(&Column::Percent.heading())
        && entries.iter().any(|(_, entry)| match entry {
            Entry::Node(chain) => !is_untimed(&chain.node) && chain.node.total() > most,
            Entry::Rest(rest, _) => rest.total > most,
        });
    layout.below = hidden(&entries, selection.len(), limit);
    let is_cut = !layout.below.is_empty();
    layout.below.extend(busy(&entries, &shown));
    Stacks { layout, note, is_cut, exceeds }
}

/// What rows leave out of so many nodes, and how to see it.
fn hidden(entries: &[(usize, Entry<'_>)], nodes: usize, limit: Limit) -> Vec<String> {
    let (mut left_out, mut folded) = (0, 0);
    for (_, entry) in entries {
        match entry {
            Entry::Node(chain) => folded += chain.above.len() as u64,
            Entry::Rest(rest, _) => left_out += rest.nodes,
        }
    }
    let mut lines = Vec::new();
    if folded > 0 {
        lines.push(format!(
            "a > … > b: {} folded into the row of the only one below, whose figures it has; own time of those before it \
             is at most {:.0} % of the sum",
            paths(folded),
            Chain::HIDDEN * 100.0
        ));
    }
    if left_out + folded > 0 {
        lines.push(limit.how_to_see((left_out + folded) as usize, nodes, "call path"));
    }
    lines
}

/// Says which time an async function's is, where one is shown.
fn busy(entries: &[(usize, Entry<'_>)], shown: &[Shown]) -> Option<String> {
    let is_async = |(_, entry): &(usize, Entry<'_>)| matches!(entry, Entry::Node(chain) if chain.node.is_async());
    let is_time = |shown: &Shown| !matches!(shown.column, Column::Count | Column::Component { .. });
    (entries.iter().any(is_async) && shown.iter().any(is_time)).then(|| {
        "times of async functions are busy time here, that of their polls; what their callers waited is wall time, below"
            .to_owned()
    })
}

fn paths(number: u64) -> String {
    format!("{} call path{}", count(number), if number == 1 { "" } else { "s" })
}

fn layout(snapshot: &Snapshot, entries: &[(usize, Entry<'_>)], shown: &[Shown], unit: TimeUnit) -> Layout {
    let scene = Scene { snapshot, unit, elapsed: snapshot.elapsed() };
    // Most of a large tree has no row, and nobody asks what its nodes are called.
    let mut is_parent = vec![false; snapshot.len()];
    for (_, entry) in entries {
        if let Entry::Node(Chain { node, above }) = entry {
            let parents = above.iter().chain([node]).filter_map(|node| node.data().parent);
            parents.for_each(|parent| is_parent[parent as usize] = true);
        }
    }
    let mut namesakes: HashMap<(Option<u32>, &str), usize> = HashMap::new();
    for node in snapshot.nodes().filter(|node| node.data().parent.is_none_or(|parent| is_parent[parent as usize])) {
        *namesakes.entry((node.data().parent, node.name())).or_default() += 1;
    }
    // Rows of one given name are one row; where it's a default label, functions may share it.
    let is_ambiguous = |node: &NodeRef<'_>| {
        !node.label().is_given && namesakes.get(&(node.data().parent, node.name())).is_some_and(|&count| count > 1)
    };
    let rows = entries.iter().map(|(depth, entry)| match entry {
        Entry::Node(Chain { node, above }) => Row {
            depth: *depth,
            name: chain(
                above.first().map(|first| name(first, is_ambiguous(first))),
                above.len(),
                name(node, is_ambiguous(node)),
            ),
            aside: String::new(),
            cells: shown.iter().map(|column| column.cell(node, scene)).collect(),
        },
        Entry::Rest(rest, parent) => Row {
            depth: *depth,
            name: format!("… {} more", count(rest.nodes)),
            aside: parent.map_or_else(String::new, |parent| format!(" below {}", printable(parent.name()))),
            cells: shown.iter().map(|column| column.cell_of_rest(rest, scene)).collect(),
        },
    });
    let before = std::iter::once(None).chain(shown.iter().map(Some));
    let headings = shown
        .iter()
        .zip(before)
        .map(|(shown, before)| shown.column.heading_beside(before.map(|before| &before.column)));
    let heading = std::iter::once("Stack".to_owned()).chain(headings).collect();
    Layout { rows: rows.collect(), heading, below: Vec::new() }
}

/// The first and the last of a chain, and whether there are others between.
fn chain(first: Option<String>, above: usize, last: String) -> String {
    match (first, above) {
        (None, _) => last,
        (Some(first), 1) => format!("{first} > {last}"),
        (Some(first), _) => format!("{first} > … > {last}"),
    }
}

/// The name as it can be printed, and what's running; where it stands if another function beside it has the same.
fn name(node: &NodeRef<'_>, ambiguous: bool) -> String {
    let name = printable(node.name());
    let location = node.location();
    let file = location.file().rsplit(['/', '\\']).next().unwrap_or_default();
    let place = ambiguous.then(|| format!("{}:{}", printable(file), location.line()));
    let running = match node.running() {
        0 => None,
        1 => Some("running".to_owned()),
        more => Some(format!("{} running", count(more))),
    };
    let parallel = node.is_parallel().then(|| "parallel".to_owned());
    let marks: Vec<String> = [place, running, parallel].into_iter().flatten().collect();
    if marks.is_empty() { name } else { format!("{name} ({})", marks.join(", ")) }
}

/// The sum and the own figure of each component that any row has; of what's counted everywhere, the sums that are asked
/// for most.
fn of_components(snapshot: &Snapshot, entries: &[(usize, Entry<'_>)]) -> Vec<Shown> {
    let components = snapshot.components().iter().enumerate();
    let measured = components.filter(|(place, _)| is_measured(entries, *place));
    measured
        .flat_map(|(place, component)| {
            let figures = match component {
                Component { is_tally: true, name, .. } if Column::is_by_request(name) => &[][..],
                // An event's own figure is its sum.
                Component { is_tally: true, .. } | Component { is_event: true, .. } => &[Figure::Sum],
                _ => &[Figure::Sum, Figure::Own],
            };
            let column = |figure: &Figure| Column::component(&component.name, *figure);
            figures.iter().map(move |figure| Shown { column: column(figure), component: Some(place) })
        })
        .collect()
}

/// Whether any row has a figure of this component.
fn is_measured(entries: &[(usize, Entry<'_>)], component: usize) -> bool {
    entries.iter().any(|(_, entry)| match entry {
        Entry::Node(chain) => figures(&chain.node, component).is_some_and(|figures| figures.data().is_live()),
        Entry::Rest(rest, _) => {
            let sums = rest.columns.get(component).and_then(Option::as_ref);
            sums.is_some_and(|sums| sums.count > 0 || sums.total.sum != 0.0)
        }
    })
}

/// The places of the columns that a narrow terminal can go without, the first one to go first.
fn expendable(shown: &[Shown]) -> Vec<usize> {
    let of_figure = |wanted: Figure| {
        let is_it = move |column: &Column| matches!(column, Column::Component { figure, .. } if *figure == wanted);
        shown.iter().enumerate().rev().filter(move |(_, shown)| is_it(&shown.column)).map(|(place, _)| place)
    };
    let of_time = |column: Column| shown.iter().position(|shown| shown.column == column);
    let mut places: Vec<usize> = of_figure(Figure::Own).collect();
    places.extend([Column::Min, Column::Max, Column::Avg].into_iter().filter_map(of_time));
    let mut sums = of_figure(Figure::Sum).peekable();
    if sums.peek().is_some() {
        places.extend(of_time(Column::Percent));
    }
    places.extend(sums);
    places
}

/// Says which components aren't in the table at all, since it has no room for them.
fn left_out(dropped: &[&Column], by_option: bool) -> Option<String> {
    let names =
        names(dropped.iter().copied().filter(|column| matches!(column, Column::Component { figure: Figure::Sum, .. })));
    (!names.is_empty()).then(|| {
        let by = if by_option { "--columns" } else { "INSTRUMENT_COLUMNS" };
        format!("no room for {}; widen the terminal, set COLUMNS, or choose by {by}", names.join(", "))
    })
}

/// Says which components that were asked for have no figure.
fn unmeasured(snapshot: &Snapshot, entries: &[(usize, Entry<'_>)], shown: &[Shown]) -> Option<String> {
    let is_missing = |shown: &&Shown| !shown.component.is_some_and(|component| is_measured(entries, component));
    let missing = names(shown.iter().filter(is_missing).map(|shown| &shown.column));
    if missing.is_empty() {
        return None;
    }
    // One that the snapshot knows was measured, but not in this time or not by what's shown.
    let unknown = names(shown.iter().filter(|shown| shown.component.is_none()).map(|shown| &shown.column));
    let known = snapshot.components().iter().map(|component| component.name.as_str());
    let near = if let [name] = &unknown[..] { nearest(name, known) } else { None };
    let remedy = match (near, &unknown[..]) {
        (Some(near), _) => format!("; did you mean `{near}`?"),
        (None, []) => String::new(),
        (None, names) if names.iter().all(|name| Column::is_of_allocator(name)) => {
            let setting =
                if names.iter().any(|name| Column::is_of_profile(name)) { ", and INSTRUMENT_MEMORY=live" } else { "" };
            format!("; that takes instrument::CountingAllocator as the global allocator{setting}")
        }
        (None, names) => {
            let them = if names.len() == 1 { "it" } else { "them" };
            format!("; INSTRUMENT_COMPONENTS={} measures {them} in every span", names.join(","))
        }
    };
    Some(format!("nothing measured {}{remedy}", missing.join(", ")))
}

/// The components of columns, each once, in the order of these.
fn names<'a>(columns: impl Iterator<Item = &'a Column>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
        if let Column::Component { name, .. } = column
            && !names.contains(&printable(name))
        {
            names.push(printable(name));
        }
    }
    names
}
