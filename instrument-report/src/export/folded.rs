//! Folded stacks: a line for each, as flame graph scripts read them.

use super::metric::{Metric, Weights};
use super::{on_the_way_down, run};
use instrument_model::Snapshot;
use instrument_model::text::printable;
use std::io::{self, Write};

/// Writes a line for each call path: `main;parse;read 1200`, its weight a whole number of nanoseconds, calls, or of the
/// component's unit. The first line, `# own time, in nanoseconds: …`, says which, and is passed over by readers.
///
/// A name may hold blanks. A semicolon in it becomes U+037E, which looks the same and is what Unicode holds to be the same:
/// NFC makes a semicolon of it again. Call paths of the same names are one line; those that weigh nothing have none.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use instrument_report::export::{Metric, folded};
///
/// # let snapshot = instrument_model::Snapshot::default();
/// let mut text = Vec::new();
/// folded(&snapshot, &Metric::Own, &mut text)?;
/// assert!(text.starts_with(b"# own time, in nanoseconds: "));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn folded(snapshot: &Snapshot, metric: &Metric, out: &mut dyn Write) -> io::Result<()> {
    let weights = Weights::new(snapshot, metric);
    let mut out = io::BufWriter::new(out);
    // No number at its end, or some readers take it for a stack.
    writeln!(out, "# {}: {}", weights.description(), run(snapshot))?;
    let mut stack: Vec<u8> = Vec::new();
    // Where the name of each level ends.
    let mut ends: Vec<usize> = Vec::new();
    for (depth, node) in on_the_way_down(snapshot) {
        ends.truncate(depth);
        stack.truncate(ends.last().copied().unwrap_or(0));
        if depth > 0 {
            stack.push(b';');
        }
        stack.extend_from_slice(frame(node.name(), depth).as_bytes());
        ends.push(stack.len());
        if weights.of(&node) > 0 {
            out.write_all(&stack)?;
            writeln!(out, " {}", weights.of(&node))?;
        }
    }
    out.flush()
}

fn frame(name: &str, depth: usize) -> String {
    let name = printable(name).replace(';', "\u{37e}");
    match name.strip_prefix("# ") {
        // Or it would be a comment.
        Some(rest) if depth == 0 => format!("#\u{a0}{rest}"),
        None if name.is_empty() => "(no name)".to_owned(),
        _ => name,
    }
}
