//! Which process is meant.

use crate::arguments::{Pid, Place, ProbeWhich, Which};
use crate::failure::Failure;
use instrument_model::text::printable;
use instrument_wire::remote::{Answer, Client, Hello, Process, RemoteError, Request, processes};
use std::time::Duration;

/// What was said about the process that's meant.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) pid: Option<Pid>,
    pub(crate) program: Option<String>,
}

impl From<Which> for Wanted {
    fn from(which: Which) -> Wanted {
        Wanted { pid: which.pid, program: which.program }
    }
}

impl From<ProbeWhich> for Wanted {
    fn from(which: ProbeWhich) -> Wanted {
        Wanted { pid: which.pid, program: which.program }
    }
}

impl From<&Place> for Wanted {
    fn from(place: &Place) -> Wanted {
        Wanted { pid: place.pid, program: place.program.clone() }
    }
}

/// How long an answer may take,
const PATIENCE: Duration = Duration::from_secs(10);
/// and how long that of a process may which is one of many: those that are stopped mustn't keep the others waiting.
const GREETING: Duration = Duration::from_secs(1);

/// A process that answers, and who it says that it is.
pub(crate) struct Found {
    pub(crate) process: Process,
    pub(crate) client: Client,
    pub(crate) hello: Hello,
}

/// All processes that serve, with an error for each that doesn't answer.
pub(crate) fn all() -> Vec<Result<Found, RemoteError>> {
    let found = processes().into_iter().map(|process| {
        let mut found = greet(&process, GREETING)?;
        found.client.set_patience(PATIENCE);
        Ok(found)
    });
    // A socket that nobody listens at is of a process that ended, whose number another one has got.
    found.filter(|found| !found.as_ref().is_err_and(is_gone)).collect()
}

fn is_gone(error: &RemoteError) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, NotFound};
    matches!(error, RemoteError::Ended { .. })
        || matches!(error, RemoteError::Unreachable { error, .. } if matches!(error.kind(), ConnectionRefused | NotFound))
}

/// The process that's meant, or an error that says how to say which.
pub(crate) fn one(wanted: &Wanted) -> Result<Found, Failure> {
    if let Some(pid) = wanted.pid {
        return of_number(pid);
    }
    let mut found = Vec::new();
    let mut silent = Vec::new();
    for process in all() {
        match process {
            Ok(process) if wanted.program.as_ref().is_none_or(|program| *program == process.hello.program) => {
                found.push(process);
            }
            Ok(_) => {}
            Err(error) => silent.push(error),
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(process), true) => Ok(process),
        (Some(last), false) => {
            let name = last.process.name();
            found.push(last);
            Err(Failure::new(format!("several processes serve; write which one, as `--pid {name}`:{}", list(&found))))
        }
        (None, _) => match (silent.into_iter().next(), &wanted.program) {
            (Some(error), _) => Err(error.into()),
            (None, Some(program)) => {
                Err(Failure::new(format!("no process of a program `{}` serves; {}", printable(program), others())))
            }
            (None, None) => Err(Failure::new(others())),
        },
    }
}

fn greet(process: &Process, patience: Duration) -> Result<Found, RemoteError> {
    let mut client = Client::connect(process)?;
    client.set_patience(patience);
    match client.ask(&Request::Hello {})? {
        Answer::Hello(hello) => Ok(Found { process: process.clone(), client, hello }),
        other => Err(unexpected(process.pid, &other)),
    }
}

/// An answer to another question.
pub(crate) fn unexpected(pid: u32, answer: &Answer) -> RemoteError {
    RemoteError::Garbled { pid, message: format!("{answer:?}").chars().take(100).collect() }
}

/// The process of that number. Where others have it, too, that's not enough: the wrong one's figures would look right.
fn of_number(pid: Pid) -> Result<Found, Failure> {
    let is_meant =
        |process: &Process| process.pid == pid.number && pid.place.is_none_or(|place| process.place() == place);
    let meant: Vec<Process> = processes().into_iter().filter(is_meant).collect();
    match &meant[..] {
        [] => Err(Failure::new(format!("process {pid} doesn't serve; {}", others()))),
        [process] => Ok(greet(process, PATIENCE)?),
        several => {
            let mut found = Vec::new();
            for process in several {
                match greet(process, GREETING) {
                    Err(error) if is_gone(&error) => {}
                    answer => found.push(answer?),
                }
            }
            match (found.pop(), found.is_empty()) {
                (None, _) => Err(Failure::new(format!("process {pid} doesn't serve; {}", others()))),
                (Some(mut only), true) => {
                    only.client.set_patience(PATIENCE);
                    Ok(only)
                }
                (Some(last), false) => {
                    let name = last.process.name();
                    found.push(last);
                    let list = list(&found);
                    Err(Failure::new(format!(
                        "several processes have the number {pid}; write which one, as `--pid {name}`, or `--pid {pid}-1` for \
                         the first:{list}"
                    )))
                }
            }
        }
    }
}

/// What tells processes from one another; those of several containers by these, too.
fn list(found: &[Found]) -> String {
    let are_here = found.windows(2).all(|two| two[0].hello.host == two[1].hello.host);
    let line = |found: &Found| format!("\n  {}  {}", found.process.name(), program(&found.hello, !are_here));
    found.iter().map(line).collect()
}

/// A program's name, and where it runs, if that's of interest.
pub(crate) fn program(hello: &Hello, with_host: bool) -> String {
    match &hello.host {
        Some(host) if with_host => format!("{} on {}", printable(&hello.program), printable(host)),
        _ => printable(&hello.program),
    }
}

fn others() -> String {
    let serving: Vec<Found> = all().into_iter().flatten().collect();
    if serving.is_empty() {
        return "no process of yours serves; build it with `--features instrument/enabled`, and call \
                `instrument::serve()` in it or start it with INSTRUMENT_SERVE=1"
            .to_owned();
    }
    format!("these do:{}", list(&serving))
}
