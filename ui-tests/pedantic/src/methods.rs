//! Methods.

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
