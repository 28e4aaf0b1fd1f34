//! Capturing: what lives becomes data, and what's made of that goes to where the program wants it.

mod active;
mod allocations;
mod auto;
mod columns;
mod interval;
mod live;
mod log;
mod main_guard;
mod of_tests;
mod overhead;
mod record;
mod report;
mod save;
mod signals;
mod snapshot;
mod storage;
mod tallies;
mod walk;

pub use active::active;
pub use log::log_metrics;
pub use main_guard::MainGuard;
pub use record::record;
pub use report::{Report, report};
pub use snapshot::{Probes, reset, snapshot};
pub use storage::{Storage, storage};
