//! How a command ends that couldn't do what it was asked to.

use instrument_core::shared::printable;
use instrument_probe::StoreError;
use instrument_probe::remote::RemoteError;
use std::io;
use std::process::ExitCode;

/// Why a command wasn't done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Said in lines on stderr. Those that come from elsewhere are printable already.
    Said(String),
    /// Nobody reads what's printed any more, as after `| head`: no reason to complain.
    NobodyListens,
}

impl Failure {
    /// With a message that has nothing of others in it, or only what's printable.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure::Said(message.into())
    }

    pub(crate) fn say(self) -> ExitCode {
        match self {
            Failure::Said(message) => {
                eprintln!("instrument: {message}");
                ExitCode::FAILURE
            }
            Failure::NobodyListens => ExitCode::SUCCESS,
        }
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Failure {
        Failure::Said(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Said(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::NobodyListens,
            _ => Failure::Said(printable(&error.to_string())),
        }
    }
}
