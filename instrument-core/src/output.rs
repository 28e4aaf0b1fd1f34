//! Where lines for people go.

use std::io::Write;

/// Writes one line to stderr, in one write, so that lines of several threads don't mix.
///
/// Errors are ignored: that nobody can read the line is no reason to disturb the program.
pub(crate) fn write_line(line: &str) {
    let mut whole = String::with_capacity(line.len() + 1);
    whole.push_str(line);
    whole.push('\n');
    let _nobody_reads_it = std::io::stderr().lock().write_all(whole.as_bytes());
}
