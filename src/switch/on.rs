//! Switches, on.

pub use instrument_core::{Switch, is_enabled, set_enabled};
