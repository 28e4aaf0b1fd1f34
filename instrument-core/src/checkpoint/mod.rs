//! Checkpoints: the story of one run, step by step, also across a process boundary.
//!
//! Where a timer aggregates, a [`Profiler`] keeps what one run did, and prints it as one block when the run ends:
//!
//! ```text
//! [start-up] 12.3 ms
//!   read the configuration  1.20 ms  1.20 ms   9.8 %
//!   connect                 8.00 ms  9.20 ms  65.0 %
//!     [resolve] 7.90 ms
//!       ask the cache       0.90 ms  0.90 ms  11.4 %
//!       ask the network     7.00 ms  7.90 ms  88.6 %
//!   (end)                   3.10 ms  12.3 ms  25.2 %
//! ```
//!
//! A mark names the step that it ends; what ran within a step stands below it. A profiler that ends within another one
//! of its thread or task becomes a part of that one's block (see [`nest`]), and only the outermost one prints, by one
//! write. Nothing here is as hot as a span: a mark takes an uncontended lock, so that profilers can be shared.

mod block;
mod call;
mod context;
mod function;
mod label;
mod nest;
mod polled;
mod print;
mod profiler;
mod run;
mod select;
mod sink;
mod summary;

pub(crate) use function::figures;
pub(crate) use select::check_names;
pub use {
    call::Checkpoints,
    context::{TraceContext, TraceContextError},
    function::CheckpointFunction,
    polled::AsyncCheckpoints,
    profiler::Profiler,
    select::{CheckpointSite, RegisteredCheckpoint},
    summary::{RemoteSummary, RemoteSummaryError},
};
