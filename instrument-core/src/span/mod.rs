//! Spans: what happens when one begins and ends. Nothing here locks, allocates or makes a system call once a path is known.

pub(crate) mod context;
pub(crate) mod enter;
pub(crate) mod guard;
pub(crate) mod hook;
mod named;
pub(crate) mod throttle;

pub use context::{Attached, Context};
pub use guard::{Guard, SampledGuard};
pub use named::{enter_named, no_span};
