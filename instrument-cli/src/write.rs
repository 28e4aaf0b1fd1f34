//! Writes what's shown.

use crate::failure::Failure;
use crate::page::page;
use crate::shown::{Format, Rows, Show};
use instrument_model::save_file;
use instrument_model::text::{moment, printable};
use instrument_report::analysis::Selected;
use instrument_report::export::{self, Listing, Metric};
use instrument_report::{Style, Table, html};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// Rows of a table, unless it's said how many.
const ROWS: usize = 100;

/// Writes it to where it's wanted. `notes` are said below tables, else on stderr.
pub(crate) fn write(
    selected: &Selected,
    format: Format,
    show: &Show,
    rows: &Rows,
    notes: Vec<String>,
) -> Result<(), Failure> {
    let metric = show.metric.as_deref().unwrap_or("own");
    let metric =
        Metric::parse(metric, &selected.snapshot).map_err(|error| Failure::Usage(format!("--metric: {error}")))?;
    if !format.is_table() {
        notes.iter().for_each(|note| eprintln!("instrument: {note}"));
    }
    let mut to = |out: &mut dyn Write| match format {
        Format::Table | Format::Markdown => out.write_all(table(selected, format, show, rows, &notes).as_bytes()),
        Format::Csv => export::csv(selected, &listing(rows), out),
        Format::Json => export::json(selected, &listing(rows), out),
        Format::Dot => export::dot(&selected.snapshot, &metric, out),
        Format::Folded => export::folded(&selected.snapshot, &metric, out),
        Format::Svg => flame_graph(selected, &metric, out),
        Format::Speedscope => export::speedscope(&selected.snapshot, &metric, out),
        Format::Chrome => export::chrome(&selected.snapshot, &metric, out),
        Format::Firefox => export::firefox(&selected.snapshot, &metric, out),
        Format::Pprof => export::pprof(&selected.snapshot, &metric, out),
        Format::Html => html::write(&selected.snapshot, out),
    };
    match show.output.as_deref() {
        Some(file) if file != Path::new("-") => save_file(file, &mut to)?,
        _ => {
            let mut out = io::stdout().lock();
            to(&mut out)?;
            out.flush()?;
        }
    }
    Ok(())
}

fn listing(rows: &Rows) -> Listing {
    let mut listing = Listing::default();
    (listing.order, listing.columns) = (rows.order.clone(), rows.columns.clone());
    listing
}

fn table(selected: &Selected, format: Format, show: &Show, rows: &Rows, notes: &[String]) -> String {
    let is_seen = show.output.is_none();
    let width = if is_seen { page().width } else { None };
    // Where nobody sees it, no column has to go.
    let width = width.unwrap_or(if is_seen && format == Format::Table { 120 } else { usize::MAX });
    let is_coloured =
        is_seen && io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let mut table = Table::new(&selected.snapshot)
        .origin(origin(selected))
        .columns(rows.columns.clone())
        .width(width)
        .rows(show.limit.map_or(ROWS, |limit| limit as usize))
        .of_command_line(true)
        .style(if is_coloured { Style::Colour } else { Style::Plain });
    if let Some(order) = &rows.order {
        table = table.order(order.clone());
    }
    for note in notes {
        table = table.note(note);
    }
    let mut text = String::new();
    if selected.snapshot.is_empty() && selected.omitted > 0 {
        return format!("none of {} call paths fits\n", selected.omitted);
    }
    // A string takes all.
    let _ = match format {
        Format::Markdown => table.write_markdown(&mut text),
        _ => table.write_to(&mut text),
    };
    text
}

/// Which program, on which machine, and when.
fn origin(selected: &Selected) -> String {
    let process = &selected.snapshot.data().process;
    let mut parts = Vec::new();
    if !process.program.is_empty() {
        let pid = if process.pid > 0 { format!(" {}", process.pid) } else { String::new() };
        parts.push(format!("{}{pid}", printable(&process.program)));
    }
    if !process.host.is_empty() {
        parts.push(printable(&process.host));
    }
    if process.start > 0 {
        parts.push(moment(UNIX_EPOCH + Duration::from_nanos(process.start)));
    }
    parts.join(", ")
}

fn flame_graph(selected: &Selected, metric: &Metric, out: &mut dyn Write) -> io::Result<()> {
    let mut folded = Vec::new();
    export::folded(&selected.snapshot, metric, &mut folded)?;
    let text = String::from_utf8_lossy(&folded);
    let mut options = inferno::flamegraph::Options::default();
    let what = text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
    options.title = origin(selected);
    options.subtitle = Some(what.to_owned());
    options.count_name = match metric {
        Metric::Own | Metric::Total => "ns".to_owned(),
        Metric::Count => "calls".to_owned(),
        _ => "units".to_owned(),
    };
    options.notes = what.to_owned();
    inferno::flamegraph::from_lines(&mut options, text.lines().filter(|line| !line.starts_with("# ")), out).map_err(
        |error| match error.kind() {
            io::ErrorKind::InvalidData => io::Error::other("there's nothing to draw: no call path has that figure"),
            _ => error,
        },
    )
}
