//! A table of text: one column of names, which may be cut, and columns of figures, which may not.
//!
//! Our own, on top of `unicode-width`, since table crates wrap a cell or cut its end: of a call path the beginning (the
//! tree) and the end (the method) are what one reads, so it's cut in the middle.

use super::footer;
use super::style::Style;
use instrument_model::text::count;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells that the names keep, however narrow the terminal is.
const NARROWEST: usize = 20;
const GAP: &str = "  ";
/// Cells that a level of the tree takes.
const STEP: usize = 3;

#[derive(Debug, Default)]
pub(crate) struct Layout {
    pub(crate) heading: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// What stands right below it: what its rows leave out, and how to see that.
    pub(crate) below: Vec<String>,
}

/// How many rows a table may have, and where that was said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) rows: usize,
    /// Whether it's an option of a program's command line, not a setting of the program that is measured.
    pub(super) is_option: bool,
}

impl Limit {
    /// Says that so many of all things have no row, and what to do for one.
    pub(super) fn how_to_see(self, hidden: usize, all: usize, what: &str) -> String {
        let s = if all == 1 { "" } else { "s" };
        let number = |number: usize| count(number as u64);
        let remedy = match self.is_option {
            true => format!("--limit {all} shows all"),
            false => format!("INSTRUMENT_ROWS={all} or report().rows({all}) shows all"),
        };
        format!("{} of {} {what}{s} without a row; {remedy}", number(hidden), number(all))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Row {
    /// How far down in the tree.
    pub(crate) depth: usize,
    pub(crate) name: String,
    /// What's said beside the name where there's room.
    pub(crate) aside: String,
    pub(crate) cells: Vec<String>,
}

impl Row {
    /// A row of no tree.
    pub(crate) fn new(name: String, cells: Vec<String>) -> Row {
        Row { name, cells, ..Row::default() }
    }
}

impl Layout {
    /// Gives up columns, those first that stand first in `expendable`, until the names have enough room. Returns which:
    /// columns are numbered from the first one of figures, as they were before.
    pub(crate) fn narrow(&mut self, width: usize, expendable: &[usize]) -> Vec<usize> {
        let widths = self.figures();
        let mut taken: usize = widths.iter().map(|width| width + GAP.len()).sum();
        let names = self.widest_name(|_| 0).min(NARROWEST);
        let mut dropped = Vec::new();
        for &column in expendable {
            if taken + names <= width {
                break;
            }
            taken -= widths[column] + GAP.len();
            dropped.push(column);
        }
        let keep = |cells: &mut Vec<String>, first: usize| {
            let mut place = 0..;
            cells.retain(|_| {
                place.next().and_then(|at: usize| at.checked_sub(first)).is_none_or(|at| !dropped.contains(&at))
            });
        };
        keep(&mut self.heading, 1);
        self.rows.iter_mut().for_each(|row| keep(&mut row.cells, 0));
        dropped
    }

    /// Where these columns are, as [`narrow`](Self::narrow) numbers them.
    pub(crate) fn places(&self, headings: &[&str]) -> Vec<usize> {
        let place = |wanted: &&str| self.heading.iter().skip(1).position(|heading| heading == wanted);
        headings.iter().filter_map(place).collect()
    }

    /// The columns' widths, without the first's.
    fn figures(&self) -> Vec<usize> {
        let widest = |(column, heading): (usize, &String)| {
            let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
            cells.map(|cell| cell.width()).chain([heading.width()]).max().unwrap_or(0)
        };
        self.heading.iter().skip(1).enumerate().map(widest).collect()
    }

    /// With so many more cells beside each name.
    fn widest_name(&self, beside: impl Fn(&Row) -> usize) -> usize {
        let names = self.rows.iter().map(|row| STEP * row.depth + row.name.width() + beside(row));
        names.chain(self.heading.first().map(|title| title.width())).max().unwrap_or(0)
    }

    pub(crate) fn write(&self, out: &mut String, width: usize, style: Style) {
        let Some((title, headings)) = self.heading.split_first() else { return };
        let figures = self.figures();
        let taken: usize = figures.iter().map(|width| width + GAP.len()).sum();
        let room = width.saturating_sub(taken).max(NARROWEST);
        let names = self.widest_name(|row| row.aside.width()).min(room);

        let mut line = pad_right(title, names);
        for (heading, &width) in headings.iter().zip(&figures) {
            line.push_str(GAP);
            line.push_str(&pad_left(heading, width));
        }
        out.push_str(&style.bold(line.trim_end()));
        out.push('\n');
        for row in &self.rows {
            // Lines and name share what's there, and either may use what the other one leaves.
            let indent = lines_of_tree(row.depth, names.saturating_sub(row.name.width()).max(names / 2));
            let whole = format!("{}{}", row.name, row.aside);
            let room = names - indent.width();
            let name = if whole.width() <= room { whole } else { cut_middle(&row.name, room) };
            let mut line = style.dim(&indent);
            line.push_str(&pad_right(&name, room));
            for (cell, &width) in row.cells.iter().zip(&figures) {
                line.push_str(GAP);
                line.push_str(&pad_left(cell, width));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        for line in &self.below {
            out.push_str(&style.dim(&footer::wrap(line, width)));
            out.push('\n');
        }
    }
}

fn pad_right(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// As many whole characters from an end as fit.
fn fitting(characters: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut left = width;
    characters
        .take_while(|c| {
            let width = c.width().unwrap_or(0);
            let fits = width <= left;
            left = left.saturating_sub(width);
            fits
        })
        .collect()
}

pub(crate) fn cut_middle(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let end = fitting(text.chars().rev(), room.div_ceil(2));
    let taken: usize = end.iter().filter_map(|c| c.width()).sum();
    let start = fitting(text.chars(), room - taken);
    start.into_iter().chain(['…']).chain(end.into_iter().rev()).collect()
}

/// `|  |- ` for the second level below a root. A tree deeper than there's room for shows the depth instead of the
/// outermost lines, as `42… |  |- `.
pub(crate) fn lines_of_tree(depth: usize, room: usize) -> String {
    let (label, levels) = if depth * STEP <= room {
        (String::new(), depth)
    } else {
        let label = format!("{depth}… ");
        let levels = room.saturating_sub(label.width()) / STEP;
        (label, levels.max(1))
    };
    match levels {
        0 => label,
        levels => format!("{label}{}|- ", "|  ".repeat(levels - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_in_the_middle_to_the_cell() {
        assert_eq!(cut_middle("Parser::parse_expression", 24), "Parser::parse_expression");
        assert_eq!(cut_middle("Parser::parse_expression", 15), "Parser:…ression");
        assert_eq!(cut_middle("日本語の名前です", 9), "日本…です");
        assert_eq!(cut_middle("日本語の名前です", 9).width(), 9);
        assert_eq!(cut_middle("ab", 1), "…");
    }

    #[test]
    fn wide_names_and_figures_are_aligned() {
        let row = |depth: usize, name: &str, cell: &str| Row { depth, ..Row::new(name.into(), vec![cell.into()]) };
        let layout = Layout {
            heading: vec!["Stack".into(), "Avg".into()],
            rows: vec![row(0, "日本", "7 ns"), row(1, "abcdef", "73.1 µs")],
            below: Vec::new(),
        };
        let mut out = String::new();
        layout.write(&mut out, 80, Style::Plain);
        assert_eq!(out, "Stack          Avg\n日本          7 ns\n|- abcdef  73.1 µs\n");
    }

    #[test]
    fn a_tree_deeper_than_the_room_says_how_deep() {
        assert_eq!(lines_of_tree(0, 10), "");
        assert_eq!(lines_of_tree(2, 10), "|  |- ");
        assert_eq!(lines_of_tree(3, 10), "|  |  |- ");
        assert_eq!(lines_of_tree(4, 10), "4… |  |- ");
        assert_eq!(lines_of_tree(1024, 10), "1024… |- ");
    }

    #[test]
    fn a_narrow_terminal_cuts_names_never_figures() {
        let name = "a_very_long_name_of_a_function_indeed";
        let layout = Layout {
            heading: vec!["Stack".into(), "Sum".into()],
            rows: vec![Row { depth: 1, ..Row::new(name.into(), vec!["123.4 ms".into()]) }],
            below: Vec::new(),
        };
        for width in [10, 30, 35, 200] {
            let mut out = String::new();
            layout.write(&mut out, width, Style::Plain);
            let longest = out.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
            assert!(longest <= width.max(NARROWEST + 10), "{width}: {out}");
            assert!(out.ends_with("  123.4 ms\n"), "{out}");
        }
    }
}
