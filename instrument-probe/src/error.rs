//! What an instrument says when it can't go on.

use instrument_model::text::printable;
use std::fmt::{self, Display};

/// Bytes of an error that are kept and told.
pub(crate) const LONGEST: usize = 1_000;

/// Why an instrument can't be added, or failed. It's one line: what would break one, in an expression that it repeats for one, is
/// escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentError(String);

impl InstrumentError {
    /// An error with that message.
    ///
    /// ```
    /// # use instrument_probe::InstrumentError;
    /// assert_eq!(InstrumentError::new("no such queue").to_string(), "no such queue");
    /// ```
    pub fn new(message: impl Display) -> Self {
        InstrumentError(printable(&message.to_string()))
    }
}

impl Display for InstrumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InstrumentError {}

impl From<String> for InstrumentError {
    fn from(message: String) -> Self {
        InstrumentError::new(message)
    }
}

impl From<&str> for InstrumentError {
    fn from(message: &str) -> Self {
        InstrumentError::new(message)
    }
}
