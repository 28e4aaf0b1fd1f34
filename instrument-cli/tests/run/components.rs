//! `components`: what can be measured here.

use crate::{Folder, json, text};
use serde_json::Value;
use std::process::{Command, Output};

fn listed(folder: &Folder, options: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_instrument"));
    command.arg("components").args(options).current_dir(folder.path("")).env_remove("COLUMNS");
    // The runtime is in the program, and these are for programs that are measured.
    command.env("INSTRUMENT_COMPONENTS", "nonsense").env("INSTRUMENT_SAVE", "saved.json");
    command.env("INSTRUMENT_AUTO_OUTPUT", "tree").env("INSTRUMENT_SIGNALS", "nonsense").env("INSTRUMENT_TESTS", "on");
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stderr), "");
    assert!(!folder.path("saved.json").exists());
    output
}

#[test]
fn all_are_listed_with_a_reason_where_there_is_none() {
    let folder = Folder::new();
    let listed = json(&listed(&folder, &["--format", "json"]).stdout);
    let listed = listed.as_array().expect("a list");
    let known: Vec<&str> = instrument::component::known().iter().map(|known| known.name).collect();
    let names: Vec<&str> = listed.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, known);
    for one in listed {
        assert_eq!(one["available"] == true, one["reason"].is_null(), "{one}");
        assert!(one["description"].as_str().is_some_and(|text| !text.is_empty()) && one["unit"].is_string(), "{one}");
    }
    let of = |name: &str| listed.iter().find(|one| one["name"] == name).unwrap_or(&Value::Null);
    assert_eq!(of("wall_clock")["available"], true);
    assert_eq!(of("wall_clock")["unit"], "s");
    assert!(of("heap_bytes")["reason"].as_str().is_some_and(|why| why.contains("counting allocator")));
    // Compiled in, so whether it can be had is a matter of the machine.
    let why = of("instructions")["reason"].as_str().unwrap_or_default();
    assert!(!why.contains("feature"), "{why}");
}

#[test]
fn the_table_has_a_row_for_each() {
    let folder = Folder::new();
    let table = text(&listed(&folder, &[]).stdout);
    for known in instrument::component::known() {
        assert!(table.lines().any(|line| line.starts_with(&format!("{} ", known.name))), "{}: {table}", known.name);
    }
}

#[test]
fn measuring_a_command_reads_no_variable_of_the_runtime() {
    let folder = Folder::new();
    let mut command = folder.command(&["-o", "measured.json"], &["true"]);
    command
        .env("INSTRUMENT_SAVE", "saved.json")
        .env("INSTRUMENT_AUTO_OUTPUT", "flat")
        .env("INSTRUMENT_ROWS", "nonsense");
    let output = command.output().expect("it runs");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    assert!(!folder.path("saved.json").exists());
}
