//! Snapshots out of snapshots: what tools make of recordings before they show them.
//!
//! ```text
//!   Snapshot… ──merge──▶ Snapshot ──select──▶ Selected ──group──▶ Snapshot ──▶ Table, exports
//! ```

mod add;
mod group;
mod merge;
mod rescale;
mod select;
#[cfg(test)]
mod tests;

pub use group::{GroupError, Grouping, group};
pub use merge::{merge, merge_threads};
pub use select::{Selected, select};
