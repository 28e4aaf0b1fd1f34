//! What `instrument` records, as plain data: no process, no clock, no `unsafe`.
//!
//! ```text
//!   instrument-core ──captures──▶ data::Data ──▶ Snapshot ──▶ NodeRef, Figures
//!                                    │  ▲
//!                                    ▼  │
//!                               a recording, as JSON
//! ```
//! [`data`] is the model, field by field, as it is saved. A [`Snapshot`] is a model that was checked, with links between
//! its nodes; it's what users read. Depend on `instrument` instead, which re-exports what users need.
#![forbid(unsafe_code)]

pub mod data;
#[cfg(feature = "hdrhistogram")]
mod exchange;
pub mod histogram;
pub mod json;
mod lost;
mod parting;
mod recording;
mod scale;
mod snapshot;
mod statistics;
pub mod text;
mod unit;

pub use data::Measurement;
pub use lost::Lost;
pub use recording::{LoadError, Place, save_file};
pub use scale::Scale;
pub use snapshot::{Figures, Invalid, Location, NodeRef, Recorded, Snapshot, Whole};
pub use statistics::{Spread, Times};
pub use unit::Unit;
