//! What's wrong with a text, and where.

use crate::snapshot::Step;
use crate::text::printable;

/// What's wrong, at which byte, and in which field, innermost first.
///
/// Boxed, so that all the results that have none stay small.
#[derive(Debug)]
pub(crate) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    problem: String,
    at: usize,
    path: Vec<String>,
    version: Option<(u64, u64)>,
}

impl Fault {
    pub(crate) fn new(problem: String, at: usize) -> Fault {
        Fault(Box::new(Inner { problem, at, path: Vec::new(), version: None }))
    }

    /// Nothing is wrong but that the text was written by a newer version.
    pub(crate) fn of_version(major: u64, minor: u64) -> Fault {
        let mut fault = Fault::new(String::new(), 0);
        fault.0.version = Some((major, minor));
        fault
    }

    pub(crate) fn in_field(mut self, name: &str) -> Fault {
        // A name can be as long as the text.
        self.0.path.push(format!(".{}", printable(&name.chars().take(40).collect::<String>())));
        self
    }

    pub(crate) fn in_item(mut self, index: usize) -> Fault {
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

    pub(crate) fn at(&self) -> usize {
        self.0.at
    }

    /// The field as `nodes[3].parent`, and what's wrong.
    pub(crate) fn into_parts(self) -> (String, String) {
        let path: String = self.0.path.iter().rev().map(String::as_str).collect();
        (path.trim_start_matches('.').to_owned(), self.0.problem)
    }
}
