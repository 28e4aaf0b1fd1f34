//! The live profile in a program that doesn't install the allocator.

use instrument_core::memory::{LiveProfileError, live, start_live_profile};
use std::process::Command;

#[test]
fn without_the_allocator_there_is_none_and_the_error_says_how_to_install_it() {
    let error = start_live_profile(1).expect_err("nobody counts");
    assert_eq!((error, live()), (LiveProfileError::NoAllocator, None));
    assert!(error.to_string().contains("#[global_allocator]"), "{error}");
}

#[test]
fn the_environment_is_answered_by_one_line() {
    const CHILD: &str = "INSTRUMENT_TEST_LIVE_ABSENT";
    if std::env::var_os(CHILD).is_some() {
        drop(instrument_core::enter_named("first"));
        drop(instrument_core::enter_named("second"));
        return;
    }
    let program = std::env::current_exe().expect("this program");
    let lines = |setting: &str| {
        let mut child = Command::new(&program);
        child.args(["--exact", "the_environment_is_answered_by_one_line", "--nocapture"]);
        let output = child.env(CHILD, "1").env("INSTRUMENT_MEMORY", setting).output().expect("this program again");
        assert!(output.status.success());
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        errors.lines().filter(|line| line.contains("INSTRUMENT_MEMORY")).map(str::to_owned).collect::<Vec<_>>()
    };
    let said = lines("live");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("instrument: INSTRUMENT_MEMORY=live: ") && said[0].contains("CountingAllocator"),
        "{said:?}"
    );
    assert_eq!(lines("off"), Vec::<String>::new());
}
