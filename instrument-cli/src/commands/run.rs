//! `run`: a command, measured from outside.

use crate::figures::{Look, Runs, json, text};
use crate::page::width_of_stderr;
use crate::running::{End, NotRun, Run, Runner, end_as};
use clap::{Args, ValueEnum};
use instrument_model::save_file;
use instrument_model::text::printable;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct Measured {
    /// Where to write what was measured, instead of stderr; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Run it so many times, and show median and spread
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// What to write [default: table; json to a file, unless its name ends in .md or .txt]
    #[arg(long)]
    format: Option<Format>,
    /// The command and its arguments, after `--`
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Rows of figures
    Table,
    /// The same, for a comment or a document
    Markdown,
    /// For programs; docs/guide/run.md has the fields
    Json,
}

impl Measured {
    fn format(&self) -> Format {
        let Some(file) = self.output.as_deref().filter(|file| *file != Path::new("-")) else {
            return self.format.unwrap_or(Format::Table);
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        self.format.unwrap_or(match name.rsplit('.').next() {
            Some("md") => Format::Markdown,
            Some("txt") => Format::Table,
            _ => Format::Json,
        })
    }
}

/// Runs it, and ends as it ended.
pub(crate) fn run(measured: &Measured) -> ExitCode {
    let mut runs = Runs { command: measured.command.clone(), runs: Vec::new(), wanted: measured.repeat as usize };
    let (ended_by, failure) = match Runner::new() {
        Ok(mut runner) => {
            let failure = all(&mut runner, &mut runs);
            (runner.ended_by(), failure)
        }
        Err(error) => (None, Some(NotRun { message: format!("signals can't be waited for: {error}"), code: 125 })),
    };
    // From here on signals do what they did before: the runner is gone.
    if !runs.runs.is_empty() {
        report(measured, &runs);
    }
    if let Some(failure) = &failure {
        say(&failure.message);
    }
    match (runs.end(), failure, ended_by) {
        (End::Exited(0), Some(failure), _) => ExitCode::from(failure.code),
        // Not all that was asked for has been done.
        (End::Exited(0), None, Some(signal)) if runs.runs.len() < runs.wanted => end_as(End::Signalled(signal)),
        (end, ..) => end_as(end),
    }
}

/// Runs it as often as is wanted, and as nobody asks for an end.
fn all(runner: &mut Runner, runs: &mut Runs) -> Option<NotRun> {
    while runs.runs.len() < runs.wanted {
        let one: Result<Run, NotRun> = runner.run(&runs.command);
        match one {
            Ok(run) => runs.runs.push(run),
            Err(failure) => return Some(failure),
        }
        if runner.ended_by().is_some() {
            break;
        }
    }
    None
}

/// Writes what was measured. Nothing that fails here changes how the command ended.
fn report(measured: &Measured, runs: &Runs) {
    let format = measured.format();
    let shown = |format: Format, width: Option<usize>| match format {
        Format::Table => text(runs, Look::Plain(width)).into_bytes(),
        Format::Markdown => text(runs, Look::Markdown).into_bytes(),
        Format::Json => json(runs),
    };
    let failed = match measured.output.as_deref() {
        None => {
            to_stderr(&shown(format, width_of_stderr()));
            None
        }
        Some(file) if file == Path::new("-") => {
            let mut out = io::stdout().lock();
            out.write_all(&shown(format, None)).and_then(|()| out.flush()).err()
        }
        Some(file) => save_file(file, &mut |out| out.write_all(&shown(format, None))).err(),
    };
    match failed {
        // Nobody reads it any more.
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Some(error) => {
            say(&format!("{}; so here's what was measured", printable(&error.to_string())));
            to_stderr(&shown(format, None));
        }
        None => {}
    }
}

fn say(message: &str) {
    to_stderr(format!("instrument: {message}\n").as_bytes());
}

/// In one write, so that it isn't mixed with what others write; if nobody reads it, that's no reason to fail.
fn to_stderr(text: &[u8]) {
    let _ = io::stderr().lock().write_all(text);
}
