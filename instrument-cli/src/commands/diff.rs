//! `diff`: what has changed from some runs to others.

use crate::failure::Failure;
use crate::filter::Filter;
use crate::page::page;
use crate::recordings::{Loaded, load, spare};
use cel::Value;
use clap::{Args, ValueEnum};
use instrument_model::save_file;
use instrument_model::text::printable;
use instrument_report::analysis::{self, DiffOptions, DiffTable, RowFigures, RowRef};
use instrument_report::{Style, html};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// What's compared with: a recording, or a folder of recordings, each of which is a run
    base: PathBuf,
    /// What's compared: a recording, or a folder of them
    new: PathBuf,
    /// What to write [default: table, or what the name behind -o ends in]
    #[arg(long)]
    format: Option<Format>,
    /// Where to write it, instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How many rows at most
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Fail if this is true of a row, as `significant && own_change > 0.05`
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true)]
    fail_if: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For a comment on a change: the verdict first
    Markdown,
    /// For scripts
    Json,
    /// A page of its own: a flame graph, coloured by the change of own time
    Html,
}

impl Format {
    /// The one that's asked for, else the one that the file's name ends in.
    fn chosen(asked: Option<Format>, output: Option<&Path>) -> Format {
        let end = output.and_then(Path::extension).and_then(|end| end.to_str());
        asked.unwrap_or(match end {
            Some("md") => Format::Markdown,
            Some("json") => Format::Json,
            Some("html") => Format::Html,
            _ => Format::Table,
        })
    }
}

pub(crate) fn diff(arguments: &Diff) -> Result<(), Failure> {
    spare(arguments.output.as_deref(), &[arguments.base.clone(), arguments.new.clone()])?;
    let base = load(std::slice::from_ref(&arguments.base))?;
    let new = load(std::slice::from_ref(&arguments.new))?;
    let found = analysis::diff(&base.snapshots, &new.snapshots, &DiffOptions::default())
        .map_err(|error| Failure::new(error.to_string()))?;
    let condition = match &arguments.fail_if {
        Some(source) => Some(Filter::parse("--fail-if", source, &names(&found), &described())?),
        None => None,
    };
    // What's wrong with it is said before anything is printed.
    let mut failing = Vec::new();
    if let Some(condition) = &condition {
        for row in found.rows() {
            if condition.holds(|name| value(&found, &row, name))? {
                failing.push(row.path().into_iter().map(printable).collect::<Vec<_>>().join("/"));
            }
        }
    }
    let table = || DiffTable::new(&found).rows(arguments.limit as usize);
    let is_seen = arguments.output.is_none();
    let mut to = |out: &mut dyn Write| match Format::chosen(arguments.format, arguments.output.as_deref()) {
        Format::Table => {
            let is_coloured = is_seen && std::io::stdout().is_terminal();
            let style = if is_coloured { Style::Colour } else { Style::Plain };
            let width = page().width.filter(|_| is_seen).unwrap_or(usize::MAX);
            out.write_all(table().width(width).style(style).to_string().as_bytes())
        }
        Format::Markdown => out.write_all(table().markdown().as_bytes()),
        Format::Json => found.write_json(out),
        Format::Html => {
            let side =
                |loaded: &Loaded| analysis::merge(&loaded.snapshots).and_then(|all| analysis::merge_threads(&all));
            let sides = side(&base).and_then(|base| Ok((base, side(&new)?))).map_err(io::Error::other)?;
            html::write_difference(&sides.0, &sides.1, out)
        }
    };
    match &arguments.output {
        Some(file) if file.as_os_str() != "-" => save_file(file, &mut to)?,
        _ => {
            let mut out = io::stdout().lock();
            to(&mut out)?;
            out.flush()?;
        }
    }
    if !failing.is_empty() {
        let source = printable(arguments.fail_if.as_deref().unwrap_or_default());
        let rest = failing.len().saturating_sub(SHOWN);
        let more = if rest > 0 { format!(", and {rest} more") } else { String::new() };
        failing.truncate(SHOWN);
        return Err(Failure::new(format!("`{source}` holds for {}{more}", failing.join(", "))));
    }
    base.end().and(new.end())
}

/// How many call paths are named of which the condition holds.
const SHOWN: usize = 10;

/// Times of both sides, those of the base with `base_` before; each has its unit behind it.
const TIMES: [&str; 6] = ["own", "total", "own_mean", "mean", "p50", "p99"];
/// A nanosecond in each unit.
const UNITS: [(&str, f64); 4] = [("ns", 1.0), ("us", 1e-3), ("ms", 1e-6), ("s", 1e-9)];
const OTHERS: [&str; 20] = [
    "name",
    "path",
    "module",
    "file",
    "line",
    "stack",
    "depth",
    "state",
    "significant",
    "p",
    "call_change",
    "own_change",
    "total_change",
    "mean_change",
    "p50_change",
    "p99_change",
    "count_change",
    "count",
    "base_count",
    "share",
];

fn described() -> String {
    let units = UNITS.map(|(unit, _)| format!("_{unit}")).join(", ");
    format!(
        "{}; {}, each with {units} behind it, and base_ before it for the base's; and components, also with _own, _change and \
         _own_change",
        OTHERS.join(", "),
        TIMES.join(", ")
    )
}

fn names(diff: &analysis::Diff) -> Vec<String> {
    let times = TIMES.iter().flat_map(|time| UNITS.iter().map(move |(unit, _)| format!("{time}_{unit}")));
    let times = times.flat_map(|name| [format!("base_{name}"), name]);
    let components = diff.components().iter().map(|component| &component.name);
    let components =
        components.flat_map(|name| ["", "_own", "_change", "_own_change"].map(|figure| format!("{name}{figure}")));
    OTHERS.iter().map(|name| (*name).to_owned()).chain(times).chain(components).collect()
}

/// The value of a name; NaN where there's no figure.
fn value(diff: &analysis::Diff, row: &RowRef<'_>, name: &str) -> Value {
    let text = |text: &str| Value::String(text.to_owned().into());
    let label = row.label();
    match name {
        "name" => text(row.name()),
        "path" => text(&label.path),
        "module" => text(&label.module),
        "file" => text(&label.file),
        "line" => Value::Int(label.line.into()),
        "stack" => Value::from(row.path().into_iter().map(text).collect::<Vec<Value>>()),
        "depth" => Value::Int(i64::try_from(row.depth()).unwrap_or(i64::MAX)),
        "state" => text(&row.presence().to_string()),
        "significant" => Value::Bool(row.significant()),
        other => Value::Float(number(diff, row, other).unwrap_or(f64::NAN)),
    }
}

fn number(diff: &analysis::Diff, row: &RowRef<'_>, name: &str) -> Option<f64> {
    if let Some((time, unit)) = name.rsplit_once('_')
        && let Some((_, factor)) = UNITS.iter().find(|(known, _)| *known == unit)
    {
        let (side, time) = match time.strip_prefix("base_") {
            Some(time) => (row.base(), time),
            None => (row.new_figures(), time),
        };
        if let Some(figure) = figure(time) {
            return side.map(|figures| figure(figures) * factor);
        }
    }
    let change = |name: &str| figure(name).map(|figure| row.change_of(figure));
    match name {
        "p" => row.evidence().map(|evidence| evidence.p),
        "call_change" => Some(row.call_change()),
        "share" => Some(row.share()),
        "count" => row.new_figures().map(|figures| figures.count),
        "base_count" => row.base().map(|figures| figures.count),
        other => other.strip_suffix("_change").and_then(change).or_else(|| component(diff, row, other)),
    }
}

fn figure(name: &str) -> Option<fn(&RowFigures) -> f64> {
    Some(match name {
        "own" => |figures| figures.own,
        "total" => |figures| figures.total,
        "own_mean" => |figures| figures.own_mean,
        "mean" => |figures| figures.mean,
        "p50" => |figures| figures.p50,
        "p99" => |figures| figures.p99,
        "count" => |figures| figures.count,
        _ => return None,
    })
}

fn component(diff: &analysis::Diff, row: &RowRef<'_>, name: &str) -> Option<f64> {
    row.columns().iter().find_map(|column| {
        let figure = name.strip_prefix(diff.components()[column.component].name.as_str())?;
        match figure {
            "" => Some(column.new_total),
            "_own" => Some(column.new_own),
            "_change" => Some(column.total_change()),
            "_own_change" => Some(column.own_change()),
            _ => None,
        }
    })
}
