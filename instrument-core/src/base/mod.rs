//! What everything stands on: atomics and locks, a hasher, whether a thread is inside the toolkit, and its end.

#[cfg(not(loom))]
pub(crate) mod end;
pub(crate) mod hash;
#[cfg_attr(loom, allow(dead_code, reason = "the models need no more than a part of it"))]
pub(crate) mod here;
#[cfg_attr(loom, allow(dead_code, reason = "the models need no more than a part of it"))]
pub(crate) mod inside;
pub(crate) mod sync;
