//! Tables of scripted snapshots, every line exact.

mod chains;
mod components;
mod figures;
mod partings;
mod shape;

use super::{Column, Style, Table};
use crate::script::{Script, given, times};
use instrument_model::data::Label;
use instrument_model::text::TimeUnit;
use std::time::Duration;

impl Script {
    fn report(&self) -> Table<'static> {
        Table::new(Box::leak(Box::new(self.snapshot())))
    }
}

/// The calls of a small program: a loop that updates and draws.
fn program() -> Script {
    let mut script = Script::new();
    script.calls(None, "load", &[40_000_000]);
    let main = script.calls(None, "main_loop", &[400_000_000, 500_000_000]);
    script.calls(Some(main), "draw", &[100_000_000, 120_000_000]);
    let update = script.calls(Some(main), "update_state", &[250_000_000, 310_500_000]);
    script.calls(Some(update), "World::step", &[1_234_567; 100]);
    script
}

#[track_caller]
fn assert_tables(table: Table<'_>, width: usize, expected: &str) {
    let (tables, _) = table.width(width).parts();
    assert!(tables == expected[1..], "\n{tables}\ninstead of\n{expected}");
}
