//! Why a process can't be asked.

use instrument_model::text::printable;
use std::{fmt, io};

/// Why a process gave no answer, or not the one that was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum RemoteError {
    /// It can't be reached, or ended meanwhile.
    Unreachable {
        /// Which one.
        pid: u32,
        /// Why.
        error: io::Error,
    },
    /// It ended while it was asked, or since.
    Ended {
        /// Which one.
        pid: u32,
    },
    /// It doesn't want to, and said why.
    Refused(String),
    /// It said something that this version doesn't understand.
    Garbled {
        /// Which one.
        pid: u32,
        /// What was wrong with it.
        message: String,
    },
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RemoteError::Unreachable { pid, error } => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                    write!(f, "process {pid} doesn't answer; is it stopped, or very busy?")
                }
                io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => {
                    write!(f, "process {pid} doesn't serve any more")
                }
                _ => write!(f, "process {pid}: {error}"),
            },
            RemoteError::Ended { pid } => write!(f, "process {pid} has ended"),
            RemoteError::Refused(why) => f.write_str(&printable(why)),
            RemoteError::Garbled { pid, message } => write!(
                f,
                "process {pid} answered what this version doesn't understand; is it of another version? ({})",
                printable(message)
            ),
        }
    }
}

impl std::error::Error for RemoteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RemoteError::Unreachable { error, .. } => Some(error),
            _ => None,
        }
    }
}
