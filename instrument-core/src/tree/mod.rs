//! A thread's call tree, and the statistics in it: written by the thread that owns it, read by anyone at any time.
//!
//! ```text
//!  current ──► Node ──last_child──► Node        one tree per thread, nodes are never freed or moved
//!               │ ▲                  │
//!               │ └────parent────────┘          the owner walks parent/last_child/table,
//!               ├─first_child─► Node ─sibling─► readers walk first_child/sibling
//!               ├─columns─► Column ─next─►      what components measured there, one column each
//!               └─blocks──► Blocks              what was allocated there
//! ```
//! Who owns it has a [`Mine`](mine::Mine) of it, which is what writing takes.

#![cfg_attr(loom, expect(dead_code, reason = "the models run the half of it that threads meet in"))]

pub(crate) mod arena;
pub(crate) mod blocks;
pub(crate) mod column;
pub(crate) mod components;
pub(crate) mod epochs;
pub(crate) mod gauge;
pub(crate) mod lines;
pub(crate) mod mine;
#[cfg(all(test, loom))]
mod model;
pub(crate) mod moments;
pub(crate) mod node;
mod pages;
mod reading;
mod rest;
pub(crate) mod stats;
pub(crate) mod store;
pub(crate) mod task_counts;
