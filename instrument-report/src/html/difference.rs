//! Two snapshots as one tree: the new one's call paths, behind them those that only the base has, and the base's figures of each.

use super::columns::{has_time, numbers, quantile, wholes};
use super::tree::{mean, observed};
use instrument_model::data::{Identity, Node};
use instrument_model::json::Writer;
use instrument_model::text::{moment, printable};
use instrument_model::{Invalid, NodeRef, Snapshot};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// A call path within its parent: the place of that, what it's called, and its thread's name where these are kept apart.
type Key<'a> = (Option<u32>, u32, Option<&'a str>);

/// What the nodes of a tree were in the base.
pub(super) struct Base<'a> {
    snapshot: &'a Snapshot,
    /// How many nodes are the new snapshot's; what's behind them is the base's only.
    new: usize,
    nodes: Vec<Option<NodeRef<'a>>>,
}

/// The new snapshot with a node without figures for each path that only the base has, and the base's node of each.
///
/// # Errors
/// There are more nodes than there can be.
pub(super) fn difference<'a>(base: &'a Snapshot, new: &'a Snapshot) -> Result<(Snapshot, Base<'a>), Invalid> {
    let mut data = new.data().clone();
    let mut labels: HashMap<Identity<'_>, u32> = HashMap::new();
    for (label, at) in new.data().labels.iter().zip(0..) {
        labels.entry(label.identity()).or_insert(at);
    }
    let mut known: HashMap<Key<'_>, u32> = HashMap::new();
    for (node, at) in new.data().nodes.iter().zip(0..) {
        let label = labels[&new.data().labels[node.label as usize].identity()];
        known.entry((node.parent, label, thread(new, node))).or_insert(at);
    }
    let mut nodes: Vec<Option<NodeRef<'_>>> = vec![None; data.nodes.len()];
    let mut places: Vec<u32> = Vec::with_capacity(base.len());
    for node in base.nodes() {
        let parent = node.data().parent.map(|parent| places[parent as usize]);
        let label = *labels.entry(node.label().identity()).or_insert_with(|| {
            let all = Arc::make_mut(&mut data.labels);
            all.push(Arc::clone(&base.data().labels[node.data().label as usize]));
            all.len() as u32 - 1
        });
        let twin = known.get(&(parent, label, thread(base, node.data()))).copied();
        // Two of the base that are the same here are two rows: nothing gets lost.
        let place = twin.filter(|&twin| nodes[twin as usize].is_none()).unwrap_or_else(|| {
            data.nodes.push(Node { label, parent, ..Node::default() });
            nodes.push(None);
            nodes.len() as u32 - 1
        });
        nodes[place as usize] = Some(node);
        places.push(place);
    }
    Ok((Snapshot::new(data)?, Base { snapshot: base, new: new.len(), nodes }))
}

fn thread<'a>(snapshot: &'a Snapshot, node: &Node) -> Option<&'a str> {
    node.thread.map(|thread| snapshot.data().threads[thread as usize].name.as_str())
}

impl<'a> Base<'a> {
    /// A figure of each node's; `None` where it has none, or the base hasn't that path.
    fn figures(&self, figure: impl Fn(&NodeRef<'a>) -> Option<u64>) -> impl Iterator<Item = Option<u64>> {
        self.nodes.iter().map(move |node| node.as_ref().and_then(&figure))
    }

    /// What's needed for the first look: facts, and of each node its times and calls.
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        let process = &self.snapshot.data().process;
        let start = UNIX_EPOCH + Duration::from_nanos(process.start);
        let start = if process.start > 0 { moment(start) } else { String::new() };
        for (name, text) in
            [("program", &process.program), ("host", &process.host), ("profile", &process.profile), ("start", &start)]
        {
            out.key(name);
            out.string(&printable(text));
        }
        numbers(out, "elapsed", std::iter::once(Some(self.snapshot.elapsed().as_nanos() as f64)));
        numbers(out, "new", std::iter::once(Some(self.new as f64)));
        let time = |node: &NodeRef<'_>, time: Duration| has_time(node).then_some(time.as_nanos() as u64);
        wholes(out, "own", self.figures(|node| time(node, node.own())));
        wholes(out, "total", self.figures(|node| time(node, node.total())));
        wholes(out, "count", self.figures(|node| Some(observed(node))));
        wholes(out, "mean", self.figures(mean));
        let is_vague = |node: &NodeRef<'_>| Some(u64::from(node.is_estimated() || node.may_contain_parting()));
        wholes(out, "isVague", self.figures(is_vague));
    }

    /// What's looked at later.
    pub(super) fn write_details(&self, out: &mut Writer<'_>) {
        let scale = self.snapshot.data().scale;
        for (name, q) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
            wholes(out, name, self.figures(|node| quantile(&node.data().times, scale, q)));
        }
    }
}
