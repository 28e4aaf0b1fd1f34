//! Async calls: their polls are spans, and each call that completes is one observation.

mod call;
mod extra;
pub mod layers;
mod rebox;
mod task_clock;
mod timed;
pub(crate) mod waiting;

pub(crate) use task_clock::task_ticks;
pub use task_clock::{Task, task_perf_counter};
pub use layers::Timed;
pub use timed::{FutureExt, InContext, StreamExt};
