//! What everything stands on: atomics and locks, a hasher, and whether a thread is inside the toolkit.

pub(crate) mod hash;
#[cfg(not(loom))]
pub(crate) mod inside;
pub(crate) mod sync;
