//! Methods.
#![forbid(unsafe_code)]

use std::pin::Pin;

use instrument::{checkpoints, perf_timer, print_mem, probe, timer};

/// Has methods.
#[derive(Debug, Default)]
pub struct Shape<T> {
    sides: Vec<T>,
}

impl<T: Clone> Shape<T> {
    /// Returns `Self`.
    #[probe]
    #[checkpoints]
    #[timer]
    #[must_use]
    pub fn new() -> Self {
        Self { sides: Vec::new() }
    }

    /// Borrows.
    #[probe]
    #[checkpoints]
    #[timer]
    #[perf_timer]
    #[print_mem]
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.sides.first()
    }

    /// Borrows for writing.
    #[probe]
    #[checkpoints]
    #[timer]
    pub fn push(&mut self, side: T) -> &mut Self {
        self.sides.push(side);
        self
    }

    /// Takes.
    #[probe]
    #[checkpoints]
    #[timer]
    #[must_use]
    pub fn into_sides(self) -> Vec<T> {
        self.sides
    }

    /// Pinned.
    #[probe]
    #[checkpoints]
    #[timer]
    #[must_use]
    pub fn pinned(self: Pin<&mut Self>) -> usize {
        self.sides.len()
    }

    /// A receiver that's async too.
    #[probe]
    #[checkpoints]
    #[timer]
    pub async fn pinned_async(self: Pin<&mut Self>) -> usize {
        self.sides.len()
    }
}

/// Has a default.
pub trait Area {
    /// What it counts in.
    type Unit: Default;

    /// Without a body.
    fn sides(&self) -> usize;

    /// With one.
    #[probe]
    #[checkpoints]
    #[timer]
    fn area(&self) -> Self::Unit {
        Self::Unit::default()
    }
}

impl<T> Area for Shape<T> {
    type Unit = u64;

    #[probe]
    #[checkpoints]
    #[timer]
    #[perf_timer]
    fn sides(&self) -> usize {
        self.sides.len()
    }
}

/// Does something when it's dropped.
#[derive(Debug)]
pub struct Cleared<'a>(&'a mut Vec<u8>);

impl Drop for Cleared<'_> {
    #[probe]
    #[checkpoints]
    #[timer]
    fn drop(&mut self) {
        self.0.clear();
    }
}

/// Clippy knows what a `clone` of something that's `Copy` looks like, and a `partial_cmp` beside a `cmp`.
#[derive(Debug, Copy, PartialEq, Eq)]
pub struct Canonical(u8);

#[allow(clippy::expl_impl_clone_on_copy, reason = "what it says is the test")]
impl Clone for Canonical {
    #[probe]
    #[checkpoints]
    #[timer]
    #[perf_timer]
    #[print_mem]
    fn clone(&self) -> Self {
        *self
    }
}

impl Ord for Canonical {
    #[probe]
    #[timer]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

#[timer]
impl PartialOrd for Canonical {
    #[probe]
    #[checkpoints]
    #[print_mem]
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What's written to is seen by `drop`.
#[derive(Debug)]
pub struct Seen {
    /// How often.
    pub times: u8,
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.times = 0;
    }
}

impl Seen {
    /// Written to, and not read any more but by `drop`.
    #[probe]
    #[timer]
    pub fn forget(mut self) {
        self.times = 1;
    }

    /// Only added to.
    #[probe]
    pub fn count(mut self, times: u8) -> u8 {
        self.times += times;
        times
    }

    /// The same in a future.
    #[timer]
    #[perf_timer]
    pub async fn forget_timed(mut self) {
        self.times = 1;
    }

    /// And with lines.
    #[checkpoints]
    pub async fn forget_marked(mut self, times: u8) -> u8 {
        self.times = 1;
        times
    }
}
