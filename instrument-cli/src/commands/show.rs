//! `show`: recordings as tables, pictures, and what other viewers read.

use crate::failure::Failure;
use crate::filter::Filter;
use crate::pattern::Globs;
use crate::recordings::{load, spare};
use crate::row;
use crate::shown::{Format, Group, Rows, Show, Which};
use crate::write::write;
use instrument_model::text::{format as time, printable};
use instrument_model::{Invalid, NodeRef, Snapshot};
use instrument_report::analysis::{self, Selected};
use instrument_report::{Column, Order};

pub(crate) fn show(show: &Show) -> Result<(), Failure> {
    let format = Format::chosen(show.format, show.output.as_deref());
    format.check(show)?;
    spare(show.output.as_deref(), &show.files)?;
    let mut loaded = load(&show.files)?;
    let count = loaded.snapshots.len();
    let all = whole(&mut loaded.snapshots, matches!(show.group, Some(Group::Thread)))
        .map_err(|error| Failure::new(error.to_string()))?;
    let rows = Rows::new(show, &all)?;
    let mut selected = select(all, &show.which)?;
    if let Some(group) = show.group {
        selected = selected.group(group.into()).map_err(|error| Failure::new(error.to_string()))?;
    }
    if let (Some(limit), false) = (show.limit, format.is_table()) {
        selected = heaviest(selected, limit as usize, rows.order.as_ref())?;
    }
    let mut notes = match count {
        1 => Vec::new(),
        several => vec![format!("{several} recordings together")],
    };
    notes.extend(omissions(&selected));
    write(&selected, format, show, &rows, notes)?;
    // The process ends, and its memory with it.
    std::mem::forget(selected);
    loaded.end()
}

/// All of them as one; none is copied that needn't be changed.
fn whole(snapshots: &mut Vec<Snapshot>, by_thread: bool) -> Result<Snapshot, Invalid> {
    let all = match (snapshots.pop(), snapshots.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            snapshots.extend(last);
            analysis::merge(&*snapshots)?
        }
    };
    if by_thread || all.data().threads.is_empty() { Ok(all) } else { analysis::merge_threads(&all) }
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
        if room == 0 {
            break;
        }
        let missing: Vec<usize> = std::iter::successors(Some(node), NodeRef::parent)
            .map(|node| node.place())
            .take_while(|place| !kept[*place])
            // However deep it lies: it doesn't fit.
            .take(room + 1)
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
