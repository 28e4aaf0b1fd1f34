//! What's printed of components when the process ends, if `INSTRUMENT_AUTO_OUTPUT` asks for it.

use crate::base::inside::Inside;
use super::snapshot::{Threads, capture};
use crate::options::AutoOutput;
use crate::output;
use crate::process::exit::at_each_exit;
use crate::threads::tally;
use crate::state::Setup;
use instrument_model::text::printable;
use instrument_report::storage;
use std::fmt::Write;

inventory::submit! { Setup(|settings| if let Some(form) = settings.auto_output { begin(form) }) }

fn begin(form: AutoOutput) {
    tally::watch();
    at_each_exit(move || {
        if tally::has_recorded() {
            print(form);
        }
    });
}

/// What each component measured, in the order of their first use.
fn print(form: AutoOutput) {
    let _inside = Inside::enter();
    let snapshot = capture(Threads::Apart);
    for component in snapshot.components() {
        let roots = storage::tree(&snapshot, &component.name, false);
        if roots.is_empty() {
            continue;
        }
        let mut text = String::new();
        match form {
            AutoOutput::Tree => {
                text = storage::table(&component.name, &roots, false);
                text.push_str(&storage::lost_lines(&snapshot.lost()));
                text.push('\n');
            }
            AutoOutput::Flat => {
                for entry in storage::flat(&snapshot, &component.name, false) {
                    let _ = writeln!(text, "{}: {entry}", printable(&component.name));
                }
                text.push_str(storage::lost_lines(&snapshot.lost()).trim_start());
            }
        }
        output::write_block(&format!("{text}\n"));
    }
}
