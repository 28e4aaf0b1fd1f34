//! A snapshot as the tables that people read: call stacks, then async sites, measurements, and the lines of functions with
//! `#[checkpoints]` that take the most time, then what to know about the figures.

mod cell;
mod checkpoints;
mod column;
mod cost;
mod footer;
mod layout;
pub(crate) mod markdown;
mod measurements;
mod order;
mod ranking;
mod select;
mod stacks;
mod style;
mod tasks;
#[cfg(test)]
mod tests;

pub use column::{Column, Figure};
#[cfg(feature = "html")]
pub(crate) use footer::notes;
pub(crate) use footer::{losses, wrap};
use layout::Limit;
pub(crate) use layout::{Layout, Row, cut_middle, lines_of_tree};
pub use order::Order;
pub use style::Style;

use instrument_model::Snapshot;
use instrument_model::text::{TimeUnit, format, printable};
use std::fmt;
use std::time::Duration;

/// The tables of a snapshot. Everything that they depend on is told to it; [`Display`](fmt::Display) is the text.
///
/// Costs some milliseconds for thousands of call paths.
///
/// ```
/// use instrument_model::Snapshot;
/// use instrument_model::data::{Data, Label, Node};
/// use instrument_report::{Column, Table};
/// use std::sync::Arc;
///
/// let label = Label { name: "load".into(), is_given: true, ..Label::default() };
/// let mut node = Node { total: 2_500_000, own: 2_500_000, ..Node::default() };
/// (node.times.count, node.times.sum, node.times.extremes) = (1, 2_500_000, (2_500_000, 2_500_000));
/// let labels = Arc::new(vec![Arc::new(label)]);
/// let data = Data { labels, nodes: vec![node], to: 10_000_000, ..Data::default() };
/// let snapshot = Snapshot::new(data)?;
///
/// let table = Table::new(&snapshot).columns(Some(vec![Column::Count, Column::Sum])).width(80);
/// assert_eq!(table.to_string(), "elapsed 10.0 ms\n\nStack  Count      Sum\nload       1  2.50 ms\n\n");
/// # Ok::<(), instrument_model::Invalid>(())
/// ```
#[must_use = "it's written by `write_to` or `to_string`"]
pub struct Table<'a> {
    snapshot: &'a Snapshot,
    title: String,
    origin: String,
    columns: Option<Vec<Column>>,
    unit: TimeUnit,
    width: usize,
    rows: usize,
    order: Option<Order>,
    notes: Vec<String>,
    is_of_command_line: bool,
    took: Option<Box<dyn Fn() -> Duration + 'a>>,
    timers_on: bool,
    has_clock: bool,
    style: Style,
}

impl<'a> Table<'a> {
    /// A snapshot's tables: titled `elapsed`, 120 cells wide, of at most 100 rows, without colour.
    pub fn new(snapshot: &'a Snapshot) -> Table<'a> {
        Table {
            snapshot,
            title: "elapsed".to_owned(),
            origin: String::new(),
            columns: None,
            unit: TimeUnit::Auto,
            width: 120,
            rows: 100,
            order: None,
            notes: Vec::new(),
            is_of_command_line: false,
            took: None,
            timers_on: true,
            has_clock: true,
            style: Style::Plain,
        }
    }

    /// What the first line says beside the time.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// What the first line says behind the time, by default nothing: when and where this was, for who reads many tables.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = origin.into();
        self
    }

    /// Which columns call stacks have, in this order, whatever the width; measurements have theirs, and
    /// [`Column::Stddev`] if it's among these.
    ///
    /// `None` is [`Column::DEFAULT`], and for each component its sum and its own figure. A narrow terminal then goes
    /// without some: first the components' own figures, then [`Min`](Column::Min), [`Max`](Column::Max),
    /// [`Avg`](Column::Avg). Where that's not enough for the components' sums, it also goes without
    /// [`Percent`](Column::Percent), then without some of these sums, which the footer names.
    pub fn columns(mut self, columns: Option<Vec<Column>>) -> Self {
        self.columns = columns;
        self
    }

    /// The unit of all times, and of components' figures that are in seconds.
    pub fn unit(mut self, unit: TimeUnit) -> Self {
        self.unit = unit;
        self
    }

    /// How many terminal cells a line may take. Names are cut to fit, figures never.
    pub fn width(mut self, width: usize) -> Self {
        self.width = width;
        self
    }

    /// How many rows a table has: the rest of each node's children, those with the smallest sums, is one row.
    /// Where that leaves any out, a second table ranks functions by own time, over all call paths.
    ///
    /// Where there are more call paths than rows, those in a chain of single children with hardly any own time before the
    /// last share a row, `Worker::run > … > read`, which has the last's figures.
    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// What siblings are sorted by, by default their sums; where rows are left out, those with the smallest such figures.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::default();
    /// use instrument_report::{Column, Table};
    ///
    /// let text = Table::new(&snapshot).order(Column::Own).to_string();
    /// ```
    pub fn order(mut self, order: impl Into<Order>) -> Self {
        self.order = Some(order.into());
        self
    }

    /// Whether it's shown by a program that has the options `--limit` and `--columns`, by default false: lines that say how to
    /// see what's left out name these, and not the settings of the program that was measured.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::default();
    /// let text = instrument_report::Table::new(&snapshot).of_command_line(true).to_string();
    /// ```
    pub fn of_command_line(mut self, is: bool) -> Self {
        self.is_of_command_line = is;
        self
    }

    /// A line below the tables, of what else there is to know about the figures.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::default();
    /// let text = instrument_report::Table::new(&snapshot).note("of two runs").to_string();
    /// assert!(text.contains("of two runs"));
    /// ```
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// How long the report took to make, which the footer says: asked after the tables were written, since that's most
    /// of the work. Without it, the footer doesn't say.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
    /// use instrument_report::Table;
    /// use std::time::Instant;
    ///
    /// let start = Instant::now();
    /// let text = Table::new(&snapshot).took(|| start.elapsed()).to_string();
    /// assert!(text.contains("report made in "));
    /// ```
    pub fn took(mut self, took: impl Fn() -> Duration + 'a) -> Self {
        self.took = Some(Box::new(took));
        self
    }

    /// Whether timers were on, by default true: where nothing was recorded, it may be because they weren't.
    pub fn timers_on(mut self, on: bool) -> Self {
        self.timers_on = on;
        self
    }

    /// Whether there was a clock, by default true: where there's none, nothing is recorded.
    pub fn has_clock(mut self, has_clock: bool) -> Self {
        self.has_clock = has_clock;
        self
    }

    /// Whether to write colour.
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Writes the tables, and below them what to know about the figures.
    ///
    /// # Errors
    /// Those of `out`.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
    /// let mut text = String::new();
    /// instrument_report::Table::new(&snapshot).timers_on(false).write_to(&mut text)?;
    /// assert!(text.contains("timers are off"));
    /// # Ok::<(), std::fmt::Error>(())
    /// ```
    pub fn write_to(&self, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        let tables = self.tables();
        out.write_str(&self.text(&tables))?;
        for line in self.footer(tables.notes) {
            writeln!(out, "{}", self.style.dim(&footer::wrap(&line, self.width)))?;
        }
        Ok(())
    }

    fn text(&self, tables: &Tables) -> String {
        let style = self.style;
        let mut text = style.bold(&footer::wrap(tables.heading.trim_start(), self.width));
        text.push_str("\n\n");
        for layout in &tables.layouts {
            layout.write(&mut text, self.width, style);
            text.push('\n');
        }
        if let Some(line) = tables.instead {
            text.push_str(&footer::wrap(line, self.width));
            text.push_str("\n\n");
        }
        text
    }

    /// Writes the same as Markdown, for the tables of which no line is too long.
    ///
    /// # Errors
    /// Those of `out`.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
    /// let mut text = String::new();
    /// instrument_report::Table::new(&snapshot).write_markdown(&mut text)?;
    /// assert!(text.starts_with("**elapsed "));
    /// # Ok::<(), std::fmt::Error>(())
    /// ```
    pub fn write_markdown(&self, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        let tables = self.tables();
        writeln!(out, "**{}**", markdown::text(tables.heading.trim_start()))?;
        for layout in &tables.layouts {
            out.write_char('\n')?;
            markdown::write(layout, out)?;
        }
        if let Some(line) = tables.instead {
            writeln!(out, "\n{}", markdown::text(line))?;
        }
        let footer = self.footer(tables.notes);
        if !footer.is_empty() {
            out.write_char('\n')?;
        }
        footer.iter().try_for_each(|line| writeln!(out, "- {}", markdown::text(line)))
    }

    /// Asked after the tables were written, since that's most of what the report takes.
    fn footer(&self, notes: Vec<String>) -> Vec<String> {
        footer::lines(self.snapshot, self.took.as_ref().map(|took| took()), notes)
    }

    /// The tables as text, and what the footer has to say about them.
    #[cfg(test)]
    fn parts(&self) -> (String, Vec<String>) {
        let tables = self.tables();
        (self.text(&tables), tables.notes)
    }

    fn limit(&self) -> Limit {
        Limit { rows: self.rows, is_option: self.is_of_command_line }
    }

    fn shape(&self) -> stacks::Shape<'_> {
        stacks::Shape {
            columns: self.columns.as_deref(),
            unit: self.unit,
            limit: self.limit(),
            order: self.order.as_ref(),
            width: self.width,
        }
    }

    /// The tables, those that have rows, and what the footer has to say about them.
    fn tables(&self) -> Tables {
        let ticks = self.snapshot.data().to.saturating_sub(self.snapshot.data().from);
        let is_vague = self.snapshot.partings().iter().any(|parting| parting.is_visible_in(ticks));
        let elapsed = if self.has_clock { format(self.snapshot.elapsed()) } else { "–".to_owned() };
        let mut heading = format!("{} {}", printable(&self.title), cell::mark(elapsed, is_vague));
        if !self.origin.is_empty() {
            heading.push_str(&format!(", {}", printable(&self.origin)));
        }
        let stacks = (!select::is_empty(self.snapshot)).then(|| stacks::stacks(self.snapshot, &self.shape()));
        let threads = self.snapshot.threads();
        let is_explained = threads > 1 && stacks.as_ref().is_some_and(|stacks| stacks.exceeds);
        if is_explained {
            heading.push_str(&format!(" (above 100 %: the time of up to {threads} threads added up)"));
        }
        let mut notes = self.notes.clone();
        notes.extend(if is_explained { None } else { footer::threads(self.snapshot) });
        let (mut layouts, mut is_told, mut is_cut) = (Vec::new(), false, false);
        if let Some(stacks) = stacks {
            (is_told, is_cut) = (true, stacks.is_cut);
            layouts.push(stacks.layout);
            notes.extend(stacks.note);
        }
        let deviation = self.columns.as_ref().is_some_and(|columns| columns.contains(&Column::Stddev));
        let ranking = if is_cut { ranking::ranking(self.snapshot, self.unit, self.rows) } else { Layout::default() };
        let limit = self.limit();
        let others = [
            (ranking, &ranking::EXPENDABLE[..]),
            (tasks::tasks(self.snapshot, self.unit, limit), &tasks::EXPENDABLE),
            (measurements::measurements(self.snapshot, deviation, limit), &["Min", "Max", "Avg"]),
            (checkpoints::functions(self.snapshot.data(), self.unit, limit), &[]),
        ];
        is_told |= others[2..].iter().any(|(table, _)| !table.rows.is_empty());
        for (mut table, expendable) in others.into_iter().filter(|(table, _)| !table.rows.is_empty()) {
            // What was asked for is printed, whatever the width.
            if self.columns.is_none() {
                table.narrow(self.width, &table.places(expendable));
            }
            layouts.push(table);
        }
        let instead = (!is_told).then(|| match () {
            () if !self.has_clock => footer::NO_CLOCK,
            () if !self.timers_on => footer::OFF,
            () if !self.snapshot.data().moments.is_empty() => footer::MOMENTS,
            () if self.snapshot.is_empty() => footer::NOTHING,
            () => footer::QUIET,
        });
        Tables { heading, layouts, instead, notes }
    }
}

/// What a report says.
struct Tables {
    heading: String,
    layouts: Vec<Layout>,
    /// Said where there's nothing to show.
    instead: Option<&'static str>,
    notes: Vec<String>,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("title", &self.title).field("columns", &self.columns).finish_non_exhaustive()
    }
}
