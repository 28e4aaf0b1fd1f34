//! Switches, on.

pub use instrument_core::{Switch, after_fork, is_enabled, set_enabled};
