//! JSON to specs, with errors that say where: field, line, column, and what's allowed there.

use super::Spec;
use instrument_model::text::{nearest, printable};
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
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

/// Bytes of the text that an error repeats.
const LONGEST: usize = 300;

/// Reads one JSON value, and nothing after it.
pub(crate) fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, ParseError> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = printable(&error.path().to_string());
        // A root has no name, and a field inside an unknown one isn't known either.
        let field = (path != "." && path != "?").then(|| shortened(&path));
        explain(field, error.inner())
    })?;
    reader.end().map_err(|error| explain(None, &error))?;
    Ok(read)
}

fn explain(field: Option<String>, error: &serde_json::Error) -> ParseError {
    let text = error.to_string();
    // The place is told apart from the message, and first.
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = text.strip_suffix(&place).unwrap_or(&text);
    let hint = meant(message).map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    ParseError { field, line: error.line(), column: error.column(), message: shortened(&printable(message)) + &hint }
}

/// What ``unknown field `valeu`, expected one of `value`, `name` `` was meant to be.
fn meant(message: &str) -> Option<&str> {
    let quoted = message.strip_prefix("unknown field ").or_else(|| message.strip_prefix("unknown variant "))?;
    let mut words = quoted.split('`').skip(1).step_by(2);
    let word = words.next()?;
    nearest(word, words)
}

fn shortened(text: &str) -> String {
    match text.char_indices().find(|(place, _)| *place >= LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Reads a string, or `null`, by `read`. A complaint made here has the string's own place, not that of whatever comes
/// next.
pub(super) fn text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    read: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, D::Error> {
    struct Text<T> {
        expected: &'static str,
        read: fn(&str) -> Result<T, String>,
    }

    impl<T> Visitor<'_> for Text<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.expected)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Option<T>, E> {
            (self.read)(text).map(Some).map_err(E::custom)
        }

        fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(Text { expected, read })
}
