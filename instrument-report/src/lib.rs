//! Snapshots as bytes: tables for people, call trees of single components as data. Knows [`instrument_model`] and nothing
//! else: no process, no clock, no settings, no terminal.
//!
//! ```text
//!   Snapshot ──▶ Table ─────────────▶ the report
//!            ──▶ storage::tree() ───▶ Node<Entry> ──▶ storage::table()
//!            ──▶ functions() ───────▶ FunctionRow
//!   Active ────▶ what is open now
//!            ──▶ html::write() ─────▶ a page of its own
//!   Snapshot ──▶ analysis ──────────▶ Snapshot
//!            ──▶ export ────────────▶ what viewers and scripts read
//! ```
//! Depend on `instrument` instead, which re-exports what users need.
#![forbid(unsafe_code)]

mod active;
#[cfg(feature = "analysis")]
pub mod analysis;
#[cfg(feature = "export")]
pub mod export;
mod functions;
/// The guide's code compiles.
#[cfg(all(doctest, feature = "analysis"))]
#[doc = include_str!("../../docs/guide/recordings.md")]
mod guide {}
#[cfg(feature = "html")]
pub mod html;
#[cfg(test)]
mod script;
pub mod storage;
mod table;

pub use active::{Active, ActiveThread, OpenSpan, WaitingTask};
pub use functions::{FunctionRow, Wall, functions};
pub use table::{Column, Figure, Order, Style, Table};
