//! A snapshot as one HTML page, which needs nothing else: no network, no other file, no build step.
//!
//! ```text
//!   Snapshot ──tree──────▶ columns of JSON, for the first look ──┐
//!            ──details───▶ columns of JSON, for the second ──────┼──▶ one file
//!            page/*.{html,css,js} ──as they are──────────────────┘
//! ```
//! The page draws a flame graph and a table of call paths, and shows all else that a recording has. Names of the program are
//! data in it, never markup. What the page's scripts do is in `page/`, a file each job; they're put together in the order
//! of [`assemble`]'s lists.

mod assemble;
mod columns;
mod details;
mod escaped;
#[cfg(test)]
mod tests;
mod tree;

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
    let title = assemble::title(snapshot);
    assemble::page(out, &title, &mut |out| tree::write(snapshot, out), &mut |out| details::write(snapshot, out))
}
