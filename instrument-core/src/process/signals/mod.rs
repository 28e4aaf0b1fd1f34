//! Signals that end the process, or ask for a report: what's to be written is written by a thread, never by the handler.
//!
//! The handler ([`handler`]) only tells whether the program has one of its own. If so, the signal is the program's: it goes
//! on, and reports when it exits. If not, the handler sends a byte to a thread that waits for it. That writes what's written
//! at exit, and ends the process by the very signal, so that its parent sees what it would have seen without us.
//!
//! It's no crate's registry of handlers, since those don't tell whether others are registered, too, and a program that
//! waits for Ctrl-C through one mustn't be ended by us. What's asked of the system here is whose handler there is: one that
//! came before ours is called by ours, and one that came later calls ours or doesn't.

#[cfg(unix)]
mod handler;
#[cfg(unix)]
mod watch;

#[cfg(unix)]
pub(crate) use watch::watch;

use std::ffi::c_int;

/// What signals are to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Signals {
    /// Whether SIGINT and SIGTERM report before they end the process; `None` where it isn't said.
    pub(crate) ends: Option<bool>,
    /// The signal for a report while the program goes on.
    pub(crate) report: Option<c_int>,
}

/// Signals that a program may be sent for a report, by the names that users write.
#[cfg(unix)]
pub(crate) const NAMES: [(&str, c_int); 4] =
    [("USR1", libc::SIGUSR1), ("USR2", libc::SIGUSR2), ("HUP", libc::SIGHUP), ("QUIT", libc::SIGQUIT)];

/// There are none.
#[cfg(not(unix))]
pub(crate) const NAMES: [(&str, c_int); 0] = [];

/// Nothing comes.
#[cfg(not(unix))]
pub(crate) fn watch(_: Signals, _: fn()) {}
