//! Reports: a snapshot as the tables that people read, made here and now, and printed where reports go.

use crate::base::inside::Inside;
use super::{overhead, snapshot};
use crate::output;
use crate::process::bare::{IS_BARE, Moment};
use crate::process::copies;
use crate::settings::settings;
use crate::state::timers_on;
use crate::time;
use instrument_model::Snapshot;
use instrument_model::text::TimeUnit;
use instrument_report::{Column, Style, Table};
use std::fmt;
use std::time::Duration;

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
    title: String,
    /// When and where it was made.
    origin: String,
    /// Whether its heading says that, also where nobody else writes.
    is_one_of_many: bool,
    /// `None` for the usual ones that fit.
    columns: Option<Vec<Column>>,
    unit: TimeUnit,
    width: Option<usize>,
    rows: usize,
    took: Duration,
    timers_on: bool,
}

/// The report of everything since the start of the process or the last reset; print it with `{}` or
/// [`print`](Report::print).
///
/// Costs some milliseconds for thousands of call paths; nobody who records waits for it.
///
/// ```
/// instrument_core::report().print();
/// ```
pub fn report() -> Report {
    Report::made(snapshot, "elapsed")
}

impl Report {
    /// The report of a snapshot, or of an interval between two.
    pub fn new(snapshot: Snapshot) -> Self {
        Report::made(|| snapshot, "elapsed")
    }

    pub(super) fn made(snapshot: impl FnOnce() -> Snapshot, title: &str) -> Self {
        let timers_on = timers_on();
        let _inside = Inside::for_caller();
        // Not the clock that spans are timed with: a scripted one knows nothing of how long this takes.
        let start = Moment::now();
        copies::warn_of_others();
        overhead::measure();
        let snapshot = snapshot();
        let settings = settings();
        Report {
            took: start.elapsed(),
            timers_on,
            snapshot,
            title: title.to_owned(),
            origin: output::origin(),
            is_one_of_many: false,
            columns: settings.columns.clone(),
            unit: settings.unit,
            width: None,
            rows: settings.rows,
        }
    }

    /// One of several of this process, whose heading says when and where it was made.
    #[must_use]
    pub(super) fn one_of_many(mut self) -> Self {
        self.is_one_of_many = true;
        self
    }

    /// Which columns to print, in this order; measurements have theirs, and [`Column::Stddev`] if it is among these.
    /// `INSTRUMENT_COLUMNS` is the default. Without either, components have columns besides the usual ones, and a narrow
    /// terminal goes without some.
    #[must_use]
    pub fn columns(mut self, columns: impl IntoIterator<Item = Column>) -> Self {
        self.columns = Some(columns.into_iter().collect());
        self
    }

    /// The unit of all times. `INSTRUMENT_UNIT` is the default, else each has one that fits.
    #[must_use]
    pub fn unit(mut self, unit: TimeUnit) -> Self {
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

    /// How many rows a table has: the rest of each node's children, those with the smallest sums, is one row. Where that
    /// leaves any out, a second table ranks functions by own time, over all call paths. The default is
    /// `INSTRUMENT_ROWS`, else 100.
    ///
    /// Where there are more call paths than rows, those in a chain of single children with hardly any own time before the
    /// last share a row, `Worker::run > … > read`, which has the last's figures.
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
    /// unset. A target that fails is ignored. In a file, where other programs may write, too, the heading also says the
    /// date and time, the program and its number.
    pub fn print(&self) {
        let _inside = Inside::enter();
        let target = output::target();
        let width = self.width.or(settings().width).or(target.width);
        let style = if target.colour { Style::Colour } else { Style::Plain };
        let mut text = String::new();
        // A string takes everything.
        let _ = self.write(&mut text, width, style, self.is_one_of_many || target.is_shared());
        output::write(&target, &text);
    }

    fn write(&self, out: &mut impl fmt::Write, width: Option<usize>, style: Style, is_shared: bool) -> fmt::Result {
        let start = Moment::now();
        let table = Table::new(&self.snapshot)
            .title(&*self.title)
            .origin(if is_shared { &*self.origin } else { "" })
            .columns(self.columns.clone())
            .unit(self.unit)
            .width(width.or(settings().width).unwrap_or(120))
            .rows(self.rows)
            .timers_on(self.timers_on)
            .has_clock(time::is_there())
            .style(style);
        // A clock of the program's own knows nothing of how long this takes, and there may be no other.
        let table = if IS_BARE { table } else { table.took(|| self.took.saturating_add(start.elapsed())) };
        table.write_to(out)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.width, Style::Plain, self.is_one_of_many)
    }
}
