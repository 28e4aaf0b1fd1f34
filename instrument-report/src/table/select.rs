//! Which nodes a table shows, and in what order.

use crate::snapshot::{NodeRef, Snapshot};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// A row's subject.
pub(super) enum Entry<'a> {
    Node(NodeRef<'a>),
    Rest(Rest),
}

/// Siblings with the smallest sums, and all that's below them, in one row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rest {
    /// How many nodes these are.
    pub(super) nodes: u64,
    /// All their calls.
    pub(super) calls: u64,
    /// The siblings' sums; those below are part of them.
    pub(super) total: Duration,
    pub(super) own: Duration,
    pub(super) estimated: bool,
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
        let nodes = &snapshot.nodes;
        let mut live = vec![false; nodes.len()];
        // Parents come before their children.
        for (place, node) in nodes.iter().enumerate().rev() {
            live[place] |= node.calls() > 0 || node.running > 0 || node.total > 0;
            if let (true, Some(parent)) = (live[place], node.parent) {
                live[parent as usize] = true;
            }
        }
        let mut selection = Selection { snapshot, live, shown: vec![false; nodes.len()] };
        let mut candidates = BinaryHeap::new();
        let mut parent = None;
        for _ in 0..limit {
            candidates.extend(selection.below(parent).map(|place| (nodes[place].total, Reverse(place))));
            let Some((_, Reverse(place))) = candidates.pop() else { break };
            selection.shown[place] = true;
            parent = Some(place);
        }
        selection
    }

    fn node(&self, place: usize) -> NodeRef<'a> {
        NodeRef { snapshot: self.snapshot, data: &self.snapshot.nodes[place] }
    }

    /// The live nodes below one, or the roots.
    fn below(&self, parent: Option<usize>) -> impl Iterator<Item = usize> {
        let nodes = &self.snapshot.nodes;
        let first = parent.map_or(self.snapshot.first_root, |parent| nodes[parent].first_child);
        let places = std::iter::successors(first, |&place| nodes[place as usize].sibling);
        places.map(|place| place as usize).filter(|&place| self.live[place])
    }

    /// What the table shows, line by line, with its depth.
    pub(super) fn entries(&self) -> impl Iterator<Item = (usize, Entry<'a>)> {
        let mut open: Vec<(usize, Result<usize, Rest>)> = Vec::new();
        self.push(&mut open, 0, None);
        std::iter::from_fn(move || {
            let (depth, next) = open.pop()?;
            Some((
                depth,
                match next {
                    Err(rest) => Entry::Rest(rest),
                    Ok(place) => {
                        self.push(&mut open, depth + 1, Some(place));
                        Entry::Node(self.node(place))
                    }
                },
            ))
        })
    }

    /// Pushes a level, the row that's printed first last.
    fn push(&self, open: &mut Vec<(usize, Result<usize, Rest>)>, depth: usize, parent: Option<usize>) {
        let (mut shown, hidden): (Vec<_>, Vec<_>) = self.below(parent).partition(|&place| self.shown[place]);
        let rest = hidden.iter().fold(Rest::default(), |rest, &place| self.add(rest, place));
        match hidden[..] {
            [] => {}
            // A row that says "1 more" takes as much room as the one it stands for.
            [single] if rest.nodes == 1 => shown.push(single),
            _ => open.push((depth, Err(rest))),
        }
        let total = |place: usize| self.snapshot.nodes[place].total;
        // Names break ties, so that the same figures make the same table.
        shown.sort_by(|&a, &b| total(b).cmp(&total(a)).then_with(|| self.node(a).name().cmp(self.node(b).name())));
        open.extend(shown.into_iter().rev().map(|place| (depth, Ok(place))));
    }

    /// Adds a node and what's below it.
    fn add(&self, mut rest: Rest, place: usize) -> Rest {
        rest.total = rest.total.saturating_add(self.node(place).total());
        let mut open = vec![place];
        while let Some(place) = open.pop() {
            let node = self.node(place);
            rest.nodes += 1;
            rest.calls = rest.calls.saturating_add(node.count());
            rest.own = rest.own.saturating_add(node.own());
            rest.estimated |= node.is_estimated();
            open.extend(self.below(Some(place)));
        }
        rest
    }

    /// Whether there's nothing to show.
    pub(super) fn is_empty(snapshot: &Snapshot) -> bool {
        !snapshot.nodes.iter().any(|node| node.calls() > 0 || node.running > 0 || node.total > 0)
    }
}
