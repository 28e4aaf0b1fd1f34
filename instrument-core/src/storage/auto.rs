//! What's printed of components when the process ends, if `INSTRUMENT_AUTO_OUTPUT` asks for it.

use super::storage;
use crate::component::Component;
use crate::output;
use crate::registry::exit::at_exit;
use crate::settings::settings;
use crate::text::printable;
use std::fmt::Write;

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AutoOutput {
    /// A table of the tree.
    Tree,
    /// A line for each entry.
    Flat,
}

impl AutoOutput {
    pub(crate) const NAMES: [(&'static str, Option<AutoOutput>); 3] =
        [("tree", Some(AutoOutput::Tree)), ("flat", Some(AutoOutput::Flat)), ("off", None)];
}

/// Sees to it that this component's call graph is printed at exit, if that's asked for. Called once for each component
/// that's pushed.
pub(super) fn print_at_exit<C: Component>() {
    let Some(form) = settings().auto_output else { return };
    at_exit(move || {
        let text = text::<C>(form);
        if !text.is_empty() {
            output::write(&output::target(), &format!("{text}\n"));
        }
    });
}

fn text<C: Component>(form: AutoOutput) -> String {
    let storage = storage::<C>();
    let mut text = String::new();
    match form {
        AutoOutput::Tree => text = storage.to_string() + "\n",
        AutoOutput::Flat => {
            for entry in storage.flat() {
                let _ = writeln!(text, "{}: {entry}", printable(C::NAME));
            }
            text.push_str(super::text::lost().trim_start());
        }
    }
    text
}
