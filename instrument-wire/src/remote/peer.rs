//! Who is at the other end of a socket.

use crate::system;
use std::io;
use std::os::unix::net::UnixStream;

/// Refuses everyone but this user, and root, who can do all that anyway.
///
/// # Errors
///
/// It's somebody else, or the system doesn't say who.
pub fn check(stream: &UnixStream) -> io::Result<()> {
    let peer = system::peer(stream)?;
    if peer == instrument_system::user() || peer == 0 {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("the other end belongs to user {peer}")))
}
