//! `components`: what can be measured here, and why the rest can't.

use crate::failure::Failure;
use crate::page::page;
use crate::table::{Cells, Column, print, table};
use clap::{Args, ValueEnum};
use instrument_core::component::{Known, known};
use instrument_model::Unit;
use instrument_model::json::write_to;
use std::panic::catch_unwind;

#[derive(Debug, Args)]
pub(crate) struct Components {
    /// What to write
    #[arg(long, default_value = "table")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Rows of components
    Table,
    /// For programs; docs/guide/run.md has the fields
    Json,
}

pub(crate) fn components(asked: &Components) -> Result<(), Failure> {
    let known: Vec<(Known, Option<String>)> =
        known().into_iter().map(|known| (known.clone(), refusal(&known))).collect();
    match asked.format {
        Format::Table => print(&shown(&known)),
        Format::Json => print(&json(&known)?),
    }
}

/// Why it can't be measured here, if it can't.
fn refusal(known: &Known) -> Option<String> {
    let reading = catch_unwind(|| known.available().err().map(|error| error.reason.into_owned()));
    reading.unwrap_or_else(|_| Some("it panicked when it was read".to_owned()))
}

fn shown(known: &[(Known, Option<String>)]) -> String {
    let columns = [
        Column("Component", Cells::Names, 0),
        Column("Unit", Cells::Text, 1),
        Column("Here", Cells::Text, 0),
        Column("What it measures", Cells::Text, 0),
    ];
    let row = |(known, refusal): &(Known, Option<String>)| {
        let unit = match &known.unit {
            Unit::Count => "count".to_owned(),
            unit => unit.to_string(),
        };
        let here = if refusal.is_some() { "no" } else { "yes" };
        [known.name.to_owned(), unit, here.to_owned(), known.description.to_owned()]
    };
    let mut text = table(columns, known.iter().map(row), page().width);
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (known, refusal) in known {
        let Some(reason) = refusal.as_deref() else { continue };
        match reasons.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, names)) => names.push(known.name),
            None => reasons.push((reason, vec![known.name])),
        }
    }
    for (reason, names) in reasons {
        text.push_str(&format!("\nNo {}: {reason}\n", names.join(", ")));
    }
    text
}

fn json(known: &[(Known, Option<String>)]) -> Result<String, Failure> {
    let mut text = Vec::new();
    write_to(&mut text, &mut |out| {
        out.array(&mut |out| {
            for (known, refusal) in known {
                out.line();
                out.object(&mut |out| {
                    out.key("name");
                    out.string(known.name);
                    out.key("unit");
                    out.string(&known.unit.to_string());
                    out.key("description");
                    out.string(known.description);
                    out.key("available");
                    out.bool(refusal.is_none());
                    if let Some(reason) = refusal {
                        out.key("reason");
                        out.string(reason);
                    }
                });
            }
        });
    })?;
    text.push(b'\n');
    Ok(String::from_utf8_lossy(&text).into_owned())
}
