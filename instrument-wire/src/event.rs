//! Events: the moments of a call at which instruments fire.

use std::fmt::{self, Display};
use std::str::FromStr;

/// A moment of a call.
///
/// Each call has exactly one `Call`, and then one `Return` or one `Error`, except for futures that are dropped before
/// they complete: those have no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// Before the body runs; the first poll of an async function.
    Call,
    /// The function returns, and doesn't return an `Err`. A future completes.
    Return,
    /// The function returns an `Err`, or unwinds.
    Error,
}

impl Event {
    /// All of them, in their order.
    pub const ALL: [Event; 3] = [Event::Call, Event::Return, Event::Error];

    /// What it's called in specs and lines: `call`, `return` or `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Event::Call => "call",
            Event::Return => "return",
            Event::Error => "error",
        }
    }
}

impl Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that's no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseEventError(String);

impl Display for ParseEventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no event: write call, return or error", self.0)
    }
}

impl std::error::Error for ParseEventError {}

/// ```
/// use instrument::probe::Event;
///
/// assert_eq!("return".parse(), Ok(Event::Return));
/// assert!("retrun".parse::<Event>().is_err());
/// ```
impl FromStr for Event {
    type Err = ParseEventError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Event::ALL
            .into_iter()
            .find(|event| word.trim().eq_ignore_ascii_case(event.as_str()))
            .ok_or_else(|| ParseEventError(word.chars().take(60).collect()))
    }
}
