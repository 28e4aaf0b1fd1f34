//! Lines about ourselves: always on stderr, whatever the settings say.

use instrument_model::text::printable;
use std::io::{self, Write};

/// Says that something is wrong with what we were asked for.
pub fn warn(line: &str) {
    to_stderr(&format!("instrument: {}\n", printable(line)));
}

/// A closed pipe is not the host program's concern.
pub(crate) fn to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
