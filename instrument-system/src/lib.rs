//! What `instrument` asks the system for and the standard library doesn't: files in folders where others may have put
//! something first, connections to sockets that nobody accepts, threads that take no signals, and whose rights this process
//! has. Depend on `instrument` instead.
//!
//! All files that are made, written, or read for what they say go through [`files`], so that none of them is a way into
//! somebody else's, and none is waited for.

pub mod files;
#[cfg(unix)]
pub mod sockets;
pub mod threads;
#[cfg(unix)]
mod users;

#[cfg(unix)]
pub use users::{group, is_privileged, user};
