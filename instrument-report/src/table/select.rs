//! Which nodes a table shows, and in what order.

use super::cell::{is_untimed, observations};
use instrument_model::data::Amount;
use instrument_model::{NodeRef, Snapshot};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::time::Duration;

/// A row's subject.
pub(super) enum Entry<'a> {
    Node(NodeRef<'a>),
    Rest(Rest),
}

/// Siblings with the smallest sums, and all that's below them, in one row.
#[derive(Debug, Clone, Default)]
pub(super) struct Rest {
    /// How many nodes these are.
    pub(super) nodes: u64,
    /// All their calls.
    pub(super) calls: u64,
    /// The siblings' sums; those below are part of them.
    pub(super) total: Duration,
    pub(super) own: Duration,
    /// Whether any has a time.
    pub(super) timed: bool,
    /// Whether a figure of any is estimated, or may be off since the clocks parted.
    pub(super) vague: bool,
    /// What each component of the snapshot measured on them, if it did.
    pub(super) columns: Vec<Option<Sums>>,
}

/// What a component measured on many nodes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) total: Amount,
    pub(super) own: Amount,
    pub(super) count: u64,
}

/// What siblings are sorted by, the greatest first: time, then what components measured, the first component's first.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Weight {
    timed: bool,
    ticks: u64,
    component: Reverse<u32>,
    amount: f64,
}

impl Weight {
    fn of(node: &NodeRef<'_>) -> Weight {
        match node.data().columns.first() {
            Some(first) if is_untimed(node) => {
                Weight { timed: false, ticks: 0, component: Reverse(first.component), amount: first.total.value() }
            }
            _ => Weight { timed: true, ticks: node.data().total, component: Reverse(0), amount: 0.0 },
        }
    }
}

impl Eq for Weight {}

impl PartialOrd for Weight {
    fn partial_cmp(&self, other: &Weight) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Weight {
    fn cmp(&self, other: &Weight) -> Ordering {
        let of = |weight: &Weight| (weight.timed, weight.ticks, weight.component);
        of(self).cmp(&of(other)).then_with(|| self.amount.total_cmp(&other.amount))
    }
}

/// The nodes of a snapshot that are worth a row.
pub(super) struct Selection<'a> {
    snapshot: &'a Snapshot,
    /// Nodes that saw something, and those above them: what an interval has nothing of says nothing about it.
    live: Vec<bool>,
    shown: Vec<bool>,
}

impl<'a> Selection<'a> {
    /// The nodes with the greatest sums that make at most `limit` rows and hang together, so that none is shown
    /// without what it was called from.
    pub(super) fn new(snapshot: &'a Snapshot, limit: usize) -> Self {
        let mut live = vec![false; snapshot.len()];
        // Time that's found there or, where there's none, below.
        let mut reach = vec![0_u64; snapshot.len()];
        // Parents come before their children.
        for place in (0..snapshot.len()).rev() {
            let Some(node) = snapshot.node(place) else { continue };
            live[place] |= node.data().is_live();
            if !is_untimed(&node) {
                reach[place] = node.data().total;
            }
            if let Some(parent) = node.data().parent {
                live[parent as usize] |= live[place];
                reach[parent as usize] = reach[parent as usize].saturating_add(reach[place]);
            }
        }
        let mut selection = Selection { snapshot, live, shown: vec![false; snapshot.len()] };
        let mut candidates = BinaryHeap::new();
        let mut parent = None;
        for _ in 0..limit {
            let key = |node: NodeRef<'a>| (reach[node.place()], Weight::of(&node), Reverse(node.place()));
            candidates.extend(selection.below(parent).into_iter().map(key));
            let Some((.., Reverse(place))) = candidates.pop() else { break };
            selection.shown[place] = true;
            parent = snapshot.node(place);
        }
        selection
    }

    /// The live nodes below one, or the roots.
    fn below(&self, parent: Option<NodeRef<'a>>) -> Vec<NodeRef<'a>> {
        let is_live = |node: &NodeRef<'a>| self.live[node.place()];
        match parent {
            Some(parent) => parent.children().filter(is_live).collect(),
            None => self.snapshot.roots().filter(is_live).collect(),
        }
    }

    /// What the table shows, line by line, with its depth.
    pub(super) fn entries(&self) -> impl Iterator<Item = (usize, Entry<'a>)> {
        let mut open: Vec<(usize, Entry<'a>)> = Vec::new();
        self.push(&mut open, 0, None);
        std::iter::from_fn(move || {
            let (depth, next) = open.pop()?;
            if let Entry::Node(node) = next {
                self.push(&mut open, depth + 1, Some(node));
            }
            Some((depth, next))
        })
    }

    /// Pushes a level, the row that's printed first last.
    fn push(&self, open: &mut Vec<(usize, Entry<'a>)>, depth: usize, parent: Option<NodeRef<'a>>) {
        let (mut shown, hidden): (Vec<_>, Vec<_>) =
            self.below(parent).into_iter().partition(|node| self.shown[node.place()]);
        let mut rest = Rest { columns: vec![None; self.snapshot.components().len()], ..Rest::default() };
        hidden.iter().for_each(|node| self.add(&mut rest, *node));
        match hidden[..] {
            [] => {}
            // A row that says "1 more" takes as much room as the one it stands for.
            [single] if rest.nodes == 1 => shown.push(single),
            _ => open.push((depth, Entry::Rest(rest))),
        }
        // Names break ties, so that the same figures make the same table.
        shown.sort_by(|a, b| Weight::of(b).cmp(&Weight::of(a)).then_with(|| a.name().cmp(b.name())));
        open.extend(shown.into_iter().rev().map(|node| (depth, Entry::Node(node))));
    }

    /// Adds a node and what's below it.
    fn add(&self, rest: &mut Rest, node: NodeRef<'a>) {
        // With each node, the components that have a sum above it already, as a list that grows downwards.
        let mut open: Vec<(NodeRef<'a>, bool, Vec<u32>)> = vec![(node, false, Vec::new())];
        while let Some((node, is_within, mut counted)) = open.pop() {
            rest.nodes += 1;
            rest.calls = rest.calls.saturating_add(observations(&node));
            rest.own = rest.own.saturating_add(node.own());
            rest.vague |= node.is_estimated() || node.may_contain_parting();
            let timed = !is_untimed(&node);
            if timed && !is_within {
                rest.total = rest.total.saturating_add(node.total());
                rest.timed = true;
            }
            for column in &node.data().columns {
                let sums = rest.columns[column.component as usize].get_or_insert_default();
                sums.own.add(&column.own);
                sums.count = sums.count.saturating_add(column.inclusive.count);
                // What's below an event isn't part of it.
                if self.snapshot.components()[column.component as usize].is_event {
                    sums.total.add(&column.total);
                } else if !counted.contains(&column.component) {
                    sums.total.add(&column.total);
                    counted.push(column.component);
                }
            }
            let below = self.below(Some(node)).into_iter();
            open.extend(below.map(|child| (child, is_within || timed, counted.clone())));
        }
    }
}

/// Whether there's nothing to show.
pub(super) fn is_empty(snapshot: &Snapshot) -> bool {
    !snapshot.nodes().any(|node| node.data().is_live())
}
