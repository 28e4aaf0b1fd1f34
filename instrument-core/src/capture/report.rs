//! Reports: a snapshot as the table that people read.
//!
//! A report knows a [`Snapshot`] and nothing that lives.

mod checkpoints;
mod column;
mod footer;
mod layout;
mod log;
mod main_guard;
mod rows;
mod select;
mod style;
#[cfg(test)]
mod tests;

pub use crate::units::Unit;
pub use column::Column;
pub(crate) use footer::{OVERWRITTEN, PUSHES};
pub(crate) use layout::{Layout, Row};
#[cfg(unix)]
pub(crate) use log::hold;
pub use log::log_metrics;
pub use main_guard::MainGuard;
pub(crate) use style::Style;

use crate::checkpoint::{self, FunctionFigures};
use crate::output;
use crate::settings::settings;
use crate::snapshot::{Snapshot, snapshot};
use instrument_model::text::printable;
use select::Selection;
use std::fmt;
use std::time::{Duration, Instant};

/// A snapshot, to be printed: call stacks, then measurements, then the lines of functions with `#[checkpoints]` that
/// take the most time, then what to know about the figures.
///
/// ```
/// use instrument_core::{Column, Unit, report};
///
/// let report = report().columns([Column::Count, Column::Own, Column::Quantile(0.99)]).unit(Unit::Milliseconds);
/// eprintln!("{report}");
/// ```
#[derive(Debug, Clone)]
pub struct Report {
    snapshot: Snapshot,
    /// Over all calls, so not of intervals.
    checkpoints: Vec<FunctionFigures>,
    title: String,
    /// `None` for those of [`Column::DEFAULT`] that fit.
    columns: Option<Vec<Column>>,
    unit: Unit,
    width: Option<usize>,
    rows: usize,
    took: Duration,
    /// What a timer costs, measured while the report was made; unknown with a clock of the program's own.
    per_call: Option<Duration>,
    timers_on: bool,
}

/// Rows that a table has unless told otherwise.
const ROWS: usize = 100;

/// The report of everything since the start of the process or the last reset; print it with `{}` or
/// [`print`](Report::print).
///
/// Costs some milliseconds for thousands of call paths; nobody who records waits for it.
///
/// ```
/// instrument_core::report().print();
/// ```
pub fn report() -> Report {
    let mut report = Report::made(snapshot, "elapsed");
    report.checkpoints = checkpoint::figures();
    report
}

impl Report {
    /// The report of a snapshot, or of an interval between two.
    pub fn new(snapshot: Snapshot) -> Self {
        Report::made(|| snapshot, "elapsed")
    }

    fn made(snapshot: impl FnOnce() -> Snapshot, title: &str) -> Self {
        // Not the clock that spans are timed with: a scripted one knows nothing of how long this takes.
        let start = Instant::now();
        let snapshot = snapshot();
        let settings = settings();
        Report {
            per_call: crate::overhead::per_call(),
            timers_on: crate::measure::timers_on(),
            took: start.elapsed(),
            snapshot,
            checkpoints: Vec::new(),
            title: title.to_owned(),
            columns: settings.columns.clone(),
            unit: settings.unit,
            width: None,
            rows: ROWS,
        }
    }

    /// Which columns to print, in this order; measurements have theirs, and [`Column::Stddev`] if it is among these.
    /// `INSTRUMENT_COLUMNS` is the default. Without either, a narrow terminal goes without [`Column::Min`], then
    /// [`Column::Max`], then [`Column::Avg`].
    #[must_use]
    pub fn columns(mut self, columns: impl IntoIterator<Item = Column>) -> Self {
        self.columns = Some(columns.into_iter().collect());
        self
    }

    /// The unit of all times. `INSTRUMENT_UNIT` is the default, else each has one that fits.
    #[must_use]
    pub fn unit(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    /// How many terminal cells a line may take. Names are cut to fit, figures never. The default is the variable
    /// `COLUMNS`, else the terminal's width where that's known, else 120.
    #[must_use]
    pub fn width(mut self, width: usize) -> Self {
        self.width = Some(width);
        self
    }

    /// How many rows to print, by default 100: the rest of each node's children, those with the smallest sums, is one
    /// row.
    #[must_use]
    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// What the first line says beside the time, instead of `elapsed`.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The snapshot that's reported.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Prints to where reports go (stderr, or `INSTRUMENT_OUTPUT`), coloured if that's a terminal and `NO_COLOR` is
    /// unset. A target that fails is ignored.
    pub fn print(&self) {
        let target = output::target();
        let width = self.width.or(settings().width).or(target.width);
        output::write(&target, &self.render(width, if target.colour { Style::Colour } else { Style::Plain }));
    }

    fn render(&self, width: Option<usize>, style: Style) -> String {
        let start = Instant::now();
        let width = width.or(settings().width).unwrap_or(120);
        let mut out = self.tables(width, style);
        // Last, since making the tables is most of the work.
        for line in footer::lines(&self.snapshot, self.took.saturating_add(start.elapsed()), self.per_call) {
            out.push_str(&style.dim(&footer::wrap(&line, width)));
            out.push('\n');
        }
        out
    }

    fn tables(&self, width: usize, style: Style) -> String {
        let heading = format!("{} {}", printable(&self.title), Unit::Auto.format(self.snapshot.elapsed()));
        let mut out = style.bold(heading.trim_start());
        out.push_str("\n\n");
        let (no_spans, measurements) = (Selection::is_empty(&self.snapshot), &self.snapshot.measurements);
        let columns = self.columns.as_deref().unwrap_or(&Column::DEFAULT);
        // What was asked for is printed, whatever the width.
        let expendable = if self.columns.is_some() { &[][..] } else { &[Column::Min, Column::Max, Column::Avg] };
        let mut write = |mut table: Layout| {
            table.narrow(width, expendable);
            table.write(&mut out, width, style);
            out.push('\n');
        };
        if !no_spans {
            write(rows::stacks(&self.snapshot, columns, self.unit, self.rows));
        }
        let tasks = rows::tasks(&self.snapshot, self.unit, self.rows);
        if !tasks.rows.is_empty() {
            write(tasks);
        }
        if !measurements.is_empty() {
            write(rows::measurements(&self.snapshot, columns, self.rows));
        }
        if !self.checkpoints.is_empty() {
            write(checkpoints::functions(&self.checkpoints, self.unit, self.rows));
        }
        if no_spans && measurements.is_empty() && self.checkpoints.is_empty() {
            let line = match () {
                () if !self.timers_on => footer::OFF,
                () if self.snapshot.is_empty() => footer::NOTHING,
                () => footer::QUIET,
            };
            out.push_str(&footer::wrap(line, width));
            out.push_str("\n\n");
        }
        out
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(self.width, Style::Plain))
    }
}
