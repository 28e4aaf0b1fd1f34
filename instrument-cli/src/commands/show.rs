//! `show`: recordings as tables, pictures, and what other viewers read.

use crate::failure::Failure;
use crate::filter::Filter;
use crate::format::{Format, write};
use crate::pattern::Globs;
use crate::recordings::load;
use crate::row;
use clap::{Args, ValueEnum};
use instrument_model::text::{format as time, nearest, printable};
use instrument_model::{NodeRef, Snapshot};
use instrument_report::analysis::{self, Grouping, Selected};
use instrument_report::{Column, Order};
use regex::Regex;
use std::path::PathBuf;

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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
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
    let known: Vec<&str> = Column::NAMES.iter().map(|(name, _)| *name).chain(components).collect();
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
    fn new(show: &Show, snapshot: &Snapshot) -> Result<Rows, Failure> {
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

pub(crate) fn show(show: &Show) -> Result<(), Failure> {
    let format = Format::chosen(show.format, show.output.as_deref());
    format.check(show)?;
    let loaded = load(&show.files)?;
    let invalid = |error: instrument_model::Invalid| Failure::new(error.to_string());
    let all = analysis::merge(&loaded.snapshots).map_err(invalid)?;
    let by_thread = matches!(show.group, Some(Group::Thread));
    let all = if by_thread { all } else { analysis::merge_threads(&all).map_err(invalid)? };
    let rows = Rows::new(show, &all)?;
    let mut selected = select(all, &show.which)?;
    if let Some(group) = show.group {
        selected = selected.group(group.into()).map_err(|error| Failure::new(error.to_string()))?;
    }
    if let (Some(limit), false) = (show.limit, format.is_table()) {
        selected = heaviest(selected, limit as usize, rows.order.as_ref())?;
    }
    let mut notes = match loaded.snapshots.len() {
        1 => Vec::new(),
        several => vec![format!("{several} recordings together")],
    };
    notes.extend(omissions(&selected));
    write(&selected, format, show, &rows, notes)?;
    loaded.end()
}

/// What's asked for of a snapshot.
fn select(snapshot: Snapshot, which: &Which) -> Result<Selected, Failure> {
    let only = Globs::new("--only", &which.only)?;
    let skip = Globs::new("--skip", &which.skip)?;
    let condition = match &which.condition {
        Some(source) => Some(Filter::parse("--where", source, &row::names(&snapshot), &row::described())?),
        None => None,
    };
    let mut failure = None;
    let keep = |node: &NodeRef<'_>| {
        (only.is_empty() || only.fit(node))
            && !skip.fit(node)
            && which.search.as_ref().is_none_or(|regex| regex.is_match(node.name()) || regex.is_match(node.path()))
            && condition.as_ref().is_none_or(|condition| {
                let holds = condition.holds(|name| row::value(&snapshot, node, name));
                holds.unwrap_or_else(|error| {
                    failure.get_or_insert(error);
                    false
                })
            })
    };
    let is_all = which.only.is_empty() && which.skip.is_empty() && which.search.is_none() && condition.is_none();
    let selected = match is_all {
        true => Ok(Selected::whole(snapshot)),
        false => analysis::select(&snapshot, keep),
    };
    let selected = selected.map_err(|error| Failure::new(error.to_string()))?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    match which.depth {
        Some(depth) => {
            let mut depths: Vec<u32> = Vec::with_capacity(selected.snapshot.len());
            let shallow = |node: &NodeRef<'_>| {
                depths.push(node.data().parent.map_or(0, |parent| depths[parent as usize] + 1));
                depths.last().is_some_and(|found| *found < depth)
            };
            selected.select(shallow).map_err(|error| Failure::new(error.to_string()))
        }
        None => Ok(selected),
    }
}

/// The nodes with the greatest figures, and those above them, until there are so many.
fn heaviest(selected: Selected, limit: usize, order: Option<&Order>) -> Result<Selected, Failure> {
    let snapshot = &selected.snapshot;
    let mut nodes: Vec<NodeRef<'_>> = snapshot.nodes().collect();
    let by_total = Order::from(Column::Sum);
    nodes.sort_by(|a, b| order.unwrap_or(&by_total).compare(snapshot, a, b));
    let mut kept = vec![false; snapshot.len()];
    let mut room = limit;
    for node in nodes {
        let missing: Vec<usize> = std::iter::successors(Some(node), NodeRef::parent)
            .map(|node| node.place())
            .take_while(|place| !kept[*place])
            .collect();
        if missing.len() <= room {
            room -= missing.len();
            missing.into_iter().for_each(|place| kept[place] = true);
        }
    }
    selected.select(|node| kept[node.place()]).map_err(|error| Failure::new(error.to_string()))
}

/// What was left out, and where its time is.
fn omissions(selected: &Selected) -> Option<String> {
    /// Rows that are named.
    const MOST: usize = 3;
    let (1.., snapshot) = (selected.omitted, &selected.snapshot) else { return None };
    let s = if selected.omitted == 1 { "" } else { "s" };
    let mut moved: Vec<(std::time::Duration, NodeRef<'_>)> =
        snapshot.nodes().map(|node| (selected.moved(node.place()), node)).filter(|(time, _)| !time.is_zero()).collect();
    moved.sort_by_key(|(time, node)| (std::cmp::Reverse(*time), node.place()));
    let sum = moved.iter().map(|(time, _)| *time).sum();
    let mut line = format!("{} call path{s} left out", selected.omitted);
    if !moved.is_empty() {
        let names: Vec<String> = moved
            .iter()
            .take(MOST)
            .map(|(moved, node)| format!("{} {}", printable(node.name()), time(*moved)))
            .collect();
        let more = if moved.len() > MOST { ", …" } else { "" };
        line.push_str(&format!(
            "; their own time, {}, is in that of the nearest call path above: {}{more}",
            time(sum),
            names.join(", ")
        ));
    }
    if !selected.gone.is_zero() {
        line.push_str(&format!(
            "; {} of own time is in no row, since nothing that contains it is left",
            time(selected.gone)
        ));
    }
    Some(line)
}
