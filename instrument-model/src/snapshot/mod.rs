//! A snapshot: a model that was checked, with links between its nodes.

mod figures;
mod interval;
mod node;
mod overhead;

pub use figures::{Figures, Whole};
pub use node::{Location, NodeRef};
pub use overhead::Recorded;

use crate::Lost;
use crate::data::{Checkpoints, Component, Data, Measurement, Node, Parting, Probe, Timer};
use crate::json::Step;
use std::fmt;
use std::time::Duration;

/// What a process has recorded since its start (or since a reset), or in an interval.
///
/// It's data: nothing changes it any more, it can be kept, sent, saved and compared.
///
/// ```
/// use instrument_model::Snapshot;
///
/// fn show(before: &Snapshot, after: &Snapshot) {
///     for root in after.since(before).roots() {
///         println!("{}: {} calls, {:?}", root.name(), root.count(), root.total());
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Snapshot {
    data: Data,
    links: Vec<Links>,
    first_root: u32,
}

/// Where the nodes beside and below one are, [`NOWHERE`] if there are none.
#[derive(Debug, Clone, Copy)]
struct Links {
    first_child: u32,
    sibling: u32,
}

const NOWHERE: u32 = u32::MAX;

/// Why a model isn't one: it names something that it doesn't have.
///
/// ```
/// use instrument_model::{Snapshot, data};
///
/// let node = data::Node { label: 7, ..data::Node::default() };
/// let error = Snapshot::new(data::Data { nodes: vec![node], ..data::Data::default() }).expect_err("no label");
/// assert_eq!(error.to_string(), "node 0 names label 7, of 0");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    problem: String,
    path: Vec<Step>,
}

impl Invalid {
    /// Which part of the model is wrong.
    pub(crate) fn path(&self) -> &[Step] {
        &self.path
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Invalid {}

/// A snapshot of nothing.
impl Default for Snapshot {
    fn default() -> Snapshot {
        Snapshot { data: Data::default(), links: Vec::new(), first_root: NOWHERE }
    }
}

impl Snapshot {
    /// The snapshot of a model. Costs a walk over its nodes.
    ///
    /// # Errors
    /// [`Invalid`] where the model names a label, node, thread or component that it doesn't have, or a parent that doesn't
    /// come before its children.
    pub fn new(data: Data) -> Result<Snapshot, Invalid> {
        let mut links = vec![Links { first_child: NOWHERE, sibling: NOWHERE }; data.nodes.len()];
        let mut first_root = NOWHERE;
        let mut left = data.nodes.len();
        if left >= NOWHERE as usize {
            check(&data)?;
        }
        // The last first, so that siblings come in the order in which they were met.
        for (place, node) in data.nodes.iter().enumerate().rev() {
            if !node.is_valid(place, &data) {
                break;
            }
            let first = match node.parent {
                None => &mut first_root,
                Some(parent) => &mut links[parent as usize].first_child,
            };
            let sibling = std::mem::replace(first, place as u32);
            links[place].sibling = sibling;
            left = place;
        }
        // One look at each node is much of what a snapshot costs: what's wrong is looked for only if anything is.
        if left > 0 || !data.moments.is_empty() {
            check(&data)?;
        }
        Ok(Snapshot { data, links, first_root })
    }

    /// The snapshot with these besides, which refer to none of its nodes.
    #[must_use]
    pub fn with(
        mut self,
        checkpoints: Vec<Checkpoints>,
        timers: Vec<Timer>,
        probes: Vec<Probe>,
        (cost, counting): (Option<f64>, Option<f64>),
    ) -> Snapshot {
        self.data = Data { checkpoints, timers, probes, cost, counting, ..self.data };
        self
    }

    /// What the component of this name measured on all call paths together: `snapshot.column("alloc_blocks").total()`.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::default();
    /// assert!(snapshot.column("alloc_blocks").total().is_nan(), "nobody counted");
    /// ```
    pub fn column(&self, component: &str) -> Whole<'_> {
        Whole::of(component, self)
    }

    /// The model.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The model, to be changed.
    pub fn into_data(self) -> Data {
        self.data
    }

    /// The time that the figures are about: since the process first used the toolkit, since the last reset, or since
    /// the earlier snapshot.
    pub fn elapsed(&self) -> Duration {
        self.data.scale.duration(self.data.to.saturating_sub(self.data.from))
    }

    /// When the clock that spans are timed by and the system's went apart, as where the machine slept: what was open
    /// meanwhile counts what the former did. See [`NodeRef::may_contain_parting`].
    pub fn partings(&self) -> &[Parting] {
        &self.data.partings
    }

    /// The outermost spans' nodes, in the order in which they were first met.
    pub fn roots(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.siblings(self.first_root)
    }

    /// All nodes, parents before their children.
    pub fn nodes(&self) -> impl Iterator<Item = NodeRef<'_>> {
        (0..self.data.nodes.len() as u32).map(|place| NodeRef::new(self, place))
    }

    /// The node at a place in [`Data::nodes`].
    pub fn node(&self, place: usize) -> Option<NodeRef<'_>> {
        (place < self.data.nodes.len()).then(|| NodeRef::new(self, place as u32))
    }

    fn siblings(&self, first: u32) -> impl Iterator<Item = NodeRef<'_>> {
        let some = |place: u32| (place != NOWHERE).then_some(place);
        std::iter::successors(some(first), move |&place| some(self.links[place as usize].sibling))
            .map(|place| NodeRef::new(self, place))
    }

    /// The node at a path of names, from a root downwards.
    ///
    /// Where several nodes have the path, since two functions share a default label, it's the one met first; `None` if
    /// there's none.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
    /// if let Some(node) = snapshot.find(&["loop", "update_state"]) {
    ///     println!("{} calls", node.count());
    /// }
    /// ```
    pub fn find(&self, path: &[&str]) -> Option<NodeRef<'_>> {
        fn below<'a>(snapshot: &'a Snapshot, first: u32, path: &[&str]) -> Option<NodeRef<'a>> {
            let (name, rest) = path.split_first()?;
            snapshot.siblings(first).filter(|node| node.name() == *name).find_map(|node| match rest {
                [] => Some(node),
                rest => below(snapshot, snapshot.links[node.place()].first_child, rest),
            })
        }
        below(self, self.first_root, path)
    }

    /// All measurements, by name.
    pub fn measurements(&self) -> &[Measurement] {
        &self.data.measurements
    }

    /// What was measured besides time; [`NodeRef::column`] has the figures.
    pub fn components(&self) -> &[Component] {
        &self.data.components
    }

    /// What was not recorded, by reason.
    pub fn lost(&self) -> Lost {
        self.data.lost
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.data.nodes.len()
    }

    /// Whether no span was recorded.
    pub fn is_empty(&self) -> bool {
        self.data.nodes.is_empty()
    }

    /// The most threads that recorded at the same time.
    pub fn threads(&self) -> usize {
        self.data.most_threads
    }

    /// All calls of all nodes.
    pub fn calls(&self) -> u64 {
        self.data.nodes.iter().map(Node::calls).fold(0, u64::saturating_add)
    }
}

impl Node {
    fn is_valid(&self, place: usize, data: &Data) -> bool {
        let known = |index: u32, of: usize| (index as usize) < of;
        known(self.label, data.labels.len())
            && self.parent.is_none_or(|parent| known(parent, place))
            && self.thread.is_none_or(|thread| known(thread, data.threads.len()))
            && self.columns.iter().all(|column| known(column.component, data.components.len()))
    }
}

/// The first thing that's wrong.
fn check(data: &Data) -> Result<(), Invalid> {
    if data.nodes.len() >= NOWHERE as usize {
        let problem = format!("{} nodes are more than there can be", data.nodes.len());
        return Err(Invalid { problem, path: vec![Step::Field("nodes")] });
    }
    let labels = data.labels.len();
    let (threads, components) = (data.threads.len(), data.components.len());
    for (place, node) in data.nodes.iter().enumerate() {
        let path = |field| vec![Step::Field("nodes"), Step::Item(place), Step::Field(field)];
        known(node.label, labels, || (format!("node {place} names label"), path("label")))?;
        if let Some(parent) = node.parent {
            known(parent, place, || (format!("node {place} has the parent"), path("parent")))?;
        }
        if let Some(thread) = node.thread {
            known(thread, threads, || (format!("node {place} names thread"), path("thread")))?;
        }
        for (at, column) in node.columns.iter().enumerate() {
            known(column.component, components, || {
                let within = [Step::Item(at), Step::Field("component")];
                (format!("node {place} names component"), [path("columns"), within.to_vec()].concat())
            })?;
        }
    }
    for (place, moment) in data.moments.iter().enumerate() {
        let path = |field| vec![Step::Field("moments"), Step::Item(place), Step::Field(field)];
        known(moment.component, components, || (format!("moment {place} names component"), path("component")))?;
        known(moment.node, data.nodes.len(), || (format!("moment {place} names node"), path("node")))?;
    }
    Ok(())
}

/// That an index is below the number of things; else `what` says who named it, and where.
fn known(index: u32, of: usize, what: impl FnOnce() -> (String, Vec<Step>)) -> Result<(), Invalid> {
    if (index as usize) < of {
        return Ok(());
    }
    let (names, path) = what();
    Err(Invalid { problem: format!("{names} {index}, of {of}"), path })
}
