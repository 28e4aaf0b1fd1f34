//! What's printed to.

use std::io::{self, IsTerminal};

/// What's printed to: how many characters a line may have, and lines a page, if that's limited.
pub(crate) struct Page {
    pub(crate) width: Option<usize>,
    #[cfg(unix)]
    pub(crate) height: Option<usize>,
}

/// The terminal, or what `COLUMNS` says; a pipe has no bounds.
pub(crate) fn page() -> Page {
    let size = io::stdout().is_terminal().then(|| terminal_size::terminal_size_of(io::stdout())).flatten();
    let width = told().or_else(|| size.map(|(width, _)| usize::from(width.0)));
    Page {
        width,
        #[cfg(unix)]
        height: size.map(|(_, height)| usize::from(height.0)),
    }
}

/// How many characters a line on stderr may have, if that's limited.
pub(crate) fn width_of_stderr() -> Option<usize> {
    let size = io::stderr().is_terminal().then(|| terminal_size::terminal_size_of(io::stderr())).flatten();
    told().or_else(|| size.map(|(width, _)| usize::from(width.0)))
}

/// What `COLUMNS` says.
fn told() -> Option<usize> {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok()).filter(|&columns| columns > 0)
}
