//! `INSTRUMENT_TESTS`: a table at the end of a test binary, or of one test; this one is run again as a child.

use instrument::timer;
use std::process::{Command, Output};

#[timer]
fn measured() {}

/// Mains of programs may be in tests as well.
mod program {
    #[instrument::main]
    pub fn main() {
        super::measured();
    }
}

mod inner {
    #[test]
    fn one_call() {
        super::measured();
    }

    #[test]
    fn two_calls() {
        super::measured();
        super::measured();
    }

    #[test]
    fn nothing() {}

    #[test]
    fn fails_if_asked_to() {
        super::measured();
        assert!(std::env::var_os("TEST_FAILS").is_none(), "on purpose");
    }

    #[test]
    fn has_a_main() {
        if std::env::var_os("TEST_MAIN").is_some() {
            super::program::main();
        }
    }
}

/// This program's tests, with these arguments and variables.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT")) {
        command.env_remove(name);
    }
    command
        .env("INSTRUMENT_COLUMNS", "count")
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .expect("it starts")
}

/// The headings of tables, and the counts of `measured` in each.
fn tables(output: &Output) -> Vec<(String, Option<u64>)> {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let rows = |table: &str| table.lines().find_map(|line| line.strip_prefix("measured ")?.trim().parse().ok());
    let blocks: Vec<&str> = text.split("report made in").collect();
    let heading = |block: &str| block.lines().find(|line| line.contains("elapsed ")).map(str::to_owned);
    blocks.iter().filter_map(|block| Some((heading(block)?, rows(block)))).collect()
}

const ASKED: (&str, &str) = ("INSTRUMENT_TESTS", "1");

#[test]
fn a_test_binary_has_a_table_at_its_end_if_it_is_asked_for() {
    let all = ["inner::", "--skip", "main"];
    assert_eq!(tables(&run(&all, &[])), []);
    assert_eq!(tables(&run(&all, &[("INSTRUMENT_TESTS", "off")])), []);
    let output = run(&all, &[ASKED]);
    assert!(output.status.success(), "{output:?}");
    let tables = tables(&output);
    assert_eq!(tables.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [Some(4)], "{output:?}");
    let heading = &tables[0].0;
    assert!(heading.starts_with("elapsed ") && heading.contains(" UTC, test_binaries-"), "{heading}");
    // The harness's lines are on the other stream, whole.
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("test result: ok. 4 passed") && !said.contains("elapsed "), "{said}");
}

#[test]
fn one_test_has_its_own_and_is_named() {
    for arguments in [["--exact", "inner::two_calls", "--nocapture"], ["inner::two_calls", "--exact", "--nocapture"]] {
        let output = run(&arguments, &[ASKED]);
        let tables = tables(&output);
        assert_eq!(tables.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [Some(2)], "{output:?}");
        assert!(tables[0].0.starts_with("inner::two_calls: elapsed "), "{tables:?}");
    }
    assert_eq!(tables(&run(&["--exact", "inner::nothing"], &[ASKED])), []);
}

#[test]
fn failing_tests_are_reported_and_still_fail() {
    let output = run(&["inner::fails"], &[ASKED, ("TEST_FAILS", "1")]);
    assert_eq!((output.status.code(), tables(&output).len()), (Some(101), 1), "{output:?}");
}

#[test]
fn a_report_of_its_own_is_enough() {
    assert_eq!(tables(&run(&["--exact", "inner::has_a_main"], &[ASKED, ("TEST_MAIN", "1")])).len(), 1);
}

#[test]
fn switched_off_there_is_none() {
    assert_eq!(tables(&run(&["inner::"], &[ASKED, ("INSTRUMENT", "off")])), []);
}
