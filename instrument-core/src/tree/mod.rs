//! A thread's call tree, and the statistics in it: written by the thread that owns it, read by anyone at any time.
//!
//! ```text
//!  current ──► Node ──last_child──► Node        one tree per thread, nodes are never freed or moved
//!               │ ▲                  │
//!               │ └────parent────────┘          the owner walks parent/last_child/table,
//!               ├─first_child─► Node ─sibling─► readers walk first_child/sibling
//!               └─columns─► Column ─next─►      what components measured there, one column each
//! ```

pub(crate) mod arena;
pub(crate) mod epochs;
pub(crate) mod node;
mod pages;
pub(crate) mod stats;

#[cfg(not(loom))]
pub(crate) mod column;
#[cfg(not(loom))]
pub(crate) mod components;
#[cfg(not(loom))]
pub(crate) mod gauge;
#[cfg(not(loom))]
pub(crate) mod lines;
#[cfg(all(test, loom))]
mod model;
#[cfg(not(loom))]
pub(crate) mod moments;
