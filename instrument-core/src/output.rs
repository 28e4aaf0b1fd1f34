//! Where reports and lines go, and how a failing target is met: with silence.

use std::io::Write;

/// Writes `line` and a newline in one write, so that lines of several threads never mix. A target that fails (a closed
/// stderr, a full disk) is none of the host program's business.
pub(crate) fn write_line(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
