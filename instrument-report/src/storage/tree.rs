//! A snapshot's columns of one component become trees of entries.
//!
//! Inclusive and exclusive figures come with the snapshot, made thread by thread: children that ran side by side may add
//! up to more than a parent's time, but never on one thread.

use super::entry::{Entry, Node, Statistics};
use super::hash;
use instrument_model::data::{Amount, Column, Component, Data, Moment};
use instrument_model::{Snapshot, Spread};
use std::collections::HashMap;

/// A path of the view, of one thread or several.
struct Path<'a> {
    label: &'a str,
    parent: Option<usize>,
    /// Its place in the snapshot's threads.
    thread: Option<u32>,
    tid: u64,
    laps: u64,
    total: Amount,
    own: Amount,
    inclusive: Spread,
    exclusive: Spread,
}

/// What a component measured: the roots, with what's below them, in the order in which they were first pushed.
///
/// A path is there if the component observed something on it or below, and hangs below the nearest one above it that's
/// there, too: `depth`, `hierarchy` and `rolling_hash` are those of the view. Paths that are the same in it are one entry.
/// Each single observation ([`Data::moments`]) is an entry of its own, below the single observation that it was made in,
/// else below the nearest path above it.
///
/// With `per_thread`, each thread has roots of its own, if the snapshot keeps its nodes apart by thread. Without, the same
/// path of several threads is one entry, with the number of the first; of a snapshot whose threads were merged before,
/// that's 0.
///
/// Costs a look-up in a hash table, and allocations, a node and a single observation.
///
/// ```
/// use instrument_report::storage;
///
/// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
/// for root in storage::tree(&snapshot, "thread_cpu", false) {
///     println!("{}: {}, own {}", root.inclusive.prefix, root.inclusive.data, root.exclusive.data);
/// }
/// ```
pub fn tree(snapshot: &Snapshot, component: &str, per_thread: bool) -> Vec<Node<Entry>> {
    let data = snapshot.data();
    let Some(at) = data.components.iter().position(|known| known.name == component) else { return Vec::new() };
    let mut paths = Paths { data, component: at as u32, per_thread, paths: Vec::new() };
    let nearest = paths.add_nodes();
    paths.add_moments(&nearest);
    assemble(paths)
}

struct Paths<'a> {
    data: &'a Data,
    component: u32,
    per_thread: bool,
    /// Parents before what's below them.
    paths: Vec<Path<'a>>,
}

impl<'a> Paths<'a> {
    fn column(&self, node: usize) -> Option<&'a Column> {
        self.data.nodes[node].columns.iter().find(|column| column.component == self.component)
    }

    fn label(&self, node: usize) -> &'a str {
        &self.data.labels[self.data.nodes[node].label as usize].name
    }

    /// Which nodes have anything to tell: an observation, or one below. A push that's open has a column and none.
    fn told(&self) -> Vec<bool> {
        let nodes = &self.data.nodes;
        let mut told = vec![false; nodes.len()];
        let mut below = vec![false; nodes.len()];
        // Parents come before their children.
        for at in (0..nodes.len()).rev() {
            let column = self.column(at);
            told[at] = column.is_some_and(|column| column.is_live() || below[at]);
            if let Some(parent) = nodes[at].parent {
                below[parent as usize] |= told[at] || below[at];
            }
        }
        told
    }

    /// Adds the paths of nodes. For each node, returns the nearest path, from its own upwards.
    fn add_nodes(&mut self) -> Vec<Option<usize>> {
        let data = self.data;
        let told = self.told();
        let mut nearest: Vec<Option<usize>> = Vec::with_capacity(data.nodes.len());
        let mut known: HashMap<(Option<usize>, Option<u32>, &str), usize> = HashMap::new();
        for (at, node) in data.nodes.iter().enumerate() {
            let parent = node.parent.and_then(|parent| nearest[parent as usize]);
            let Some(column) = self.column(at).filter(|_| told[at]) else {
                nearest.push(parent);
                continue;
            };
            let label = self.label(at);
            let key = (parent, node.thread.filter(|_| self.per_thread), label);
            let place = *known.entry(key).or_insert(self.paths.len());
            match self.paths.get_mut(place) {
                Some(path) => path.add(column),
                None => self.paths.push(Path {
                    label,
                    parent,
                    thread: node.thread,
                    tid: node.thread.map_or(0, |thread| data.threads[thread as usize].id),
                    laps: column.laps,
                    total: column.total,
                    own: column.own,
                    inclusive: column.inclusive,
                    exclusive: column.exclusive,
                }),
            }
            nearest.push(Some(place));
        }
        nearest
    }

    /// Adds single observations, thread by thread, each in the order in which it made them.
    fn add_moments(&mut self, nearest: &[Option<usize>]) {
        let data = self.data;
        let mut threads: HashMap<u64, usize> = HashMap::new();
        let mut moments: Vec<(usize, &Moment)> = Vec::new();
        for moment in data.moments.iter().filter(|moment| moment.component == self.component) {
            let next = threads.len();
            moments.push((*threads.entry(moment.thread).or_insert(next), moment));
        }
        // So that the one in which others were made, and which ended after them, comes before them.
        moments.sort_by_key(|(thread, moment)| (*thread, moment.id));
        let mut known: HashMap<(usize, u64), usize> = HashMap::new();
        for (thread, moment) in moments {
            let node = moment.node as usize;
            // The nearest that's there: what's between may have been overwritten.
            let above = || data.nodes[node].parent.and_then(|parent| nearest[parent as usize]);
            let parent = known.get(&(thread, moment.parent)).copied().or_else(above);
            known.insert((thread, moment.id), self.paths.len());
            self.paths.push(Path {
                label: self.label(node),
                parent,
                thread: data.nodes[node].thread,
                tid: moment.thread,
                laps: moment.laps,
                total: moment.total,
                own: moment.own,
                inclusive: Spread::of_one(moment.total.value()),
                exclusive: Spread::of_one(moment.own.share_of(&moment.total)),
            });
        }
    }
}

impl Path<'_> {
    fn add(&mut self, column: &Column) {
        self.laps = self.laps.saturating_add(column.laps);
        self.total.add(&column.total);
        self.own.add(&column.own);
        self.inclusive.merge(&column.inclusive);
        self.exclusive.merge(&column.exclusive);
    }
}

/// Hangs each path below its parent.
fn assemble(Paths { data, component, per_thread, paths }: Paths<'_>) -> Vec<Node<Entry>> {
    let component = &data.components[component as usize];
    let mut nodes: Vec<Option<Node<Entry>>> = Vec::with_capacity(paths.len());
    for path in &paths {
        // Parents come first, so the one above is made.
        let above = path.parent.and_then(|parent| nodes[parent].as_ref()).map(|parent| &parent.inclusive);
        let node = node(path, above, component, data.process.pid);
        nodes.push(Some(node));
    }
    let mut roots = Vec::new();
    // Parents come first, so the last node is complete.
    for (at, path) in paths.iter().enumerate().rev() {
        let Some(mut node) = nodes[at].take() else { continue };
        node.children.reverse();
        match path.parent.and_then(|parent| nodes[parent].as_mut()) {
            Some(parent) => parent.children.push(node),
            None => roots.push((path.thread, node)),
        }
    }
    roots.reverse();
    if per_thread {
        roots.sort_by_key(|(thread, _)| *thread);
    }
    roots.into_iter().map(|(_, root)| root).collect()
}

fn node(path: &Path<'_>, above: Option<&Entry>, component: &Component, pid: u32) -> Node<Entry> {
    let hash = hash::label(path.label);
    let mut hierarchy = above.map_or_else(Vec::new, |above| above.hierarchy.clone());
    hierarchy.push(hash);
    let entry = |data: f64, spread: &Spread| Entry {
        component: component.name.clone(),
        unit: component.unit.clone(),
        prefix: path.label.to_owned(),
        depth: hierarchy.len() - 1,
        hash,
        rolling_hash: hash::rolling(above.map(|above| above.rolling_hash), hash),
        hierarchy: hierarchy.clone(),
        tid: path.tid,
        pid,
        data,
        laps: path.laps,
        stats: statistics(spread),
    };
    Node {
        inclusive: entry(path.total.value(), &path.inclusive),
        exclusive: entry(path.own.share_of(&path.total), &path.exclusive),
        children: Vec::new(),
        is_dummy: path.inclusive.count == 0,
    }
}

fn statistics(spread: &Spread) -> Statistics {
    if spread.count == 0 {
        return Statistics::default();
    }
    Statistics {
        sum: spread.sum,
        min: spread.min(),
        max: spread.max(),
        sqr: spread.squares_about(0.0),
        mean: spread.mean(),
        stddev: spread.deviation(),
        count: spread.count,
    }
}
