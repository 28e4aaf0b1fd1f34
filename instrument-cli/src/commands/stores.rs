//! Probes in a store: what each process that reads it made of them.

use super::probes::{describe, left};
use crate::arguments::Place;
use crate::failure::{Failure, dots};
use crate::page::page;
use crate::table::{Cells, Column, print, table};
use instrument_model::text::printable;
use instrument_wire::{JsonFileStore, ProcessStatus, Readable, Spec, SpecId, SpecStore, Timestamp};
use std::time::Duration;

/// The store that's meant, if it's one.
pub(super) fn open(place: &Place) -> Result<Option<Box<dyn SpecStore>>, Failure> {
    #[cfg(feature = "redis")]
    if let Some(url) = &place.redis {
        return Ok(Some(Box::new(instrument_wire::RedisStore::new(url)?)));
    }
    Ok(place.store.as_ref().map(|path| Box::new(JsonFileStore::new(path)) as Box<dyn SpecStore>))
}

pub(super) fn add(
    store: &dyn SpecStore,
    mut spec: Spec,
    name: impl FnOnce(&dyn Fn(&str) -> bool) -> String,
) -> Result<(), Failure> {
    let known = store.specs()?;
    spec.instrument.name = name(&|name| known.iter().any(|other| other.is(&SpecId::new(&*spec.target, name))));
    let id = spec.id();
    // A name that the program gives may have dots, a path doesn't, and no process is asked here.
    if id.target.contains('.') && !id.target.contains("::") {
        eprintln!("instrument: is `{}` a name that `#[probe]` gives{}", printable(&id.target), dots(&id.target));
    }
    store.add(spec)?;
    print(&format!("added {}; processes that read this apply it next time they look\n", printable(&id.to_string())))
}

pub(super) fn list(store: &dyn SpecStore) -> Result<(), Failure> {
    let Readable { specs, broken } = store.readable()?;
    for (_, error) in &broken {
        eprintln!("instrument: {error}");
    }
    let statuses = store.statuses()?;
    for status in statuses.iter().filter(|status| status.error.is_some()) {
        let error = status.error.as_deref().unwrap_or_default();
        eprintln!("instrument: {}: {}", printable(&status.process.to_string()), printable(error));
    }
    for warning in specs.iter().filter_map(Spec::warning) {
        eprintln!("instrument: {warning}");
    }
    if specs.is_empty() {
        eprintln!("there are no probes{}", if broken.is_empty() { "" } else { " that can be read" });
        return Ok(());
    }
    let width = page().width;
    let mut below = String::new();
    let mut rows: Vec<[String; 6]> = Vec::new();
    for spec in &specs {
        let id = spec.id();
        let applied = statuses.iter().filter_map(|process| {
            let status = process.specs.iter().find(|status| status.id == id)?;
            Some((process, status))
        });
        let mut cells =
            [id.target.clone(), id.name.clone(), describe(spec), String::new(), String::new(), String::new()];
        let first = rows.len();
        for (process, status) in applied {
            cells[3] = who(process);
            cells[4] = status.calls.to_string();
            cells[5] = match (&status.error, status.expired) {
                // On a page it would be cut, and it's what matters.
                (Some(error), _) if width.is_some() => {
                    let (id, process) = (printable(&id.to_string()), printable(&process.process.to_string()));
                    below.push_str(&format!("{id} has failed in {process}: {}\n", printable(error)));
                    "failed".to_owned()
                }
                (Some(error), _) => format!("failed: {error}"),
                (None, true) => "expired".to_owned(),
                (None, false) => format!("applied {}{}", status.applied, remaining(spec, status.applied)),
            };
            rows.push(std::mem::take(&mut cells));
        }
        if rows.len() == first {
            cells[5] = "no process has applied it".to_owned();
            rows.push(cells);
        }
    }
    let columns = [
        Column("Target", Cells::Names, 0),
        Column("Name", Cells::Names, 0),
        Column("What", Cells::Text, 2),
        Column("Process", Cells::Text, 1),
        Column("Calls", Cells::Figures, 3),
        Column("State", Cells::Text, 0),
    ];
    let table = table(columns, rows, width);
    print(&format!("{table}{below}"))
}

fn who(status: &ProcessStatus) -> String {
    format!("{} {}", status.process, status.program)
}

fn remaining(spec: &Spec, applied: Timestamp) -> String {
    match spec.time_left(applied, Timestamp::now()) {
        None => String::new(),
        Some(Duration::ZERO) => ", about to expire".to_owned(),
        Some(time) => format!(", {} left", left(Some(time.as_secs_f64()))),
    }
}
