//! Patterns over names: `*` stands for anything, `?` for one character, `{a,b}` for either, `[ab]` for one of these.

use crate::failure::Failure;
use globset::{Glob, GlobSet, GlobSetBuilder};
use instrument_model::NodeRef;

/// Patterns, any of which is to fit.
pub(crate) struct Globs {
    set: GlobSet,
    /// Whether one of them is about whole stacks, which cost more to look at.
    has_stacks: bool,
}

impl Globs {
    /// # Errors
    /// What's wrong with a pattern.
    pub(crate) fn new(option: &'static str, patterns: &[String]) -> Result<Globs, Failure> {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            set.add(Glob::new(pattern).map_err(|error| Failure::Usage(format!("{option}: {error}")))?);
        }
        let set = set.build().map_err(|error| Failure::Usage(format!("{option}: {error}")))?;
        Ok(Globs { set, has_stacks: patterns.iter().any(|pattern| pattern.contains('>')) })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Whether one fits the node's name, its function's path or, if there's a `>` in any, its stack.
    pub(crate) fn fit(&self, node: &NodeRef<'_>) -> bool {
        self.set.is_match(node.name())
            || self.set.is_match(node.path())
            || (self.has_stacks && self.set.is_match(stack(node).join(" > ")))
    }
}

/// The names from a root down to this node.
pub(crate) fn stack<'a>(node: &NodeRef<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = std::iter::successors(Some(*node), NodeRef::parent).map(|node| node.name()).collect();
    names.reverse();
    names
}
