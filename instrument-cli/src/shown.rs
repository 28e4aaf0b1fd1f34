//! What `show` is asked for, and as what.

use crate::failure::Failure;
use clap::{Args, ValueEnum};
use instrument_model::Snapshot;
use instrument_model::text::{nearest, printable};
use instrument_report::analysis::Grouping;
use instrument_report::{Column, Order};
use regex::Regex;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Recordings, as INSTRUMENT_SAVE and `instrument save` write them; several are merged. Of a folder, all in it; `-` is stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// One row for each of these, over all call paths; recursive calls count once
    #[arg(long, value_name = "BY")]
    pub(crate) group: Option<Group>,
    /// What siblings are sorted by: own, total, count, mean, max, name, or another column of the table [default: total]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sort: Option<String>,
    /// How many rows at most, those with the greatest figures [default: 100; all, where no table is printed]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// Which figures: avg, min, max, count, sum, percent, own, dev, timing, p50, p99.9, thread_cpu, thread_cpu.own, …
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,
    /// What pictures and profiles weigh: own, total, count, or a component [default: own]
    #[arg(long, value_name = "METRIC")]
    pub(crate) metric: Option<String>,
    /// What to write [default: table, or what the name behind -o ends in]
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Where to write it, instead of stdout
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Which call paths. The time of those that are left out is in the own time of the nearest one above that isn't.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Only those whose name, function or stack fits this pattern: `parse*`, `*::io::*`, `main > * > read`
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// None of those that fit this one
    #[arg(long, value_name = "GLOB")]
    pub(crate) skip: Vec<String>,
    /// Only those with this in their name or function
    #[arg(long, value_name = "REGEX", value_parser = Regex::new)]
    pub(crate) search: Option<Regex>,
    /// Only those that this is true of, as `own_ms > 5 && count < 10`
    #[arg(long = "where", value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub(crate) condition: Option<String>,
    /// Only those of the outermost levels
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) depth: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Group {
    /// Functions, and spans by their names
    Function,
    /// Modules
    Module,
    /// Source files
    File,
    /// Threads, above their call paths; of recordings that keep them apart, by INSTRUMENT_SAVE_THREADS=on
    Thread,
}

impl From<Group> for Grouping {
    fn from(group: Group) -> Grouping {
        match group {
            Group::Function => Grouping::Function,
            Group::Module => Grouping::Module,
            Group::File => Grouping::File,
            Group::Thread => Grouping::Thread,
        }
    }
}

/// The column of that name, of a recording with these components.
fn column(option: &str, name: &str, snapshot: &Snapshot) -> Result<Column, Failure> {
    let components = || snapshot.components().iter().map(|component| component.name.as_str());
    let is_known = |name: &str| components().any(|component| component == name);
    match Column::parse(name, &is_known) {
        Some(Column::Component { name, .. }) if !is_known(&name) => Err(unknown(option, &name, components())),
        Some(column) => Ok(column),
        None => Err(unknown(option, name, components())),
    }
}

fn unknown<'a>(option: &str, name: &str, components: impl Iterator<Item = &'a str>) -> Failure {
    let others = if option == "--sort" { &["name"][..] } else { &[] };
    let columns = Column::NAMES.iter().map(|(name, _)| *name);
    let known: Vec<&str> = others.iter().copied().chain(columns).chain(components).collect();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}, and p50 and the like", known.join(", ")),
    };
    Failure::Usage(format!("{option}: there's no column `{}`; {hint}", printable(name)))
}

/// What rows are to have, of these recordings.
pub(crate) struct Rows {
    pub(crate) columns: Option<Vec<Column>>,
    pub(crate) order: Option<Order>,
}

impl Rows {
    pub(crate) fn new(show: &Show, snapshot: &Snapshot) -> Result<Rows, Failure> {
        let columns = |names: &Vec<String>| names.iter().map(|name| column("--columns", name, snapshot)).collect();
        let order = |name: &String| match &name[..] {
            "name" => Ok(Order::Name),
            name => column("--sort", name, snapshot).map(Order::from),
        };
        Ok(Rows {
            columns: show.columns.as_ref().map(columns).transpose()?,
            order: show.sort.as_ref().map(order).transpose()?,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The tables that the program prints
    Table,
    /// The same for a comment or a page
    Markdown,
    /// A line for each call path, for spreadsheets
    Csv,
    /// An object for each call path, for scripts
    Json,
    /// A graph for Graphviz
    Dot,
    /// Folded stacks, for flame graph scripts
    Folded,
    /// A flame graph
    Svg,
    /// For www.speedscope.app
    Speedscope,
    /// For chrome://tracing and ui.perfetto.dev
    Chrome,
    /// For profiler.firefox.com
    Firefox,
    /// For pprof, compressed
    Pprof,
    /// A page of its own, for a browser: flame graph, call paths, distributions, and all else
    Html,
}

impl Format {
    /// The one that's asked for, else the one that the file's name ends in.
    pub(crate) fn chosen(asked: Option<Format>, output: Option<&Path>) -> Format {
        let name = output.and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
        let name = name.to_ascii_lowercase();
        // The first that fits.
        let ends = [
            (".speedscope.json", Format::Speedscope),
            (".md", Format::Markdown),
            (".csv", Format::Csv),
            (".json", Format::Json),
            (".dot", Format::Dot),
            (".folded", Format::Folded),
            (".svg", Format::Svg),
            (".html", Format::Html),
            (".pb.gz", Format::Pprof),
            (".pb", Format::Pprof),
        ];
        let of_name = || ends.into_iter().find(|(end, _)| name.ends_with(end)).map(|(_, format)| format);
        asked.or_else(of_name).unwrap_or(Format::Table)
    }

    pub(crate) fn is_table(self) -> bool {
        matches!(self, Format::Table | Format::Markdown)
    }

    /// Whether it has rows of figures, and not stacks with weights.
    fn has_columns(self) -> bool {
        self.is_table() || matches!(self, Format::Csv | Format::Json)
    }

    /// That nothing is asked for which it can't have.
    pub(crate) fn check(self, show: &Show) -> Result<(), Failure> {
        let name = self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        let wrong = |option: &str, what: &str| {
            Err(Failure::Usage(format!("{option} is for {what}; with --format {name} leave it out")))
        };
        match self.has_columns() {
            false
                if self == Format::Html && (show.metric.is_some() || show.sort.is_some() || show.columns.is_some()) =>
            {
                Err(Failure::Usage(
                    "the page has all metrics, columns and orders: leave --metric, --columns and --sort out".to_owned(),
                ))
            }
            true if show.metric.is_some() => {
                wrong("--metric", "dot, folded, svg, speedscope, chrome, firefox and pprof")
            }
            false if show.columns.is_some() => wrong("--columns", "table, markdown, csv and json"),
            false if show.sort.is_some() && show.limit.is_none() => {
                wrong("--sort without --limit", "table, markdown, csv and json")
            }
            _ if self == Format::Pprof && show.output.is_none() && io::stdout().is_terminal() => {
                Err(Failure::Usage("a profile for pprof is no text: add -o FILE".to_owned()))
            }
            _ => Ok(()),
        }
    }
}
