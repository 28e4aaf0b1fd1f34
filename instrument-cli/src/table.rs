//! Tables and lines on stdout. On a terminal that's narrow, columns go and names are cut, so that no row is wrapped.

use crate::failure::Failure;
use instrument_model::text::printable;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const GAP: &str = "  ";
/// What names are cut to before a column goes,
const NAME: usize = 20;
/// and other text.
const TEXT: usize = 12;

/// A column's title, what it has, and how early it goes where there's no room: the largest number first, 0 never.
pub(crate) struct Column(pub(crate) &'static str, pub(crate) Cells, pub(crate) u8);

/// What's in a column.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Cells {
    /// Figures, which stand at its right and are never cut.
    Figures,
    /// Paths and names, whose end tells more than their beginning.
    Names,
    /// Text, whose beginning tells more.
    Text,
}

/// A table of text that may be anyone's, in so many characters, if that's limited.
pub(crate) fn table<const N: usize>(
    columns: [Column; N],
    rows: impl IntoIterator<Item = [String; N]>,
    width: Option<usize>,
) -> String {
    let rows: Vec<[String; N]> = rows.into_iter().map(|row| row.map(|cell| printable(&cell))).collect();
    let mut widths = std::array::from_fn::<usize, N, _>(|place| {
        let cells = rows.iter().map(|row| row[place].width());
        cells.chain([columns[place].0.width()]).max().unwrap_or(0)
    });
    // Figures that no row has need no column.
    let is_had = |place: &usize| {
        columns[*place].1 != Cells::Figures || rows.is_empty() || rows.iter().any(|row| !row[*place].is_empty())
    };
    let mut shown: Vec<usize> = (0..N).filter(is_had).collect();
    let mut gone = Vec::new();
    if let Some(width) = width {
        let least = |place: usize| match columns[place].1 {
            Cells::Figures => widths[place],
            Cells::Names => widths[place].min(NAME),
            Cells::Text => widths[place].min(TEXT),
        };
        while taken(shown.iter().map(|&place| least(place))) > width {
            let first =
                shown.iter().copied().filter(|&place| columns[place].2 > 0).max_by_key(|&place| columns[place].2);
            let Some(first) = first else { break };
            shown.retain(|&place| place != first);
            gone.push(columns[first].0);
        }
        // What's too much is taken off the widest, one by one; off what's cut already only where nothing else is left.
        let least: [usize; N] = std::array::from_fn(least);
        while taken(shown.iter().map(|&place| widths[place])) > width {
            let cut = |floor: &dyn Fn(usize) -> usize| {
                let wide = shown.iter().copied().filter(|&place| widths[place] > floor(place));
                wide.filter(|&place| columns[place].1 != Cells::Figures).max_by_key(|&place| widths[place])
            };
            let Some(widest) = cut(&|place| least[place]).or_else(|| cut(&|_| 1)) else { break };
            widths[widest] -= 1;
        }
    }
    let line = |cell: &dyn Fn(usize) -> String| {
        let cells = shown.iter().map(|&place| padded(&cell(place), widths[place], columns[place].1));
        let line = cells.collect::<Vec<_>>().join(GAP);
        format!("{}\n", width.map_or(line.trim_end(), |width| beginning(line.trim_end(), width)))
    };
    // A title is no name: its beginning tells more.
    let title = |place: usize| match columns[place].1 {
        Cells::Figures => columns[place].0.to_owned(),
        Cells::Names | Cells::Text => shortened(columns[place].0, widths[place], Cells::Text),
    };
    let mut text = line(&title);
    text.extend(rows.iter().map(|row| line(&|place| row[place].clone())));
    if !gone.is_empty() {
        let note = format!("too narrow for {}", gone.join(", "));
        text.push_str(&format!("{}\n", shortened(&note, width.unwrap_or(usize::MAX), Cells::Text)));
    }
    text
}

fn taken(widths: impl Iterator<Item = usize>) -> usize {
    widths.map(|width| width + GAP.len()).sum::<usize>().saturating_sub(GAP.len())
}

fn padded(cell: &str, width: usize, cells: Cells) -> String {
    let cell = if cells == Cells::Figures { cell.to_owned() } else { shortened(cell, width, cells) };
    let blanks = " ".repeat(width.saturating_sub(cell.width()));
    if cells == Cells::Figures { blanks + &cell } else { cell + &blanks }
}

/// A text in so many characters.
pub(crate) fn shortened(text: &str, most: usize, cells: Cells) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    match cells {
        Cells::Names => {
            let mut room = most.saturating_sub(1);
            let fits = |c: &char| match room.checked_sub(c.width().unwrap_or(0)) {
                Some(left) => {
                    room = left;
                    true
                }
                None => false,
            };
            let end: Vec<char> = text.chars().rev().take_while(fits).collect();
            format!("…{}", end.into_iter().rev().collect::<String>())
        }
        Cells::Figures | Cells::Text => format!("{}…", beginning(text, most.saturating_sub(1))),
    }
}

/// The part of a line that's in so many characters.
fn beginning(text: &str, most: usize) -> &str {
    let mut taken = 0;
    let end = text.char_indices().find(|(_, c)| {
        taken += c.width().unwrap_or(0);
        taken > most
    });
    end.map_or(text, |(end, _)| &text[..end])
}

/// Prints, in one write.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Lines of a process, without what could move the cursor or colour the rest.
#[cfg(unix)]
pub(crate) fn printable_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(&printable(line));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(width: Option<usize>) -> String {
        let columns = [
            Column("Target", Cells::Names, 0),
            Column("What", Cells::Text, 2),
            Column("Calls", Cells::Figures, 1),
            Column("State", Cells::Text, 0),
        ];
        let row = |target: &str, state: &str| {
            [target.to_owned(), "log [user_id, result]".to_owned(), "1234567".to_owned(), state.to_owned()]
        };
        table(columns, [row("shop::cart::Cart::größe_日本語", "running"), row("f", &"x".repeat(200))], width)
    }

    #[test]
    fn no_row_is_wider_than_the_page_and_figures_are_whole() {
        for width in 1..300 {
            let text = example(Some(width));
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines.iter().all(|line| line.width() <= width), "{width}:\n{text}");
            let has_note = lines.last().is_some_and(|line| line.starts_with("too narrow") || width < 12);
            assert_eq!(lines.len(), if width < NAME + TEXT + 7 + TEXT + 6 { 4 } else { 3 }, "{width}:\n{text}");
            assert!(has_note || lines.len() == 3, "{width}:\n{text}");
            assert!(!lines[0].contains("Calls") || lines[1].contains("1234567"), "{width}:\n{text}");
        }
        let text = example(Some(45));
        assert_eq!(text.lines().nth(1).map(str::trim_end), Some("…:Cart::größe_日本語  1234567  running"), "{text}");
        assert!(text.ends_with("too narrow for What\n"), "{text}");
    }

    #[test]
    fn a_pipe_gets_all_of_it() {
        let text = example(None);
        assert!(text.contains("shop::cart::Cart::größe_日本語") && text.contains(&"x".repeat(200)), "{text}");
        assert!(text.lines().all(|line| line.trim_end() == line));
    }
}
