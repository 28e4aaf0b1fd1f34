//! `probe add|list|remove`, in a process or in a store that processes read.

use super::stores;
use crate::arguments::{Add, Place, When};
use crate::failure::{Failure, dots};
use crate::page::page;
use crate::process::{self, Found, Wanted};
use crate::table::{Cells, Column, print, table};
use instrument_model::text::printable;
use instrument_wire::remote::{Answer, ProbeRow, ProbeState, RemoteError, Request};
use instrument_wire::{Event, Spec, SpecId};

pub(crate) fn probe_add(add: Add) -> Result<(), Failure> {
    let mut spec = Spec::new(add.target, add.kind, String::new());
    spec.instrument.value = add.value;
    spec.instrument.condition = add.condition;
    spec.instrument.tags = add.tags;
    spec.instrument.event = add.event.map(|event| match event {
        When::Call => Event::Call,
        When::Return => Event::Return,
        When::Error => Event::Error,
    });
    spec.lifespan = add.lifespan.minutes;
    spec.share = add.share;
    let given = add.name;
    let kind = spec.instrument.kind.clone();
    // Of those on the target whose names are taken.
    let name = move |taken: &dyn Fn(&str) -> bool| {
        let numbered = |number: usize| if number == 1 { kind.clone() } else { format!("{kind}-{number}") };
        given.unwrap_or_else(|| (1..).map(numbered).find(|name| !taken(name)).unwrap_or_default())
    };
    if let Some(store) = stores::open(&add.place)? {
        if add.follow {
            return Err(Failure::new(
                "`--follow` shows what one process logs; a store has many, so write one of the two",
            ));
        }
        return stores::add(&*store, spec, name);
    }
    let mut found = process::one(&Wanted::from(&add.place))?;
    let listed = rows(&mut found)?;
    // A target may be named by the end of its path, and is listed by the whole.
    spec.instrument.name =
        name(&|name| listed.iter().any(|row| row.id.name == name && (row.id.target.ends_with(&spec.target))));
    spec.validate().map_err(|error| Failure::new(error.to_string()))?;
    let lifespan = spec.lifespan;
    let id = match found.client.ask(&Request::ProbeAdd { spec: Box::new(spec), follow: add.follow })? {
        Answer::Done { id } => id,
        other => return Err(process::unexpected(found.hello.pid, &other).into()),
    };
    let until = lifespan.map_or_else(|| "until it's removed".to_owned(), |minutes| format!("for {minutes} min"));
    let added = format!("added {} to process {} {until}", printable(&id.to_string()), found.hello.pid);
    if add.follow {
        // Beside the lines, which are all that a pipe is to get.
        eprintln!("{added}; it stays when you leave by Ctrl-C");
        return follow(&mut found);
    }
    print(&format!("{added}\n"))
}

/// Prints lines until there are no more.
fn follow(found: &mut Found) -> Result<(), Failure> {
    let mut warned = 0;
    loop {
        match found.client.next_answer()? {
            Answer::Line { line } => print(&format!("{}\n", printable(&line)))?,
            Answer::Beat { dropped, .. } if dropped > warned => {
                eprintln!("instrument: {} lines were dropped, more than could be read", dropped - warned);
                warned = dropped;
            }
            Answer::Beat { .. } => {}
            Answer::End { reason, failed, calls, dropped } => {
                let lost = if dropped > 0 { format!("; {dropped} lines were dropped") } else { String::new() };
                let end = format!("{}; it has seen {calls} calls{lost}", printable(&reason));
                if failed {
                    return Err(Failure::new(end));
                }
                eprintln!("{end}");
                return Ok(());
            }
            other => return Err(process::unexpected(found.hello.pid, &other).into()),
        }
    }
}

fn rows(found: &mut Found) -> Result<Vec<ProbeRow>, RemoteError> {
    match found.client.ask(&Request::ProbeList {})? {
        Answer::Probes { probes } => Ok(probes),
        other => Err(process::unexpected(found.hello.pid, &other)),
    }
}

pub(crate) fn probe_list(place: &Place) -> Result<(), Failure> {
    if let Some(store) = stores::open(place)? {
        return stores::list(&*store);
    }
    let mut found = process::one(&Wanted::from(place))?;
    let probes = rows(&mut found)?;
    if probes.is_empty() {
        eprintln!("process {} has no probes", found.hello.pid);
        return Ok(());
    }
    let width = page().width;
    let mut below = String::new();
    let rows = probes.into_iter().map(|row| {
        let state = match (row.state, &row.error) {
            // On a page it would be cut, and it's what matters.
            (_, Some(error)) if width.is_some() => {
                below.push_str(&format!("{} has failed: {}\n", printable(&row.id.to_string()), printable(error)));
                "failed".to_owned()
            }
            (_, Some(error)) => format!("failed: {error}"),
            (ProbeState::Running, _) => "running".to_owned(),
            (ProbeState::Stopped, _) => "stopped".to_owned(),
            (ProbeState::Expired, _) => "expired".to_owned(),
            (_, None) => "failed".to_owned(),
        };
        let what = row.spec.as_ref().map_or_else(|| "the program's own".to_owned(), describe);
        [row.id.target, row.id.name, what, row.calls.to_string(), left(row.seconds_left), state]
    });
    let columns = [
        Column("Target", Cells::Names, 0),
        Column("Name", Cells::Names, 0),
        Column("What", Cells::Text, 2),
        Column("Calls", Cells::Figures, 1),
        Column("Left", Cells::Figures, 3),
        Column("State", Cells::Text, 0),
    ];
    let table = table(columns, rows, width);
    print(&format!("{table}{below}"))
}

/// A spec in a line, as `log result on return if result > 10`.
pub(super) fn describe(spec: &Spec) -> String {
    let instrument = &spec.instrument;
    let mut text = instrument.kind.clone();
    if let Some(value) = &instrument.value {
        text.push_str(&format!(" {value}"));
    }
    if let Some(event) = instrument.event {
        text.push_str(&format!(" on {}", event.as_str()));
    }
    if let Some(condition) = &instrument.condition {
        text.push_str(&format!(" if {condition}"));
    }
    if let Some(tags) = &instrument.tags {
        text.push_str(&format!(" tagged {tags}"));
    }
    text
}

/// What's left of a lifespan.
pub(super) fn left(seconds: Option<f64>) -> String {
    match seconds {
        None => "-".to_owned(),
        Some(seconds) if seconds < 120.0 => format!("{seconds:.0} s"),
        Some(seconds) => format!("{:.0} min", seconds / 60.0),
    }
}

pub(crate) fn probe_follow(wanted: &Wanted, target: String, name: Option<String>) -> Result<(), Failure> {
    let mut found = process::one(wanted)?;
    let (target, name) = split(target, name);
    let known = rows(&mut found)?.into_iter().map(|row| row.id).collect();
    let id = pick(known, target, name)?;
    match found.client.ask(&Request::Lines { id })? {
        Answer::Done { .. } => follow(&mut found),
        other => Err(process::unexpected(found.hello.pid, &other).into()),
    }
}

/// As it's shown elsewhere, too: target/name.
fn split(target: String, name: Option<String>) -> (String, Option<String>) {
    match (target.split_once('/'), name) {
        (Some((target, name)), None) => (target.to_owned(), Some(name.to_owned())),
        (_, name) => (target, name),
    }
}

pub(crate) fn probe_remove(place: &Place, target: String, name: Option<String>) -> Result<(), Failure> {
    let (target, name) = split(target, name);
    if let Some(store) = stores::open(place)? {
        let known = store.specs()?.iter().map(Spec::id).collect();
        let id = pick(known, target, name)?;
        store.remove(&id)?;
        return print(&format!("removed {}\n", printable(&id.to_string())));
    }
    let mut found = process::one(&Wanted::from(place))?;
    let known = rows(&mut found)?.into_iter().filter(|row| row.spec.is_some()).map(|row| row.id).collect();
    let id = pick(known, target, name)?;
    match found.client.ask(&Request::ProbeRemove { id })? {
        Answer::Done { id } => print(&format!("removed {}\n", printable(&id.to_string()))),
        other => Err(process::unexpected(found.hello.pid, &other).into()),
    }
}

/// The spec that's meant: of that name, or the only one on the target, which may be named by the end of its path.
fn pick(known: Vec<SpecId>, target: String, name: Option<String>) -> Result<SpecId, Failure> {
    let suffix = format!("::{target}");
    let hint = dots(&target);
    let is_meant = |id: &SpecId| {
        (id.target == target || id.target.ends_with(&suffix)) && name.as_ref().is_none_or(|name| id.name == *name)
    };
    let (mut meant, others): (Vec<SpecId>, Vec<SpecId>) = known.into_iter().partition(is_meant);
    let list =
        |ids: &[SpecId]| -> String { ids.iter().map(|id| format!("\n  {}", printable(&id.to_string()))).collect() };
    match (meant.pop(), meant.is_empty()) {
        (Some(id), true) => Ok(id),
        (Some(last), false) => {
            meant.push(last);
            Err(Failure::new(format!("several probes are meant; write which one:{}", list(&meant))))
        }
        (None, _) if others.is_empty() => Err(Failure::new("there are no probes")),
        (None, _) => Err(Failure::new(format!("there's no such probe{hint}; there are:{}", list(&others)))),
    }
}
