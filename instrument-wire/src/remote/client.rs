//! Processes that serve, and a connection to one.

use super::lines::{self, Lines, NoLine};
use super::{Answer, LONGEST_ANSWER, RemoteError, Request, folder, peer};
use std::io;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

/// How long an answer, or a part of the conversation, may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process that serves, or did a moment ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its socket.
    pub socket: PathBuf,
}

impl Process {
    /// Its number, and if another process has that number as well, in another container, its place among them: `7`, `7-2`.
    pub fn name(&self) -> String {
        let name = self.socket.file_stem().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| self.pid.to_string())
    }

    /// Its place among those that have its number, from 1.
    pub fn place(&self) -> u32 {
        folder::place(&self.socket).map_or(1, |(_, place)| place)
    }
}

/// The processes of this user that serve, by their numbers. Removes sockets of those that have ended.
pub fn processes() -> Vec<Process> {
    let mut found: Vec<Process> = Vec::new();
    for folder in folder::all() {
        folder::remove_stale(&folder);
        found.extend(folder::sockets(&folder).into_iter().map(|(pid, socket)| Process { pid, socket }));
    }
    found.sort_by_key(|process| (process.pid, process.place()));
    found
}

/// A connection to a process that serves. It answers one request after another, each within ten seconds unless
/// [told](Self::set_patience) otherwise.
#[derive(Debug)]
pub struct Client {
    pid: u32,
    stream: UnixStream,
    lines: Lines,
    patience: Duration,
}

impl Client {
    /// Connects to a process.
    ///
    /// # Errors
    ///
    /// When it doesn't serve any more, accepts no connection within ten seconds, or what's there isn't a process of this user's.
    pub fn connect(process: &Process) -> Result<Client, RemoteError> {
        let pid = process.pid;
        let unreachable = |error| RemoteError::Unreachable { pid, error };
        let stream = instrument_system::sockets::connect(&process.socket, PATIENCE).map_err(unreachable)?;
        peer::check(&stream).map_err(unreachable)?;
        let lines = Lines::new(stream.try_clone().map_err(unreachable)?, LONGEST_ANSWER);
        Ok(Client { pid, stream, lines, patience: PATIENCE })
    }

    /// Waits that long for answers, instead of ten seconds.
    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Asks, and waits for the answer; never [`Answer::Error`], which is an error here.
    ///
    /// # Errors
    ///
    /// When it refuses, and says why; doesn't answer in time; or can't be understood.
    pub fn ask(&mut self, request: &Request) -> Result<Answer, RemoteError> {
        let pid = self.pid;
        lines::write(&self.stream, request.to_line(), self.patience).map_err(|error| {
            // It may have said why it hung up.
            match self.next_answer() {
                Err(refused @ RemoteError::Refused(_)) => refused,
                _ => lost(pid, error),
            }
        })?;
        self.next_answer()
    }

    /// The next answer to a request that has several.
    ///
    /// # Errors
    ///
    /// As for [`ask`](Client::ask).
    pub fn next_answer(&mut self) -> Result<Answer, RemoteError> {
        let pid = self.pid;
        let line = self.lines.next(self.patience, self.patience).map_err(|none| {
            let error = match none {
                // Who serves says why before it hangs up.
                NoLine::Closed | NoLine::Half => return RemoteError::Ended { pid },
                NoLine::Idle | NoLine::Slow => io::ErrorKind::TimedOut.into(),
                NoLine::TooLong => io::Error::other("the answer is too long"),
                NoLine::Failed(error) => error,
            };
            lost(pid, error)
        })?;
        match Answer::parse(&line) {
            Ok(Answer::Error { error }) => Err(RemoteError::Refused(error)),
            Ok(answer) => Ok(answer),
            Err(error) => Err(RemoteError::Garbled { pid, message: error.to_string() }),
        }
    }
}

/// Why a connection is of no use any more.
fn lost(pid: u32, error: io::Error) -> RemoteError {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => RemoteError::Ended { pid },
        _ => RemoteError::Unreachable { pid, error },
    }
}
