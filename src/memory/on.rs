//! Memory, on.

pub use instrument_core::memory;
pub use instrument_core::memory::{CountingAllocator, print_mem};
