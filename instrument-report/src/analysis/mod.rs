//! Snapshots out of snapshots: what tools make of recordings before they show them.

mod merge;
mod rescale;
#[cfg(test)]
mod tests;

pub use merge::merge;
