//! Tests that have a process of their own: the program starts itself again for them.

use std::process::{Command, Output, Stdio};

const CHILD: &str = "INSTRUMENTS_TEST_CHILD";

/// Runs `work` in this program started again for this test, with these variables and no others of the toolkit's. In the
/// child this doesn't return.
///
/// Fails where the child does; else returns what it has written.
#[expect(clippy::exit, reason = "the harness would go on and write to the same streams")]
pub fn run(test: &str, variables: &[(&str, &str)], work: impl FnOnce()) -> String {
    if std::env::var_os(CHILD).is_some() {
        work();
        std::process::exit(0);
    }
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, "1").stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT_")) {
        command.env_remove(name);
    }
    let output: Output = command.envs(variables.iter().copied()).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}\n{text}\n{}", output.status, String::from_utf8_lossy(&output.stdout));
    text
}
