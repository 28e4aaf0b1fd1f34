//! Comma-separated values: a line for each call path.

use super::rows::{Cell, Listing, fields, ordered};
use crate::analysis::Selected;
use ::csv::{Terminator, WriterBuilder};
use std::io::{self, Write};

/// Writes a line for each call path, below one with the columns' names: its names joined by ` > `, the function, its place in the
/// source, and its figures. Times are whole nanoseconds, what components measured is in the component's unit, and a
/// figure that isn't known is empty.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use instrument_report::analysis::Selected;
/// use instrument_report::export::{Listing, csv};
///
/// # let snapshot = instrument_model::Snapshot::default();
/// let mut text = Vec::new();
/// csv(&Selected::whole(snapshot), &Listing::default(), &mut text)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn csv(selected: &Selected, listing: &Listing, out: &mut dyn Write) -> io::Result<()> {
    let mut out = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(out);
    let nodes = ordered(&selected.snapshot, listing.order.as_ref());
    for (place, node) in nodes.iter().enumerate() {
        let fields = fields(selected, node, listing.columns.as_deref());
        if place == 0 {
            out.write_record(fields.iter().map(|(name, _)| name))?;
        }
        out.write_record(fields.into_iter().map(|(_, cell)| match cell {
            Cell::Text(text) => text,
            Cell::Texts(texts) => texts.join(" > "),
            Cell::Whole(number) => number.to_string(),
            Cell::Number(number) => number.to_string(),
            Cell::Flag(flag) => flag.to_string(),
            Cell::Absent => String::new(),
        }))?;
    }
    out.flush()
}
