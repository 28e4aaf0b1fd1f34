//! JSON to specs, with errors that say where: field, line, column, and what's allowed there.

use super::Spec;
use crate::fields::shortened;
use instrument_model::json::{self, Fault, Saved};
use std::fmt;
use std::str::FromStr;

/// JSON that isn't what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The field, such as `specs[2].instrument.event`; `None` where it's no JSON at all, or the whole is of another
    /// kind.
    pub field: Option<String>,
    /// From 1; 0 where there's none to tell.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What's wrong, and what's allowed.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        if let Some(field) = &self.field {
            write!(f, "`{field}`: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}

impl FromStr for Spec {
    type Err = ParseError;

    /// Reads JSON. Doesn't [`validate`](Spec::validate).
    fn from_str(json: &str) -> Result<Spec, ParseError> {
        parse(json.as_bytes())
    }
}

/// Bytes of an error's parts, which may have parts of the text in them.
const LONGEST: usize = 500;

/// Reads one JSON value, and nothing after it.
pub(crate) fn parse<T: Saved>(text: &[u8]) -> Result<T, ParseError> {
    json::read(text).map_err(|fault| ParseError::of(fault, text))
}

impl ParseError {
    /// What's wrong with that text.
    pub(crate) fn of(fault: Fault, text: &[u8]) -> ParseError {
        let (line, column) = fault.line_and_column(text);
        let (field, message) = fault.into_parts();
        let field = (!field.is_empty()).then(|| shortened(&field, LONGEST));
        ParseError { field, line, column, message: shortened(&message, LONGEST) }
    }
}
