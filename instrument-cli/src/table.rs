//! Tables and lines on stdout.

use crate::failure::Failure;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use instrument_model::text::printable;
use std::io::{self, IsTerminal, Write};

/// A column's title, and whether it has figures, which stand at its right.
pub(crate) struct Column(pub(crate) &'static str, pub(crate) bool);

/// A table of text that may be anyone's.
pub(crate) fn table<const N: usize>(columns: [Column; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|column| column.0));
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    for (place, column) in columns.iter().enumerate() {
        if let Some(shown) = table.column_mut(place) {
            shown.set_padding((0, 2));
            shown.set_cell_alignment(if column.1 { CellAlignment::Right } else { CellAlignment::Left });
        }
    }
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Prints, in one write.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Columns and rows of the terminal that's printed to, if it's one.
pub(crate) fn terminal() -> Option<(usize, usize)> {
    let size = io::stdout().is_terminal().then(|| terminal_size::terminal_size_of(io::stdout())).flatten();
    size.map(|(width, height)| (usize::from(width.0), usize::from(height.0)))
}

/// A text in so many characters; its end tells more than its middle.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let end: String = text.chars().skip(length + 1 - most.max(1)).collect();
    format!("…{end}")
}

/// Lines of a process, without what could move the cursor or colour the rest.
pub(crate) fn printable_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(&printable(line));
        out.push('\n');
    }
    out
}
