//! What can be chosen, as plain types: by settings, or by the program.

mod file_name;
mod filter;
mod scope;
mod throttle;

pub(crate) use file_name::FileName;
pub(crate) use filter::fits;
pub use filter::Filter;
pub use scope::Scope;
pub use throttle::Throttle;

/// Where reports go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Output {
    #[default]
    Stderr,
    Stdout,
    /// Appended to, opened for each report, so that it can be moved away or deleted.
    File(FileName),
}

/// What to print of components when the process ends.
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
