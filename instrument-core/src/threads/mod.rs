//! Threads: the tree that each has on lease, where in it the thread is, and what else it keeps for itself.
//!
//! Everything that's measured is written by the thread that measures, into what it has on lease here.

pub(crate) mod cells;
pub(crate) mod frames;
pub(crate) mod local;
pub(crate) mod lost;
pub(crate) mod pool;
pub(crate) mod proxies;
pub(crate) mod tally;
pub(crate) mod tree;

pub(crate) use local::{Kept, ThisThread, this_thread};
pub(crate) use lost::lost_here;
pub(crate) use tree::Tree;
