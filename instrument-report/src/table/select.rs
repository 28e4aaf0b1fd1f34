//! Which nodes a table shows, and in what order.

use super::cell::observations;
use super::order::Order;
use crate::functions::is_untimed;
use instrument_model::data::Amount;
use instrument_model::{Figures, NodeRef, Snapshot};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::time::Duration;

/// A row's subject.
pub(super) enum Entry<'a> {
    Node(Chain<'a>),
    /// What's left out below a node, or of the roots.
    Rest(Rest, Option<NodeRef<'a>>),
}

/// A node, and those above it that share its row since each of them has one child only and hardly any own time.
pub(super) struct Chain<'a> {
    /// The innermost, whose figures the row has.
    pub(super) node: NodeRef<'a>,
    /// The others, the outermost first. Mostly none.
    pub(super) above: Vec<NodeRef<'a>>,
}

impl Chain<'_> {
    /// The share of the outermost's sum that the others' own time may be in all.
    pub(super) const HIDDEN: f64 = 0.05;
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

/// What siblings are sorted by, the greatest first: time, then what components measured, the first component's first; or the
/// figure that's asked for.
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

impl Weight {
    fn asked(amount: f64) -> Weight {
        Weight { timed: true, ticks: 0, component: Reverse(0), amount }
    }

    /// That of each node, if it's asked for.
    fn all(snapshot: &Snapshot, order: Option<&Order>) -> Vec<Weight> {
        match order {
            None => snapshot.nodes().map(|node| Weight::of(&node)).collect(),
            // Names break ties.
            Some(Order::Name) => vec![Weight::asked(0.0); snapshot.len()],
            Some(Order::Column(column)) => {
                let value = |node| column.value(snapshot, &node).unwrap_or(f64::NEG_INFINITY);
                snapshot.nodes().map(|node| Weight::asked(value(node))).collect()
            }
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
    weights: Vec<Weight>,
    folds: bool,
}

impl<'a> Selection<'a> {
    /// The nodes with the greatest sums that make at most `limit` rows and hang together, so that none is shown
    /// without what it was called from. Where these aren't all, chains of single children are one row each.
    pub(super) fn new(snapshot: &'a Snapshot, limit: usize, order: Option<&Order>) -> Self {
        let mut selection = Selection {
            snapshot,
            live: vec![false; snapshot.len()],
            shown: Vec::new(),
            weights: Weight::all(snapshot, order),
            folds: false,
        };
        let heights = selection.measure(order);
        // Each shown node has at most one row more below it, which says the same as the node that it stands for.
        let may_be_whole = selection.len() <= limit.saturating_mul(2).saturating_add(1);
        let is_whole = may_be_whole && {
            selection.choose(limit, &heights);
            !selection.entries().any(|(_, entry)| matches!(entry, Entry::Rest(..)))
        };
        if !is_whole {
            selection.folds = true;
            selection.choose(limit, &heights);
        }
        selection
    }

    /// Finds what's live, and what makes a node worth a row, the greatest first.
    fn measure(&mut self, order: Option<&Order>) -> Vec<(Option<Weight>, u64)> {
        let is_asked = matches!(order, Some(Order::Column(_)));
        // The greatest figure there or below, where one is asked for: what has it is shown, with what it's called from.
        // Then time that's found there or, where there's none, below.
        let mut heights = vec![(None, 0_u64); self.snapshot.len()];
        // Parents come before their children.
        for place in (0..self.snapshot.len()).rev() {
            let Some(node) = self.snapshot.node(place) else { continue };
            self.live[place] |= node.data().is_live();
            if !is_untimed(&node) {
                heights[place].1 = node.data().total;
            }
            if is_asked {
                heights[place].0 = heights[place].0.max(Some(self.weights[place]));
            }
            if let Some(parent) = node.data().parent {
                let parent = parent as usize;
                self.live[parent] |= self.live[place];
                heights[parent].0 = heights[parent].0.max(heights[place].0);
                heights[parent].1 = heights[parent].1.saturating_add(heights[place].1);
            }
        }
        heights
    }

    /// Chooses what's shown.
    fn choose(&mut self, limit: usize, heights: &[(Option<Weight>, u64)]) {
        self.shown = vec![false; self.snapshot.len()];
        let mut candidates = BinaryHeap::new();
        let mut parent = None;
        for _ in 0..limit {
            let key = |node: NodeRef<'a>| {
                let place = node.place();
                (heights[place], self.weights[place], Reverse(place))
            };
            candidates.extend(self.below(parent).into_iter().map(key));
            let Some((.., Reverse(place))) = candidates.pop() else { break };
            self.shown[place] = true;
            parent = self.snapshot.node(place).map(|node| self.chain(node).node);
        }
    }

    /// How many nodes there are to show.
    pub(super) fn len(&self) -> usize {
        self.live.iter().filter(|live| **live).count()
    }

    /// The row of a node and of those below it that fold into it.
    fn chain(&self, mut node: NodeRef<'a>) -> Chain<'a> {
        let mut above = Vec::new();
        let mut room = node.total().mul_f64(Chain::HIDDEN);
        while self.folds
            && let [child] = self.below(Some(node))[..]
            && (above.is_empty() || !node.is_parallel())
            && hides_nothing(&node, &child)
            && let Some(left) = room.checked_sub(node.own())
        {
            room = left;
            above.push(node);
            node = child;
        }
        Chain { node, above }
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
            if let Entry::Node(chain) = &next {
                self.push(&mut open, depth + 1, Some(chain.node));
            }
            Some((depth, next))
        })
    }

    /// Pushes a level, the row that's printed first last.
    fn push(&self, open: &mut Vec<(usize, Entry<'a>)>, depth: usize, parent: Option<NodeRef<'a>>) {
        let (shown, hidden): (Vec<_>, Vec<_>) =
            self.below(parent).into_iter().partition(|node| self.shown[node.place()]);
        let mut shown: Vec<Chain<'a>> = shown.into_iter().map(|node| self.chain(node)).collect();
        let mut rest = Rest { columns: vec![None; self.snapshot.components().len()], ..Rest::default() };
        hidden.iter().for_each(|node| self.add(&mut rest, *node));
        // A row that says "1 more" takes as much room as the one it stands for.
        let single = if let [single] = hidden[..] { Some(self.chain(single)) } else { None };
        match single.filter(|chain| rest.nodes == chain.above.len() as u64 + 1) {
            Some(chain) => shown.push(chain),
            None if hidden.is_empty() => {}
            None => open.push((depth, Entry::Rest(rest, parent))),
        }
        // Names break ties, so that the same figures make the same table.
        let name = |chain: &Chain<'a>| chain.above.first().unwrap_or(&chain.node).name();
        let weight = |chain: &Chain<'a>| self.weights[chain.node.place()];
        shown.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| name(a).cmp(name(b))));
        open.extend(shown.into_iter().rev().map(|chain| (depth, Entry::Node(chain))));
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

/// Whether a row of the child alone tells what a reader needs to know of its parent, but for the parent's own time: what
/// runs is marked, and what a component measured on the parent itself is a figure like time.
fn hides_nothing(node: &NodeRef<'_>, child: &NodeRef<'_>) -> bool {
    // Of what has no own figure, as an event, the own one is the sum.
    let is_small = |figures: Figures<'_>| figures.own().abs() <= figures.total().abs() * Chain::HIDDEN;
    let is_told = node.running() == 0 || child.running() > 0;
    is_told && !is_untimed(node) && !is_untimed(child) && child.total() <= node.total() && node.columns().all(is_small)
}

/// Whether there's nothing to show.
pub(super) fn is_empty(snapshot: &Snapshot) -> bool {
    !snapshot.nodes().any(|node| node.data().is_live())
}
