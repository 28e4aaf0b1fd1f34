//! Why a recording can't be loaded.

use super::fields::MAJOR;
use crate::json::Fault;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a recording can't be loaded. [`Display`](fmt::Display) says which file, where in it, what's wrong and what to do.
///
/// ```
/// use instrument_model::Snapshot;
///
/// let text = r#"{"format":"instrument recording","version":[1,0],"nodes":[{"label":-3}]}"#;
/// let error = Snapshot::read_from(text.as_bytes()).expect_err("no label has a number below 0");
/// assert_eq!(
///     error.to_string(),
///     "no recording: nodes[0].label, line 1, column 68: a whole number from 0 to 4294967295 is expected here, not `-3`"
/// );
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// The file can't be read.
    #[non_exhaustive]
    Unreadable {
        /// The file, unless it was read from elsewhere.
        file: Option<PathBuf>,
        /// The system's reason.
        error: io::Error,
    },
    /// It was written by another major version of the format.
    #[non_exhaustive]
    Version {
        /// The file, unless it was read from elsewhere.
        file: Option<PathBuf>,
        /// The version that wrote it.
        major: u64,
        /// The version that wrote it.
        minor: u64,
    },
    /// It isn't a whole recording.
    #[non_exhaustive]
    Invalid {
        /// The file, unless it was read from elsewhere.
        file: Option<PathBuf>,
        /// Where.
        place: Place,
        /// What's wrong there, and what should be there.
        problem: String,
    },
}

/// A place in a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The field, as `nodes[3].parent`; empty for the text as a whole.
    pub field: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub column: usize,
}

/// `nodes[3].parent, line 7, column 12`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}, ", self.field)?;
        }
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl LoadError {
    pub(super) fn unreadable(error: io::Error) -> LoadError {
        LoadError::Unreadable { file: None, error }
    }

    pub(super) fn of_fault(fault: Fault, text: &[u8]) -> LoadError {
        if let Some((major, minor)) = fault.version() {
            return LoadError::Version { file: None, major, minor };
        }
        let (line, column) = fault.line_and_column(text);
        let (field, problem) = fault.into_parts();
        LoadError::Invalid { file: None, place: Place { field, line, column }, problem }
    }

    pub(super) fn of_file(mut self, path: &Path) -> LoadError {
        let (LoadError::Unreadable { file, .. } | LoadError::Version { file, .. } | LoadError::Invalid { file, .. }) =
            &mut self;
        *file = Some(path.to_owned());
        self
    }

    /// The file, unless it was read from elsewhere.
    pub fn file(&self) -> Option<&Path> {
        let (LoadError::Unreadable { file, .. } | LoadError::Version { file, .. } | LoadError::Invalid { file, .. }) =
            self;
        file.as_deref()
    }

    /// Where in the file, if it's about its content.
    pub fn place(&self) -> Option<&Place> {
        match self {
            LoadError::Invalid { place, .. } => Some(place),
            _ => None,
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = self.file() {
            write!(f, "{}: ", file.display())?;
        }
        match self {
            LoadError::Unreadable { error, .. } => write!(f, "the recording can't be read: {error}"),
            LoadError::Version { major, minor, .. } => {
                let what =
                    if *major > MAJOR { "use a newer `instrument`" } else { "no `instrument` has ever written that" };
                write!(
                    f,
                    "was written by version {major}.{minor} of the format; this program reads version {MAJOR}: {what}"
                )
            }
            LoadError::Invalid { place, problem, .. } => write!(f, "no recording: {place}: {problem}"),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Unreadable { error, .. } => Some(error),
            _ => None,
        }
    }
}
