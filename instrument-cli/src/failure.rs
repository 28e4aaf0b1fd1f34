//! How a command ends that couldn't do what it was asked to.

use instrument_model::text::printable;
#[cfg(unix)]
use instrument_wire::StoreError;
#[cfg(unix)]
use instrument_wire::remote::RemoteError;
use std::io;
use std::process::ExitCode;

/// Why a command wasn't done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Said in lines on stderr. Those that come from elsewhere are printable already.
    Message(String),
    /// The command line isn't understood: said likewise, and the exit code is another one.
    Usage(String),
    /// What's to say has been said.
    Said,
    /// Nobody reads what's printed any more, as after `| head`: no reason to complain.
    BrokenPipe,
}

impl Failure {
    /// With a message that has nothing of others in it, or only what's printable.
    pub(crate) fn new(message: impl Into<String>) -> Failure {
        Failure::Message(message.into())
    }

    pub(crate) fn say(self) -> ExitCode {
        match self {
            Failure::Message(message) => {
                eprintln!("instrument: {message}");
                ExitCode::FAILURE
            }
            Failure::Usage(message) => {
                eprintln!("instrument: {message}");
                ExitCode::from(2)
            }
            Failure::Said => ExitCode::FAILURE,
            Failure::BrokenPipe => ExitCode::SUCCESS,
        }
    }
}

/// What's said of a path that isn't known, and has dots.
#[cfg(unix)]
pub(crate) fn dots(path: &str) -> String {
    match path.contains('.') {
        true => format!("; paths are written with `::`, as `{}`", printable(&path.replace('.', "::"))),
        false => String::new(),
    }
}

#[cfg(unix)]
impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Failure {
        Failure::Message(error.to_string())
    }
}

#[cfg(unix)]
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Message(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::Message(printable(&error.to_string())),
        }
    }
}
