//! Snapshots out of snapshots, against what's worked out another way.

mod grouping;
mod merging;
mod selecting;

use instrument_model::{NodeRef, Snapshot};

/// Each path with its total and own time, in the order of the tree.
fn figures(snapshot: &Snapshot) -> Vec<(String, u64, u64)> {
    let path = |node: NodeRef<'_>| {
        let mut names: Vec<&str> = std::iter::successors(Some(node), NodeRef::parent).map(|node| node.name()).collect();
        names.reverse();
        names.join(" ")
    };
    snapshot.nodes().map(|node| (path(node), node.data().total, node.data().own)).collect()
}
