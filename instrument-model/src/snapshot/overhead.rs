//! What the figures themselves have cost: estimated from how often something was recorded and what that takes.

use super::{NodeRef, Snapshot};
use std::time::Duration;

/// How often something was recorded: by two readings of the clock, or by counting only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Timed calls and polls, those that didn't complete included.
    pub timed: u64,
    /// Calls that a sampled or throttled place only counted, and inner levels of folded recursion.
    pub counted: u64,
}

impl Recorded {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Recorded) -> Recorded {
        Recorded { timed: self.timed.saturating_add(other.timed), counted: self.counted.saturating_add(other.counted) }
    }
}

impl Snapshot {
    /// How often something was recorded in all. Looks at each node.
    pub fn recorded(&self) -> Recorded {
        self.nodes().fold(Recorded::default(), |sum, node| sum.and(node.recorded()))
    }

    /// What it takes to record so often, by the cost of a call that was measured in the process; `None` where it wasn't.
    pub fn cost_of(&self, recorded: Recorded) -> Option<Duration> {
        let counting = self.data().counting.unwrap_or(0.0) * recorded.counted as f64;
        let nanos = self.data().cost? * recorded.timed as f64 + counting;
        Duration::try_from_secs_f64(nanos / 1e9).ok()
    }
}

impl NodeRef<'_> {
    /// How often something was recorded here, not below.
    pub fn recorded(&self) -> Recorded {
        let data = self.data();
        let timed = if self.is_async() { self.polls() } else { data.times.count };
        Recorded { timed, counted: data.untimed }
    }

    /// What of [`total`](Self::total) is the cost of recording all that's below, as estimated; `None` where no cost was
    /// measured. Looks at each node below.
    pub fn overhead(&self) -> Option<Duration> {
        let mut sum = Recorded::default();
        let mut open: Vec<NodeRef<'_>> = self.children().collect();
        while let Some(node) = open.pop() {
            // What ran beside isn't part of the time.
            if !node.data().is_parallel {
                sum = sum.and(node.recorded());
                open.extend(node.children());
            }
        }
        self.snapshot().cost_of(sum)
    }
}
