//! What's wrong with a text, and where.

use crate::text::printable;

/// A step from the top of a text down to a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Field(&'static str),
    Item(usize),
}

/// What's wrong with a text, at which byte, and in which field.
///
/// Boxed, so that all the results that have none stay small.
#[derive(Debug)]
pub struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: String,
    at: usize,
    /// Innermost first.
    path: Vec<String>,
    version: Option<(u64, u64)>,
}

impl Fault {
    /// At that byte. A reader makes those of [where it is](super::Reader::fault).
    pub fn new(problem: impl Into<String>, at: usize) -> Fault {
        Fault(Box::new(Inner { problem: problem.into(), at, path: Vec::new(), version: None }))
    }

    /// Nothing is wrong but that the text was written by a newer version.
    pub(crate) fn of_version(major: u64, minor: u64) -> Fault {
        let mut fault = Fault::new("", 0);
        fault.0.version = Some((major, minor));
        fault
    }

    /// In the value of that field.
    #[must_use]
    pub fn in_field(mut self, name: &str) -> Fault {
        // A name can be as long as the text.
        self.0.path.push(format!(".{}", printable(&name.chars().take(40).collect::<String>())));
        self
    }

    /// In that item of a list.
    #[must_use]
    pub fn in_item(mut self, index: usize) -> Fault {
        self.0.path.push(format!("[{index}]"));
        self
    }

    /// In a value that's known by its path from the top.
    pub(crate) fn in_path(self, path: &[Step]) -> Fault {
        path.iter().rev().fold(self, |fault, step| match step {
            Step::Field(name) => fault.in_field(name),
            Step::Item(index) => fault.in_item(*index),
        })
    }

    pub(crate) fn version(&self) -> Option<(u64, u64)> {
        self.0.version
    }

    /// The line and the column, in characters, both from 1, in the text that was read.
    pub fn line_and_column(&self, text: &[u8]) -> (usize, usize) {
        let before = &text[..self.0.at.min(text.len())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        // Each character has one byte that doesn't continue another.
        let column = before[start..].iter().filter(|&&byte| byte & 0xc0 != 0x80).count() + 1;
        (line, column)
    }

    /// The field as `nodes[3].parent`, empty for the text as a whole, and what's wrong.
    pub fn into_parts(self) -> (String, String) {
        let path: String = self.0.path.iter().rev().map(String::as_str).collect();
        (path.trim_start_matches('.').to_owned(), self.0.problem)
    }
}
