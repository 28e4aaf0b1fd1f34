//! Attributes beside ours, and within bodies.
#![forbid(unsafe_code)]

use instrument::{perf_timer, print_mem, probe, timer};

/// Documentation is kept, which `missing_docs` would notice.
#[probe]
#[timer]
#[inline]
#[must_use]
pub fn documented() -> u8 {
    1
}

/// The caller is who called, not we.
#[track_caller]
#[probe]
#[timer]
#[perf_timer]
#[print_mem]
#[must_use]
pub fn caller() -> u32 {
    std::panic::Location::caller().line()
}

/// Inner attributes stay in force.
#[probe]
#[timer]
#[perf_timer]
#[print_mem]
#[must_use]
pub fn inner_attributes() -> u8 {
    #![allow(unused_variables)]
    #![allow(clippy::let_and_return)]
    let unused = 1;
    let result = 2;
    result
}

/// Inner attributes of an async function too.
#[probe]
#[timer]
#[print_mem]
pub async fn inner_attributes_async() -> u8 {
    #![allow(unused_variables)]
    let unused = 1;
    std::future::ready(2).await
}

/// Not in this build.
#[cfg(any())]
#[probe]
#[timer]
pub fn absent() -> NoSuchType {}

/// In this one.
#[cfg(not(any()))]
#[probe]
#[timer]
#[cfg_attr(not(any()), must_use)]
pub fn present() -> u8 {
    1
}

/// Parameters that are absent.
#[probe]
#[timer]
#[must_use]
pub fn absent_parameter(#[cfg(any())] absent: NoSuchType, present: u8) -> u8 {
    present
}

/// Warned of as any other.
#[deprecated(note = "for a test")]
#[probe]
#[timer]
pub fn deprecated() {}
