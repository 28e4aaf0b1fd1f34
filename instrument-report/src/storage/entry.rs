//! What's read of a call graph: plain data, which the feature `serde` makes `Serialize`.

use instrument_model::Unit;

/// What one component measured on one call path.
///
/// All figures are in the component's unit: seconds, bytes, counts, percent.
///
/// [`Display`](std::fmt::Display) is a line, indented by its depth.
///
/// ```
/// use instrument_report::storage::Entry;
///
/// fn show(entry: &Entry) {
///     println!("{}: {} {} in {} laps", entry.prefix, entry.data, entry.unit, entry.laps);
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Entry {
    /// The component's name.
    pub component: String,
    /// What its figures are in.
    pub unit: Unit,
    /// The label that was pushed.
    pub prefix: String,
    /// How many labels are above it; 0 for a root.
    pub depth: usize,
    /// The label's hash: FNV-1a, 64 bits, of its UTF-8 bytes.
    pub hash: u64,
    /// The path's hash: FNV-1a, 64 bits, of all its labels' hashes, each as eight bytes in little-endian order.
    pub rolling_hash: u64,
    /// The hashes of the path's labels, from the root's to its own.
    pub hierarchy: Vec<u64>,
    /// The thread that pushed it: on Linux the number that other tools show, elsewhere they're numbered as they come. Of
    /// several merged ones that of the first.
    pub tid: u64,
    /// The process.
    pub pid: u32,
    /// The sum of all laps. Of a ratio, that of all laps together, not the sum of shares.
    ///
    /// Where laps contain what's below them, never less than what was observed below, also while it's still open.
    pub data: f64,
    /// How many laps there were.
    pub laps: u64,
    /// The observations: one for each push and pop, of the sum of its laps.
    pub stats: Statistics,
}

/// Statistics of the observations on a call path. All 0 where there are none.
///
/// ```
/// use instrument_report::storage::Statistics;
///
/// assert_eq!(Statistics::default().count, 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Statistics {
    /// Their sum.
    pub sum: f64,
    /// The least one.
    pub min: f64,
    /// The greatest one.
    pub max: f64,
    /// The sum of their squares.
    pub sqr: f64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (of the population).
    pub stddev: f64,
    /// How many there are.
    pub count: u64,
}

/// A call path with what's below it.
///
/// [`Display`](std::fmt::Display) is a table of it, for `Node<Entry>`.
///
/// ```
/// use instrument_report::storage::{Entry, Node};
///
/// /// What was measured nowhere below.
/// fn own(node: &Node<Entry>) -> f64 {
///     if node.is_dummy { 0.0 } else { node.exclusive.data }
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Node<T> {
    /// What was measured here, with what's below it.
    pub inclusive: T,
    /// The same without what's below it. Never negative, but for components that may be, such as memory that's resident.
    pub exclusive: T,
    /// What's below it, in the order in which it was first pushed.
    pub children: Vec<Node<T>>,
    /// Whether it's only there for what's below it: nothing was observed here itself, since no lap was made, or since
    /// it's still open.
    pub is_dummy: bool,
}

impl Node<Entry> {
    /// Adds the inclusive entries from here on down, parents first.
    pub(super) fn flatten(self, into: &mut Vec<Entry>) {
        // Not by recursion: the graph may be as deep as the program's own.
        let mut left = vec![self];
        while let Some(node) = left.pop() {
            into.push(node.inclusive);
            left.extend(node.children.into_iter().rev());
        }
    }
}
