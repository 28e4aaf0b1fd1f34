//! Where there are no Unix sockets.

use std::io;
use std::path::Path;

/// A process's way in for the program `instrument`. On this system there's none.
#[derive(Debug, Clone)]
pub struct Serving(());

impl Serving {
    /// `None`: nothing listens.
    pub fn socket(&self) -> Option<&Path> {
        None
    }

    /// Does nothing.
    pub fn stop(self) {}
}

/// Needs Unix sockets, and so doesn't exist here.
///
/// # Errors
///
/// Always.
pub fn serve() -> io::Result<Serving> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "serving needs a Unix"))
}
