//! A diff as a table of text, and as Markdown for a comment on a change.

use super::figures::{ColumnFigures, RowFigures};
use super::model::{Diff, Presence, RowRef};
use super::said::percent;
use crate::Style;
use crate::table::{Layout, Row, markdown, wrap};
use instrument_model::text::{count, nanos, printable};
use std::fmt::{self, Write as _};

/// Rows that one looks at.
const ROWS: usize = 20;
/// What a narrow terminal can go without, the first one to go first.
const EXPENDABLE: [&str; 7] = ["P99 new", "P99 base", "P50 base", "P50 new", "Calls", "Own base", "Own new"];

/// A diff as people read it: [`Display`](fmt::Display) is a table of text; [`markdown`](Self::markdown) is for a comment.
///
/// ```
/// use instrument_report::analysis::{DiffOptions, DiffTable, diff};
///
/// let diff = diff(&[], &[], &DiffOptions::default())?;
/// let text = DiffTable::new(&diff).rows(10).width(100).to_string();
/// assert!(text.contains("one side has no runs"));
/// # Ok::<(), instrument_model::Invalid>(())
/// ```
#[derive(Debug)]
#[must_use = "it's written by `to_string` or `markdown`"]
pub struct DiffTable<'a> {
    diff: &'a Diff,
    width: usize,
    rows: usize,
    style: Style,
}

impl<'a> DiffTable<'a> {
    /// The table of a diff.
    pub fn new(diff: &'a Diff) -> DiffTable<'a> {
        DiffTable { diff, width: usize::MAX, rows: ROWS, style: Style::Plain }
    }

    /// In so many characters, if that's possible; without bounds unless told.
    pub fn width(mut self, width: usize) -> DiffTable<'a> {
        self.width = width;
        self
    }

    /// At most so many rows; 20 unless told.
    pub fn rows(mut self, rows: usize) -> DiffTable<'a> {
        self.rows = rows;
        self
    }

    /// With colours or without; without unless told.
    pub fn style(mut self, style: Style) -> DiffTable<'a> {
        self.style = style;
        self
    }

    /// The verdict, then a table of what has changed for sure, is new or has vanished, then the other rows, folded.
    pub fn markdown(&self) -> String {
        let mut out = format!("**{}**\n", markdown::text(&self.diff.verdict()));
        let rows = self.diff.ranked();
        let matters =
            |row: &&RowRef<'_>| row.significant() || matches!(row.presence(), Presence::New | Presence::Vanished);
        let (first, others): (Vec<_>, Vec<_>) = rows.iter().partition(matters);
        if !first.is_empty() {
            out.push('\n');
            self.markdown_table(&first, &mut out);
        }
        let _ = write!(out, "\n{}\n", markdown::text(&self.diff.sides()));
        for warning in self.diff.warnings() {
            let _ = write!(out, "\n:warning: {}\n", markdown::text(warning));
        }
        if !others.is_empty() {
            let _ = write!(out, "\n<details><summary>{}</summary>\n\n", paths_beside(others.len(), !first.is_empty()));
            self.markdown_table(&others, &mut out);
            for note in self.diff.notes().iter().skip(self.diff.warnings().len()) {
                let _ = write!(out, "\n{}\n", markdown::text(note));
            }
            out.push_str("\n</details>\n");
        }
        out
    }

    fn markdown_table(&self, rows: &[&RowRef<'_>], out: &mut String) {
        let layout = self.layout(rows);
        let _ = writeln!(
            out,
            "| {} |",
            layout.heading.iter().map(|cell| markdown::text(cell)).collect::<Vec<_>>().join(" | ")
        );
        let _ = writeln!(out, "|:---|{}", "---:|".repeat(layout.heading.len().saturating_sub(1)));
        for row in &layout.rows {
            let cells = row.cells.iter().map(|cell| markdown::text(cell)).collect::<Vec<_>>().join(" | ");
            let _ = writeln!(out, "| {}{} | {cells} |", markdown::code(&row.name), markdown::text(&row.aside));
        }
        for line in &layout.below {
            let _ = write!(out, "\n{}\n", markdown::text(line));
        }
    }

    fn layout(&self, rows: &[&RowRef<'_>]) -> Layout {
        let cpu = self.diff.components().iter().position(|component| component.name == "thread_cpu");
        let mut heading: Vec<&str> =
            vec!["Call path", "Own base", "Own new", "P50 base", "P50 new", "P99 base", "P99 new"];
        if cpu.is_some() {
            heading.extend(["CPU base", "CPU new"]);
        }
        heading.extend(["Calls", "Change", "Verdict"]);
        let shown = rows.iter().take(self.rows);
        let mut below = Vec::new();
        if rows.len() > self.rows {
            below.push(format!("and {} more", count((rows.len() - self.rows) as u64)));
        }
        let rows = shown.map(|row| self.row(row, cpu)).collect();
        Layout { heading: heading.into_iter().map(str::to_owned).collect(), rows, below }
    }

    fn row(&self, row: &RowRef<'_>, cpu: Option<usize>) -> Row {
        let mark = if row.is_estimated() { "~" } else { "" };
        let time = |side: Option<&RowFigures>, figure: fn(&RowFigures) -> f64| match side.map(figure) {
            Some(time) => format!("{mark}{}", nanos(time.round())),
            None => "-".to_owned(),
        };
        let (base, new) = (row.base(), row.new_figures());
        let mut cells = Vec::new();
        for figure in [(|f| f.own) as fn(&RowFigures) -> f64, |f| f.p50, |f| f.p99] {
            cells.extend([time(base, figure), time(new, figure)]);
        }
        if let Some(cpu) = cpu {
            let column = row.columns().iter().find(|column| column.component == cpu);
            let unit = &self.diff.components()[cpu].unit;
            let cell = |figure: fn(&ColumnFigures) -> f64| {
                column.map_or_else(|| "-".to_owned(), |column| unit.format(figure(column)))
            };
            cells.extend([cell(|column| column.base_own), cell(|column| column.new_own)]);
        }
        let calls = |side: Option<&RowFigures>| side.map(|figures| count(figures.count.round() as u64));
        cells.push(match (calls(base), calls(new)) {
            (Some(base), Some(new)) if base != new => format!("{base} → {new}"),
            (base, new) => new.or(base).unwrap_or_default(),
        });
        let is_known = base.is_some() && new.is_some();
        cells.push(if is_known { percent(row.call_change()) } else { "-".to_owned() });
        cells.push(row.said());
        let name = row.path().into_iter().map(printable).collect::<Vec<_>>().join("/");
        let aside = row.old_name().map_or_else(String::new, |old| format!(" (was {})", printable(old)));
        Row { aside, ..Row::new(name, cells) }
    }
}

impl fmt::Display for DiffTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.diff.ranked();
        let mut layout = self.layout(&rows.iter().collect::<Vec<_>>());
        layout.narrow(self.width, &layout.places(&EXPENDABLE));
        let mut out = String::new();
        if !layout.rows.is_empty() {
            layout.write(&mut out, self.width, self.style);
            out.push('\n');
        }
        for note in [self.diff.sides()].into_iter().chain(self.diff.notes()) {
            out.push_str(&wrap(&note, self.width));
            out.push('\n');
        }
        writeln!(f, "{}\n\n{out}", wrap(&self.diff.verdict(), self.width))
    }
}

fn paths_beside(number: usize, beside: bool) -> String {
    let other = if beside { "other " } else { "" };
    format!("{} {other}call path{}", count(number as u64), if number == 1 { "" } else { "s" })
}
