//! Which process is meant.

use crate::arguments::{Place, ProbeWhich, Which};
use crate::failure::Failure;
use instrument_model::text::printable;
use instrument_wire::remote::{Answer, Client, Hello, Process, RemoteError, Request, processes};
use std::time::Duration;

/// What was said about the process that's meant.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) pid: Option<u32>,
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
        return match processes().into_iter().find(|process| process.pid == pid) {
            Some(process) => Ok(greet(&process, PATIENCE)?),
            None => Err(Failure::new(format!("process {pid} doesn't serve; {}", others()))),
        };
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
            let list: Vec<String> =
                found.iter().chain([&last]).map(|process| format!("\n  {}", describe(&process.hello))).collect();
            let pid = last.hello.pid;
            Err(Failure::new(format!("several processes serve; write which one, as `--pid {pid}`:{}", list.concat())))
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
        Answer::Hello(hello) => Ok(Found { client, hello }),
        other => Err(unexpected(process.pid, &other)),
    }
}

/// An answer to another question.
pub(crate) fn unexpected(pid: u32, answer: &Answer) -> RemoteError {
    RemoteError::Garbled { pid, message: format!("{answer:?}").chars().take(100).collect() }
}

fn describe(hello: &Hello) -> String {
    format!("{}  {}", hello.pid, printable(&hello.program))
}

fn others() -> String {
    let serving: Vec<String> = all().into_iter().flatten().map(|process| describe(&process.hello)).collect();
    if serving.is_empty() {
        return "no process of yours serves; build it with `--features instrument/enabled`, and call \
                `instrument::serve()` in it or start it with INSTRUMENT_SERVE=1"
            .to_owned();
    }
    format!("these do:\n  {}", serving.join("\n  "))
}
