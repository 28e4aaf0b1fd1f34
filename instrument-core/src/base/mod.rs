//! What everything stands on: atomics and locks, and a hasher.

pub(crate) mod hash;
pub(crate) mod sync;
