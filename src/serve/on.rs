//! Serving, on.

pub use instrument_probe::{Serving, serve};
