//! A snapshot as one HTML page, which needs nothing else: no network, no other file, no build step.
//!
//! ```text
//!   Snapshot ──tree──────▶ columns of JSON, for the first look ──┐
//!            ──details───▶ columns of JSON, for the second ──────┼──▶ one file
//!            page/*.{html,css,js} ──as they are──────────────────┘
//! ```
//! The page draws a flame graph and a table of call paths, and shows all else that a recording has. Names of the program are
//! data in it, never markup. What the page's scripts do is in `page/`, a file each job; they're put together in the order
//! of the lists in `assemble.rs`.

mod assemble;
mod columns;
mod details;
mod difference;
mod escaped;
#[cfg(test)]
mod tests;
mod tree;

use difference::Base;
use instrument_model::Snapshot;
use std::io;

/// Writes a snapshot as a page of its own: a flame graph, call paths, distributions, and whatever else was recorded.
///
/// Costs some hundred bytes a call path, and once more as much memory while it's written.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
/// let mut page = Vec::new();
/// instrument_report::html::write(&snapshot, &mut page)?;
/// assert!(page.starts_with(b"<!doctype html>"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write(snapshot: &Snapshot, out: &mut dyn io::Write) -> io::Result<()> {
    page(snapshot, None, &assemble::title(snapshot), out)
}

/// Writes what's different in a new snapshot as a page of its own: frames coloured by how their own time changed, both runs'
/// figures beside each other, new and vanished call paths. Paths are the same if their functions are.
///
/// It shows what differed, and doesn't tell noise from change: that takes several runs a side.
///
/// # Errors
/// Those of `out`; and where both together have more call paths than there can be.
///
/// ```
/// # let before = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
/// # let after = before.clone();
/// let mut page = Vec::new();
/// instrument_report::html::write_difference(&before, &after, &mut page)?;
/// assert!(page.starts_with(b"<!doctype html>"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_difference(base: &Snapshot, new: &Snapshot, out: &mut dyn io::Write) -> io::Result<()> {
    let (both, base) = difference::difference(base, new).map_err(io::Error::other)?;
    page(&both, Some(&base), &format!("{}: what changed", assemble::title(new)), out)
}

fn page(snapshot: &Snapshot, base: Option<&Base<'_>>, title: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let tree = &mut |out: &mut dyn io::Write| tree::write(snapshot, base, out);
    let details = &mut |out: &mut dyn io::Write| details::write(snapshot, base, out);
    assemble::page(out, title, tree, details)
}
