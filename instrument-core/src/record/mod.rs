//! The hot half: what happens when a span begins and ends. Nothing here locks, allocates or makes a system call once a
//! path is known; everything cold is a call into [`crate::registry`].
//!
//! ```text
//!  LOCAL.current ──► Node ──last_child──► Node        one tree per thread, nodes are never freed or moved
//!                     │ ▲                  │
//!                     │ └────parent────────┘          the owner walks parent/last_child/table,
//!                     └─first_child─► Node ─sibling─► readers walk first_child/sibling
//! ```

pub(crate) mod arena;
pub(crate) mod node;
mod pages;
pub(crate) mod stats;

#[cfg(all(test, loom))]
mod model;

#[cfg(not(loom))]
pub(crate) mod cells;
#[cfg(not(loom))]
mod context;
#[cfg(not(loom))]
mod enter;
#[cfg(not(loom))]
pub(crate) mod gauge;
#[cfg(not(loom))]
mod guard;
#[cfg(not(loom))]
pub(crate) mod local;
#[cfg(not(loom))]
pub(crate) mod proxies;
#[cfg(not(loom))]
pub(crate) mod suspended;
#[cfg(not(loom))]
mod task;
#[cfg(not(loom))]
mod task_clock;
#[cfg(not(loom))]
pub(crate) mod throttle;
#[cfg(not(loom))]
mod timed;

#[cfg(not(loom))]
pub use context::{Attached, Context};
#[cfg(not(loom))]
pub(crate) use enter::now;
#[cfg(not(loom))]
pub use guard::{Guard, SampledGuard};
#[cfg(not(loom))]
pub use task_clock::task_perf_counter;
#[cfg(not(loom))]
pub(crate) use task_clock::task_ticks;
#[cfg(not(loom))]
pub use timed::{FutureExt, InContext, StreamExt, Timed};
