//! A snapshot: all call trees of the process merged by path, as plain data that nothing changes any more.

mod active;
mod interval;
mod measurement;
mod node;
mod take;

pub use active::{Active, ActiveThread, OpenSpan, WaitingTask, active};
pub use measurement::Measurement;
pub use node::NodeRef;
pub(crate) use node::{Key, NodeData, Tasks, deviation};
#[cfg(unix)]
pub(crate) use take::hold;
pub use take::{reset, snapshot};

use crate::clock::Scale;
use crate::registry::Lost;
use std::time::Duration;

/// What the process has recorded since its start (or since [`reset`]), or in an interval; see [`snapshot`].
///
/// ```
/// use instrument_core::snapshot;
/// let before = snapshot();
/// // … the program works …
/// let interval = snapshot().since(&before);
/// for root in interval.roots() {
///     println!("{}: {} calls, {:?}", root.name(), root.count(), root.total());
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Parents before their children; siblings are linked in the order in which they were met.
    pub(crate) nodes: Vec<NodeData>,
    pub(crate) first_root: Option<u32>,
    pub(crate) measurements: Vec<Measurement>,
    pub(crate) lost: Lost,
    pub(crate) scale: Scale,
    /// The interval's ends, in ticks.
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// The epoch that this snapshot has ended.
    pub(crate) epoch: u32,
    /// The epoch of the last reset before it.
    pub(crate) era: u32,
    /// How many trees had anything in them: the most threads that recorded at the same time.
    pub(crate) threads: usize,
}

impl Snapshot {
    /// The time that the figures are about: since the process first used the toolkit, since the last reset, or since
    /// the earlier snapshot.
    pub fn elapsed(&self) -> Duration {
        self.scale.duration(self.to.saturating_sub(self.from))
    }

    /// The outermost spans' nodes, in no particular order.
    pub fn roots(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.siblings(self.first_root)
    }

    pub(crate) fn siblings(&self, first: Option<u32>) -> impl Iterator<Item = NodeRef<'_>> {
        let link = move |index: Option<u32>| Some(NodeRef { snapshot: self, data: self.nodes.get(index? as usize)? });
        std::iter::successors(link(first), move |node| link(node.data.sibling))
    }

    /// The node at a path of names, from a root downwards.
    ///
    /// Where several nodes have the path, since two functions share a default label, it's the one met first; `None` if
    /// there's none.
    ///
    /// ```
    /// # let snapshot = instrument_core::snapshot();
    /// if let Some(node) = snapshot.find(&["loop", "update_state"]) {
    ///     println!("{} calls", node.count());
    /// }
    /// ```
    pub fn find(&self, path: &[&str]) -> Option<NodeRef<'_>> {
        fn below<'a>(snapshot: &'a Snapshot, first: Option<u32>, path: &[&str]) -> Option<NodeRef<'a>> {
            let (name, rest) = path.split_first()?;
            snapshot.siblings(first).filter(|node| node.name() == *name).find_map(|node| match rest {
                [] => Some(node),
                rest => below(snapshot, node.data.first_child, rest),
            })
        }
        below(self, self.first_root, path)
    }

    /// All measurements, by name.
    pub fn measurements(&self) -> &[Measurement] {
        &self.measurements
    }

    /// What was not recorded, by reason.
    pub fn lost(&self) -> Lost {
        self.lost
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether no span was recorded.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The most threads that recorded at the same time.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// All calls of all nodes.
    pub(crate) fn calls(&self) -> u64 {
        self.nodes.iter().map(NodeData::calls).sum()
    }
}
