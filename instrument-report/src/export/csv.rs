//! Comma-separated values: a line for each call path.

use super::rows::{Cell, Listing, Rows};
use crate::analysis::Selected;
use ::csv::{Terminator, WriterBuilder};
use std::fmt::Write as _;
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
    let mut text = String::new();
    let rows = Rows::new(selected, listing);
    out.write_record(rows.names())?;
    rows.each(|row| {
        for (_, cell) in row {
            text.clear();
            // A string takes all.
            let _ = match cell {
                Cell::Text(field) => {
                    out.write_field(field)?;
                    continue;
                }
                Cell::Texts(names) => {
                    names.iter().enumerate().for_each(|(at, name)| {
                        text.push_str(if at > 0 { " > " } else { "" });
                        text.push_str(name);
                    });
                    Ok(())
                }
                Cell::Whole(value) => write!(text, "{value}"),
                Cell::Number(value) => write!(text, "{value}"),
                Cell::Flag(value) => write!(text, "{value}"),
                Cell::Absent => Ok(()),
            };
            out.write_field(&text)?;
        }
        out.write_record(None::<&[u8]>)
    })?;
    out.flush()
}
