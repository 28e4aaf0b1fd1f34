//! What a profiler has collected: when each mark came, and what its label was.

use super::summary::RemoteSummary;
use std::borrow::Cow;

/// Lines that a block has at most, nested ones included: a mark in an endless loop mustn't eat up the memory.
const MOST_LINES: usize = 10_000;
/// Bytes that all labels of a block have at most.
const MOST_TEXT: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Block {
    pub(super) title: Cow<'static, str>,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) entries: Vec<Entry>,
    /// All labels, one behind the other.
    text: String,
    /// Lines here and in nested blocks.
    lines: usize,
    /// Lines that didn't fit any more.
    pub(super) lost: u64,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: u64,
    /// Where its label ends in the text; it begins where the one before ends.
    label_end: u32,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Ends a step.
    Mark,
    /// Ends a step of an async function, of which it was polled for so long.
    Polled { busy: u64 },
    /// Ends a step that was a remote call, with what the other side says about it.
    Remote(Option<Box<RemoteSummary>>),
    /// Ran within the step that the next mark ends.
    Nested(Box<Block>),
}

impl Block {
    pub(super) fn new(title: Cow<'static, str>, start: u64) -> Self {
        Block {
            title,
            start,
            end: start,
            // What a usual run needs, so that no mark of it allocates.
            entries: Vec::with_capacity(16),
            text: String::with_capacity(512),
            lines: 1,
            lost: 0,
        }
    }

    /// Adds a line, or counts it where there's no room.
    pub(super) fn add(&mut self, at: u64, label: &str, kind: Kind) {
        let lines = match &kind {
            Kind::Mark | Kind::Polled { .. } => 1,
            Kind::Nested(block) => block.lines,
            Kind::Remote(summary) => 3 + summary.as_ref().map_or(0, |summary| summary.steps.len()),
        };
        if self.lines + lines > MOST_LINES || self.text.len() + label.len() > MOST_TEXT {
            self.lost += lines as u64;
            return;
        }
        self.lines += lines;
        self.text.push_str(label);
        #[expect(clippy::cast_possible_truncation, reason = "below `MOST_TEXT`")]
        let label_end = self.text.len() as u32;
        self.entries.push(Entry { at, label_end, kind });
    }

    /// The entries with their labels.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Entry, &str)> {
        let starts = std::iter::once(0).chain(self.entries.iter().map(|entry| entry.label_end));
        self.entries
            .iter()
            .zip(starts)
            .map(|(entry, start)| (entry, self.text.get(start as usize..entry.label_end as usize).unwrap_or_default()))
    }

    /// Whether it was marked.
    pub(super) fn has_steps(&self) -> bool {
        self.lost > 0 || self.entries.iter().any(|entry| !matches!(entry.kind, Kind::Nested(_)))
    }
}
