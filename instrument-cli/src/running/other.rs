//! Runs a command where the system is asked for its end only.

use super::{End, NotRun, Run};
use std::ffi::OsString;
use std::process::{Command, ExitCode};
use std::time::Instant;

const NONE: &str = "it's known on Unix only";

/// Runs commands, one at a time.
pub(crate) struct Runner;

impl Runner {
    pub(crate) fn new() -> std::io::Result<Runner> {
        Ok(Runner)
    }

    pub(crate) fn ended_by(&mut self) -> Option<i32> {
        None
    }

    pub(crate) fn run(&mut self, words: &[OsString]) -> Result<Run, NotRun> {
        let mut command = Command::new(&words[0]);
        let made = Instant::now();
        let status = command.args(&words[1..]).status().map_err(|error| NotRun::new(&words[0], &error))?;
        Ok(Run {
            end: End::Exited(status.code().unwrap_or(1)),
            wall: made.elapsed(),
            spawn: Err(NONE.into()),
            usage: Err(NONE.into()),
            peak: Err(NONE.into()),
            io: Err(NONE.into()),
        })
    }
}

/// Ends with the command's exit code.
#[expect(clippy::exit, reason = "exit codes have 32 bits here, and an `ExitCode` has 8")]
pub(crate) fn end_as(end: End) -> ExitCode {
    match end {
        End::Exited(code) | End::Signalled(code) => std::process::exit(code),
    }
}
