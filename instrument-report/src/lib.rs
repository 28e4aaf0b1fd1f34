//! Snapshots as bytes: tables for people, call trees of single components as data. Knows [`instrument_model`] and nothing
//! else: no process, no clock, no settings, no terminal.
//!
//! ```text
//!   Snapshot ──▶ Table ─────────────▶ the report
//!            ──▶ storage::tree() ───▶ Node<Entry> ──▶ storage::table()
//! ```
//! Depend on `instrument` instead, which re-exports what users need.
#![forbid(unsafe_code)]

#[cfg(test)]
mod script;
pub mod storage;
mod table;

pub use table::{Column, Figure, Style, Table};
