//! A block as text: each line with its step's time, the running total and the share.

use super::block::{Block, Entry, Kind};
use super::summary::{RemoteSummary, Time};
use crate::time::Bearings;
use instrument_model::text::printable;
use instrument_model::text::{TimeUnit, count, percent};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

const INDENT: &str = "  ";
/// Columns up to which a long label moves the figures of the other lines.
const WIDEST: usize = 60;

struct Row {
    depth: usize,
    label: String,
    /// Time, running total, share; a title has none.
    figures: Option<[String; 3]>,
    note: String,
}

/// How figures are written.
pub(super) struct Figures {
    pub(super) bearings: Bearings,
    pub(super) unit: TimeUnit,
}

impl Figures {
    fn time(&self, ticks: u64) -> String {
        self.unit.format(self.bearings.scale.duration(ticks))
    }

    /// The time from one moment to another; marked where the clocks may have parted in between.
    fn between(&self, from: u64, to: u64) -> String {
        let mark = if self.bearings.are_vague(from, to) { "~" } else { "" };
        format!("{mark}{}", self.time(to.saturating_sub(from)))
    }

    fn remote(&self, time: Time) -> String {
        let mark = if time.is_vague { "~" } else { "" };
        format!("{mark}{}", self.unit.format(Duration::from_nanos(time.nanos)))
    }
}

/// The block and all in it, below so many others.
pub(super) fn block(block: &Block, depth: usize, figures: Figures) -> String {
    let mut rows = Rows { rows: Vec::new(), figures };
    rows.block(block, depth);
    rows.write()
}

/// One line of a profiler that prints at once, from when to when: it stands alone, so it names its profiler, and there's
/// no share yet.
pub(super) fn immediate(block: &Block, depth: usize, label: &str, (from, to): (u64, u64), figures: Figures) -> String {
    let (title, label) = (printable(&block.title), printable(label));
    let (time, total) = (figures.between(from, to), figures.between(block.start, to));
    format!("{}[{title}] {label}  {time}  {total}\n", INDENT.repeat(depth))
}

fn share(part: u64, whole: u64) -> String {
    percent(if whole == 0 { 0.0 } else { part as f64 / whole as f64 })
}

struct Rows {
    rows: Vec<Row>,
    figures: Figures,
}

impl Rows {
    fn title(&mut self, depth: usize, title: &str, time: String) {
        let label = format!("[{}] {time}", printable(title));
        self.rows.push(Row { depth, label, figures: None, note: String::new() });
    }

    fn block(&mut self, block: &Block, depth: usize) {
        self.title(depth, &block.title, self.figures.between(block.start, block.end));
        let mut last = block.start;
        let mut nested = Vec::new();
        for (entry, label) in block.entries() {
            match &entry.kind {
                Kind::Nested(inner) => nested.push(inner),
                kind => {
                    let nanos = self.figures.bearings.scale.nanos(entry.at.saturating_sub(last));
                    let call = Time { nanos, is_vague: self.figures.bearings.are_vague(last, entry.at) };
                    self.step(block, depth + 1, entry, label, last);
                    last = entry.at;
                    // What ran within a step stands below it.
                    nested.drain(..).for_each(|inner| self.block(inner, depth + 2));
                    if let Kind::Remote(summary) = kind {
                        self.remote(summary.as_deref(), depth + 2, call);
                    }
                }
            }
        }
        nested.into_iter().for_each(|inner| self.block(inner, depth + 1));
        if block.lost > 0 {
            let label = format!("… {} more lines than a block keeps", count(block.lost));
            self.rows.push(Row { depth: depth + 1, label, figures: None, note: String::new() });
        }
    }

    fn step(&mut self, block: &Block, depth: usize, entry: &Entry, label: &str, last: u64) {
        let whole = block.end.saturating_sub(block.start);
        let running = self.figures.between(block.start, entry.at);
        let share = share(entry.at.saturating_sub(last), whole);
        let figures = Some([self.figures.between(last, entry.at), running, share]);
        let note = match entry.kind {
            Kind::Polled { busy } => format!("busy {}", self.figures.time(busy)),
            _ => String::new(),
        };
        self.rows.push(Row { depth, label: printable(label), figures, note });
    }

    /// The two parts of a remote call: each side's duration by its own clock, and never a difference of two clocks.
    fn remote(&mut self, server: Option<&RemoteSummary>, depth: usize, call: Time) {
        let Some(server) = server else {
            let label = "the server's part is missing".to_owned();
            self.rows.push(Row { depth, label, figures: None, note: String::new() });
            return;
        };
        let mut part = |depth, label: &str, time: Time, whole: Time, note: &str| {
            let figures = Some([self.figures.remote(time), String::new(), share(time.nanos, whole.nanos)]);
            self.rows.push(Row { depth, label: printable(label), figures, note: note.to_owned() });
        };
        part(depth, &format!("server: {}", server.title), server.time, call, "");
        for step in &server.steps {
            part(depth + step.depth, &step.label, step.time, server.time, "");
        }
        let nanos = call.nanos.saturating_sub(server.time.nanos);
        let transport = Time { nanos, is_vague: call.is_vague || server.time.is_vague };
        let note = if server.time.nanos > call.nanos { "the server says that it took longer than the call" } else { "" };
        part(depth, "transport", transport, call, note);
        if server.omitted > 0 {
            let label = format!("… {} more lines than the server sent", count(server.omitted));
            self.rows.push(Row { depth: depth + 1, label, figures: None, note: String::new() });
            // Below the server's other steps, and above the transport.
            let last = self.rows.len() - 1;
            self.rows.swap(last, last - 1);
        }
    }

    fn write(&self) -> String {
        let taken = |row: &Row| INDENT.len() * row.depth + row.label.width();
        let with_figures = self.rows.iter().filter(|row| row.figures.is_some());
        let labels = with_figures.clone().map(taken).max().unwrap_or(0).min(WIDEST);
        let width = |column: usize| {
            let cells = with_figures.clone().filter_map(|row| row.figures.as_ref()?.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths = [width(0), width(1), width(2)];

        let mut out = String::new();
        for row in &self.rows {
            let mut line = format!("{}{}", INDENT.repeat(row.depth), row.label);
            if let Some(figures) = &row.figures {
                // `{:<width$}` counts characters, of which some fill two columns and some none.
                line.push_str(&" ".repeat(labels.saturating_sub(taken(row))));
                for (figure, width) in figures.iter().zip(widths) {
                    line.push_str(INDENT);
                    line.push_str(&" ".repeat(width.saturating_sub(figure.width())));
                    line.push_str(figure);
                }
                line.push_str(INDENT);
                line.push_str(&row.note);
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}
