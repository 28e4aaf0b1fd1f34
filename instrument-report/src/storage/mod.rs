//! What one component measured, as a call graph: a view of a snapshot that has only the paths on which it did.
//!
//! # Hashes
//! They're the same for the same labels in every run, on every machine:
//!
//! - `hash` is the 64-bit FNV-1a hash of the label's UTF-8 bytes.
//! - `rolling_hash` tells call paths apart: it's the 64-bit FNV-1a hash of all hashes from the root to the entry, each
//!   as its eight bytes, least significant one first.

mod entry;
mod hash;
mod text;
mod tree;

pub use entry::{Entry, Node, Statistics};
pub use text::{lost_lines, table};
pub use tree::tree;

use instrument_model::Snapshot;

/// The entries of [`tree()`], a parent before what's below it; figures are inclusive.
///
/// Costs what [`tree()`] costs.
///
/// ```
/// use instrument_model::data::{Amount, Column, Component, Data, Label, Node};
/// use instrument_model::{Snapshot, Spread, Unit};
/// use instrument_report::storage;
/// use std::sync::Arc;
///
/// # let component = Component {
/// #     name: "wall_clock".into(),
/// #     description: "time".into(),
/// #     unit: Unit::Seconds,
/// #     is_event: false,
/// #     is_signed: false,
/// #     is_tally: false,
/// #     is_sampled: false,
/// # };
/// let amount = Amount { sum: 1.5, per: 0.0 };
/// let spread = Spread::of_one(1.5);
/// let column = Column { component: 0, laps: 1, total: amount, own: amount, inclusive: spread, exclusive: spread };
/// let snapshot = Snapshot::new(Data {
///     components: vec![component],
///     labels: Arc::new(vec![Arc::new(Label { name: "load".into(), ..Label::default() })]),
///     nodes: vec![Node { columns: vec![column], ..Node::default() }],
///     ..Data::default()
/// })?;
/// let entries = storage::flat(&snapshot, "wall_clock", false);
/// assert_eq!((entries[0].prefix.as_str(), entries[0].depth, entries[0].data), ("load", 0, 1.5));
/// assert_eq!(storage::flat(&snapshot, "thread_cpu", false), []);
/// # Ok::<(), instrument_model::Invalid>(())
/// ```
pub fn flat(snapshot: &Snapshot, component: &str, per_thread: bool) -> Vec<Entry> {
    let mut flat = Vec::new();
    for root in tree(snapshot, component, per_thread) {
        root.flatten(&mut flat);
    }
    flat
}

#[cfg(test)]
mod tests;
