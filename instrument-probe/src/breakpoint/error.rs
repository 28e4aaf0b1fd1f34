//! What can be wrong with a breakpoint.

use crate::error::InstrumentError;
use crate::targets::AttachError;
use std::fmt::{self, Display};
use std::time::Duration;

/// Why a breakpoint wasn't hit, or what it waited for didn't end well.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakpointError {
    /// There's no such target.
    Target(AttachError),
    /// The condition doesn't fit the target.
    Condition(InstrumentError),
    /// Nothing happened in time.
    TimedOut {
        /// The event, the target and the condition.
        place: String,
        /// How long it was waited for.
        waited: Duration,
        /// Calls that arrived until then.
        hits: usize,
        /// Calls that were waited for, if a number was asked for.
        wanted: Option<usize>,
        /// Calls that are held.
        held: usize,
        /// Whether all threads that it had started have ended.
        all_ended: bool,
    },
    /// It was armed for nothing.
    NeverFired {
        /// The event, the target and the condition.
        place: String,
    },
    /// The condition failed for a call, or that can't be held.
    Failed {
        /// The event, the target and the condition.
        place: String,
        /// Calls that arrived until then.
        hits: usize,
        /// What went wrong.
        error: String,
    },
    /// The thread panicked.
    Panicked {
        /// Its message.
        message: String,
    },
    /// The system gave no thread.
    NoThread {
        /// What it said.
        error: String,
    },
}

impl Display for BreakpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BreakpointError::Target(error) => error.fmt(f),
            BreakpointError::Condition(error) => write!(f, "the condition: {error}"),
            BreakpointError::TimedOut { place, waited, hits, wanted, held, all_ended } => {
                let (hits, held) = (times(*hits), calls(*held));
                match wanted {
                    Some(wanted) => {
                        write!(f, "waited {waited:?} for {wanted} hits at {place}: it was hit {hits} so far")?
                    }
                    None => write!(f, "waited {waited:?} for {place}: it was hit {hits} so far")?,
                }
                write!(f, ", {held} held")?;
                f.write_str(if *all_ended { ", and all threads that it started have ended" } else { "" })
            }
            BreakpointError::NeverFired { place } => {
                write!(f, "the breakpoint at {place} never fired: nothing of what it should order happened")
            }
            BreakpointError::Failed { place, hits, error } => {
                write!(f, "the breakpoint at {place} failed after {}: {error}", times(*hits))
            }
            BreakpointError::Panicked { message } => write!(f, "the thread panicked: {message}"),
            BreakpointError::NoThread { error } => write!(f, "no thread to run it on: {error}"),
        }
    }
}

impl std::error::Error for BreakpointError {}

fn times(count: usize) -> String {
    if count == 1 { "1 time".to_owned() } else { format!("{count} times") }
}

fn calls(count: usize) -> String {
    match count {
        0 => "no call is".to_owned(),
        1 => "1 call is".to_owned(),
        _ => format!("{count} calls are"),
    }
}
