//! Graphs of threads become trees of entries.
//!
//! Inclusive and exclusive figures are made thread by thread, before paths are merged: children that ran side by side
//! may add up to more than a parent's time, but never on one thread.

use super::cell::{Cell, Figures, Values};
use super::entry::{Entry, Node, Statistics};
use super::graph::Graph;
use super::timeline::Moment;
use crate::component::{Component, Kind, Laps};
use std::collections::HashMap;

/// A path, of one thread or several.
struct Path {
    cell: &'static Cell,
    thread: u64,
    parent: Option<usize>,
    /// Of a single push its number and that of the push above it, which is one, too.
    push: Option<(u64, u64)>,
    figures: Figures,
    inclusive: Laps,
    exclusive: Laps,
}

pub(super) fn tree<C: Component>(graphs: &[&'static Graph], per_thread: bool) -> Vec<Node<Entry>> {
    let mut paths: Vec<Path> = Vec::new();
    let mut merged: HashMap<(Option<usize>, u64), usize> = HashMap::new();
    for graph in graphs {
        let mut places: HashMap<*const Cell, usize> = HashMap::new();
        let mut pushes: HashMap<u64, usize> = HashMap::new();
        for one in of_thread(graph, C::KIND) {
            let mut above = std::iter::successors(one.cell.parent, |cell| cell.parent);
            let parent = match one.push {
                // The nearest that's there: those between have nothing to tell but as single pushes, which may be gone.
                Some((_, above_it)) => {
                    pushes.get(&above_it).copied().or_else(|| above.find_map(|cell| at(&places, cell)))
                }
                None => above.next().and_then(|cell| at(&places, cell)),
            };
            if let Some((id, _)) = one.push {
                pushes.insert(id, paths.len());
                paths.push(Path { parent, ..one });
                continue;
            }
            let key = (parent, one.cell.hash);
            let at = match merged.get(&key) {
                Some(&at) => {
                    let path = &mut paths[at];
                    path.figures.merge(&one.figures);
                    path.inclusive.merge(&one.inclusive);
                    path.exclusive.merge(&one.exclusive);
                    at
                }
                None => {
                    merged.insert(key, paths.len());
                    paths.push(Path { parent, ..one });
                    paths.len() - 1
                }
            };
            places.insert(std::ptr::from_ref(one.cell), at);
        }
        if per_thread {
            // The next thread's paths are others, although they may have the same names.
            merged.clear();
        }
    }
    assemble::<C>(paths)
}

fn at(places: &HashMap<*const Cell, usize>, cell: &Cell) -> Option<usize> {
    places.get(&std::ptr::from_ref(cell)).copied()
}

/// The paths of one thread that have anything to tell, parents first, then single pushes; `parent` isn't set yet.
fn of_thread(graph: &'static Graph, kind: Kind) -> Vec<Path> {
    let moments = graph.moments();
    let cells = graph.cells();
    let places: HashMap<*const Cell, usize> =
        cells.iter().enumerate().map(|(at, cell)| (std::ptr::from_ref(*cell), at)).collect();
    let parent = |cell: &Cell| cell.parent.and_then(|parent| places.get(&std::ptr::from_ref(parent)).copied());
    // What was observed below each.
    let mut below = vec![Laps::default(); cells.len()];
    let mut paths = Vec::with_capacity(cells.len());
    // Children before their parents, both to add them up and since a parent that's read later can only have grown.
    for (at, &cell) in cells.iter().enumerate().rev() {
        let figures = cell.read();
        let own = Laps { sum: figures.sum, per: figures.per, count: figures.laps };
        let below_here = below[at];
        if figures.count == 0 && below_here.count == 0 {
            continue;
        }
        let (inclusive, exclusive) = if kind == Kind::Event { (own, own) } else { divide(&figures, below_here, kind) };
        if let Some(parent) = parent(cell) {
            below[parent].merge(&Laps { count: inclusive.count.max(below_here.count), ..inclusive });
        }
        paths.push(Path { cell, thread: graph.thread(), parent: None, push: None, figures, inclusive, exclusive });
    }
    paths.reverse();
    paths.extend(moments.iter().filter_map(|moment| Some(of_push(moment, cells.get(moment.cell)?, graph.thread()))));
    paths
}

/// A single push as a path of its own.
fn of_push(moment: &Moment, cell: &'static Cell, thread: u64) -> Path {
    let Moment { id, parent, laps, own, .. } = *moment;
    let figures = Figures {
        count: 1,
        laps: laps.count,
        sum: laps.sum,
        per: laps.per,
        inclusive: Values::of_one(laps.value()),
        exclusive: Values::of_one(own.share_of(laps)),
        ..Figures::default()
    };
    Path { cell, thread, parent: None, push: Some((id, parent)), figures, inclusive: laps, exclusive: own }
}

/// What's a path's with all below it, and what without.
fn divide(figures: &Figures, below: Laps, kind: Kind) -> (Laps, Laps) {
    let own = Laps { sum: figures.sum, per: figures.per, count: figures.laps };
    let nothing_here = own.count == 0;
    // What's open is below what it has observed itself so far.
    let at_least = |own: f64, below: f64| {
        if nothing_here || (kind == Kind::Total && own < below) { below } else { own }
    };
    let inclusive = Laps { sum: at_least(own.sum, below.sum), per: at_least(own.per, below.per), count: own.count };
    if figures.inner > 0 {
        // The sum is the outermost level's, what was observed within is all levels'.
        return (inclusive, figures.own);
    }
    let aside = figures.aside;
    (inclusive, inclusive.without(below, true).without(aside, kind == Kind::Level))
}

/// Hangs each path below its parent.
fn assemble<C: Component>(paths: Vec<Path>) -> Vec<Node<Entry>> {
    let mut hierarchies: Vec<Vec<u64>> = Vec::with_capacity(paths.len());
    for path in &paths {
        let mut hierarchy = path.parent.map_or_else(Vec::new, |parent| hierarchies[parent].clone());
        hierarchy.push(path.cell.hash);
        hierarchies.push(hierarchy);
    }
    let parents: Vec<Option<usize>> = paths.iter().map(|path| path.parent).collect();
    let mut nodes: Vec<Option<Node<Entry>>> =
        paths.iter().zip(hierarchies).map(|(path, hierarchy)| Some(node::<C>(path, hierarchy))).collect();
    let mut roots = Vec::new();
    // Parents come first, so the last node is complete.
    for at in (0..nodes.len()).rev() {
        let Some(mut node) = nodes[at].take() else { continue };
        node.children.reverse();
        match parents[at].and_then(|parent| nodes[parent].as_mut()) {
            Some(parent) => parent.children.push(node),
            None => roots.push(node),
        }
    }
    roots.reverse();
    roots
}

fn node<C: Component>(path: &Path, hierarchy: Vec<u64>) -> Node<Entry> {
    let entry = |data: f64, values: &Values| Entry {
        component: C::NAME,
        unit: C::UNIT,
        prefix: path.cell.label.as_ref().to_owned(),
        depth: path.cell.depth,
        hash: path.cell.hash,
        rolling_hash: path.cell.rolling_hash,
        hierarchy: hierarchy.clone(),
        tid: path.thread,
        pid: std::process::id(),
        data,
        laps: path.figures.laps,
        stats: statistics(values, path.figures.count),
    };
    Node {
        inclusive: entry(path.inclusive.value(), &path.figures.inclusive),
        exclusive: entry(path.exclusive.share_of(path.inclusive), &path.figures.exclusive),
        children: Vec::new(),
        is_dummy: path.figures.count == 0,
    }
}

fn statistics(values: &Values, count: u64) -> Statistics {
    if count == 0 {
        return Statistics::default();
    }
    Statistics {
        sum: values.sum,
        min: values.min,
        max: values.max,
        sqr: values.sqr,
        mean: values.sum / count as f64,
        stddev: (values.squares / count as f64).max(0.0).sqrt(),
        count,
    }
}
