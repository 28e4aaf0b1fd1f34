//! Snapshots out of snapshots: what tools make of recordings before they show them.
//!
//! ```text
//!   Snapshot… ──merge──▶ Snapshot ──select──▶ Selected ──group──▶ Snapshot ──▶ Table, exports
//!   Snapshot…, Snapshot… ──diff──▶ Diff ──▶ DiffTable, Markdown, JSON
//! ```

mod add;
mod diff;
mod group;
mod merge;
mod rescale;
mod select;
mod subtract;
#[cfg(test)]
mod tests;

pub use diff::{
    ColumnFigures, Common, Diff, DiffOptions, DiffTable, Evidence, Measure, Presence, RowFigures, RowRef, SideFacts,
    diff,
};
pub use group::{GroupError, Grouping, group};
pub use merge::{merge, merge_threads};
pub use select::{Selected, select};
pub use subtract::subtract;
