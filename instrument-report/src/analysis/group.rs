//! Call paths put together by what they have in common.

use super::add;
use super::select::{Selected, copy_without_nodes};
use instrument_model::data::{Label, Node};
use instrument_model::{Invalid, NodeRef, Snapshot};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// What call paths are put together by, see [`group`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grouping {
    /// The function, or the span by its name, wherever it's called from.
    Function,
    /// The module that the function is in.
    Module,
    /// The source file.
    File,
    /// The thread, with its call paths below it.
    Thread,
}

/// Why a snapshot can't be grouped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupError {
    /// Its nodes aren't kept apart by threads.
    NoThreads,
    /// The model isn't one.
    Invalid(Invalid),
}

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GroupError::NoThreads => f.write_str(
                "threads aren't kept apart in it; they are where INSTRUMENT_SAVE is beside INSTRUMENT_SAVE_THREADS=on",
            ),
            GroupError::Invalid(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for GroupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            GroupError::NoThreads => None,
            GroupError::Invalid(error) => Some(error),
        }
    }
}

impl From<Invalid> for GroupError {
    fn from(error: Invalid) -> GroupError {
        GroupError::Invalid(error)
    }
}

/// A snapshot with one node for each function, module or file, in the order in which they're first met on the way down; or
/// with one for each thread, above its call paths.
///
/// Own times, counts and distributions add up. The total of a group is the time with any of it on the stack: what a member
/// calls that's also of the group is part of the outermost member's total already, so recursion counts once. Single
/// observations of components are left out.
///
/// Costs a look-up in a hash table a node.
///
/// # Errors
/// [`GroupError::NoThreads`] where threads are asked for and aren't kept apart.
///
/// ```
/// use instrument_model::data::{Data, Label, Node};
/// use instrument_model::Snapshot;
/// use instrument_report::analysis::{Grouping, group};
/// use std::sync::Arc;
///
/// let label = Arc::new(Label { name: "walk".into(), module: "tree".into(), ..Label::default() });
/// let node = |parent, total, own| Node { parent, total, own, untimed: 1, ..Node::default() };
/// let snapshot = Snapshot::new(Data {
///     labels: Arc::new(vec![label]),
///     nodes: vec![node(None, 10, 4), node(Some(0), 6, 6)],
///     ..Data::default()
/// })?;
/// let grouped = group(&snapshot, Grouping::Module)?;
/// let tree = grouped.find(&["tree"]).expect("a module");
/// assert_eq!((tree.count(), tree.total().as_nanos(), tree.own().as_nanos()), (2, 10, 10));
/// # Ok::<(), instrument_report::analysis::GroupError>(())
/// ```
pub fn group(snapshot: &Snapshot, by: Grouping) -> Result<Snapshot, GroupError> {
    let grouped = if by == Grouping::Thread { threads(snapshot)? } else { flat(snapshot, by) };
    Ok(Snapshot::new(grouped)?)
}

impl Selected {
    /// The same of what was selected, as [`group`].
    ///
    /// # Errors
    /// Those of [`group`].
    pub fn group(&self, by: Grouping) -> Result<Selected, GroupError> {
        let mut grouped = Selected::whole(group(&self.snapshot, by)?);
        (grouped.omitted, grouped.gone) = (self.omitted, self.gone);
        Ok(grouped)
    }
}

/// What all nodes of a group have in common.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Site(instrument_model::data::Identity<'a>),
    Text(&'a str),
}

impl<'a> Key<'a> {
    fn of(node: &NodeRef<'a>, by: Grouping) -> Key<'a> {
        match by {
            Grouping::Module => Key::Text(&node.label().module),
            Grouping::File => Key::Text(&node.label().file),
            Grouping::Function | Grouping::Thread => Key::Site(node.label().identity()),
        }
    }
}

fn label(node: &NodeRef<'_>, by: Grouping) -> Arc<Label> {
    let of = |text: &Cow<'static, str>, file: Cow<'static, str>| {
        let name = if text.is_empty() { "(unknown)".into() } else { text.clone() };
        Arc::new(Label { path: name.clone(), name, is_given: true, file, sample: 1, ..Label::default() })
    };
    match by {
        Grouping::Module => of(&node.label().module, Cow::Borrowed("")),
        Grouping::File => of(&node.label().file, node.label().file.clone()),
        Grouping::Function | Grouping::Thread => Arc::new(node.label().clone()),
    }
}

/// What's on the way from the root down to a node.
#[derive(Default)]
struct Above {
    /// For each node of the way, its group and the components that it has figures of.
    way: Vec<(usize, Vec<u32>)>,
    /// How often each group is on the way,
    groups: Vec<usize>,
    /// and with figures of which component.
    components: HashMap<(usize, u32), usize>,
}

impl Above {
    fn leave(&mut self, depth: usize) {
        for (group, components) in self.way.drain(depth..) {
            self.groups[group] -= 1;
            for component in components {
                self.components.entry((group, component)).and_modify(|count| *count -= 1);
            }
        }
    }

    fn enter(&mut self, group: usize, node: &Node) {
        self.groups[group] += 1;
        let components: Vec<u32> = node.columns.iter().map(|column| column.component).collect();
        for &component in &components {
            *self.components.entry((group, component)).or_default() += 1;
        }
        self.way.push((group, components));
    }

    fn has(&self, group: usize, component: u32) -> bool {
        self.components.get(&(group, component)).is_some_and(|&count| count > 0)
    }
}

fn flat(snapshot: &Snapshot, by: Grouping) -> instrument_model::data::Data {
    let (mut nodes, mut labels): (Vec<Node>, Vec<Arc<Label>>) = Default::default();
    let mut known: HashMap<Key<'_>, usize> = HashMap::new();
    let mut above = Above::default();
    let mut open: Vec<(usize, NodeRef<'_>)> = snapshot.roots().map(|root| (0, root)).collect();
    open.reverse();
    while let Some((depth, node)) = open.pop() {
        above.leave(depth);
        let below = open.len();
        open.extend(node.children().map(|child| (depth + 1, child)));
        open[below..].reverse();
        let place = *known.entry(Key::of(&node, by)).or_insert_with(|| {
            nodes.push(Node { label: labels.len() as u32, ..Node::default() });
            labels.push(label(&node, by));
            above.groups.push(0);
            nodes.len() - 1
        });
        let mut more = Node { is_parallel: false, ..node.data().clone() };
        if above.groups[place] > 0 {
            more.total = 0;
        }
        for column in &mut more.columns {
            if above.has(place, column.component) && !snapshot.components()[column.component as usize].is_event {
                column.total = Default::default();
            }
        }
        above.enter(place, node.data());
        add::node(&mut nodes[place], more);
    }
    instrument_model::data::Data {
        labels: Arc::new(labels),
        nodes,
        threads: Vec::new(),
        ..copy_without_nodes(snapshot)
    }
}

fn threads(snapshot: &Snapshot) -> Result<instrument_model::data::Data, GroupError> {
    let data = snapshot.data();
    if data.threads.is_empty() {
        return Err(GroupError::NoThreads);
    }
    let mut labels: Vec<Arc<Label>> = data.labels.to_vec();
    let mut nodes: Vec<Node> = Vec::with_capacity(data.nodes.len() + data.threads.len());
    for thread in &data.threads {
        let name = Cow::from(thread.name.clone());
        nodes.push(Node { label: labels.len() as u32, ..Node::default() });
        labels.push(Arc::new(Label { path: name.clone(), name, is_given: true, sample: 1, ..Label::default() }));
    }
    let shift = data.threads.len() as u32;
    for node in &data.nodes {
        let mut node = node.clone();
        match (node.parent, node.thread) {
            (Some(parent), _) => node.parent = Some(parent + shift),
            (None, Some(thread)) => {
                let total = node.total;
                let root = &mut nodes[thread as usize];
                root.total = root.total.saturating_add(total);
                node.parent = Some(thread);
            }
            (None, None) => {}
        }
        nodes.push(node);
    }
    Ok(instrument_model::data::Data { labels: Arc::new(labels), nodes, ..copy_without_nodes(snapshot) })
}
