//! Snapshots for the viewers and tools that people have.
//!
//! ```text
//!   Snapshot ──Metric──▶ Weights ──▶ folded · speedscope · chrome · firefox · pprof · dot
//!            ──rows────▶ csv · json
//! ```
//! What viewers of stacks want is a weight for each, and they add up what's below by themselves. So a stack's weight is its
//! node's *own* figure, whichever [`Metric`] it is, and what a viewer shows of a frame is the sum of the own figures of it and all
//! below. Where nothing runs beside its parent, that's its total.

mod chrome;
mod csv;
mod dot;
mod firefox;
mod folded;
mod json;
mod metric;
mod pprof;
mod rows;
mod speedscope;
#[cfg(test)]
mod tests;

pub use chrome::chrome;
pub use csv::csv;
pub use dot::dot;
pub use firefox::firefox;
pub use folded::folded;
pub use json::json;
pub use metric::{Metric, MetricError};
pub use pprof::pprof;
pub use rows::Listing;
pub use speedscope::speedscope;

use instrument_model::text::{moment, printable};
use instrument_model::{NodeRef, Snapshot};
use std::time::{Duration, UNIX_EPOCH};

/// Who made the file.
fn exporter() -> String {
    format!("instrument {}", env!("CARGO_PKG_VERSION"))
}

/// Which run it is: `census, pid 4711, 2026-01-31 12:00:00 UTC`.
fn run(snapshot: &Snapshot) -> String {
    let process = &snapshot.data().process;
    let mut parts = vec![if process.program.is_empty() { "a program".to_owned() } else { printable(&process.program) }];
    if process.pid > 0 {
        parts.push(format!("pid {}", process.pid));
    }
    if process.start > 0 {
        parts.push(moment(UNIX_EPOCH + Duration::from_nanos(process.start)));
    }
    parts.join(", ")
}

/// The nodes from a root down to this one.
fn path<'a>(node: NodeRef<'a>) -> Vec<NodeRef<'a>> {
    let mut path: Vec<NodeRef<'a>> = std::iter::successors(Some(node), NodeRef::parent).collect();
    path.reverse();
    path
}

/// All nodes with their depths, each before what's below it, so that what's below one stands together.
fn on_the_way_down(snapshot: &Snapshot) -> impl Iterator<Item = (usize, NodeRef<'_>)> {
    let mut open: Vec<(usize, NodeRef<'_>)> = snapshot.roots().map(|root| (0, root)).collect();
    open.reverse();
    std::iter::from_fn(move || {
        let (depth, node) = open.pop()?;
        let below = open.len();
        open.extend(node.children().map(|child| (depth + 1, child)));
        open[below..].reverse();
        Some((depth, node))
    })
}
