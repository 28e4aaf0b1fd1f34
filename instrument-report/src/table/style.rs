//! Colour, where a terminal shows it.

/// Whether to write escape sequences.
///
/// ```
/// use instrument_report::{Style, Table};
///
/// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
/// assert!(Table::new(&snapshot).style(Style::Colour).to_string().starts_with("\x1b[1m"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Text alone.
    #[default]
    Plain,
    /// Headings bold, lines and the footer dim.
    Colour,
}

impl Style {
    pub(super) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Style::Colour if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }
}
