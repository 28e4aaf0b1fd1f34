//! The runtime of `instrument`.

pub mod memory;
mod output;
