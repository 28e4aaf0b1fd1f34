//! Who is at the other end of a socket.

use nix::unistd::{Uid, geteuid};
use std::io;
use std::os::unix::net::UnixStream;

#[cfg(any(target_os = "linux", target_os = "android"))]
fn uid(stream: &UnixStream) -> io::Result<Uid> {
    let peer = nix::sys::socket::getsockopt(stream, nix::sys::socket::sockopt::PeerCredentials)?;
    Ok(Uid::from_raw(peer.uid()))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn uid(stream: &UnixStream) -> io::Result<Uid> {
    Ok(nix::unistd::getpeereid(stream)?.0)
}

/// Refuses everyone but this user, and root, who can do all that anyway.
///
/// # Errors
///
/// It's somebody else, or the system doesn't say who.
pub fn check(stream: &UnixStream) -> io::Result<()> {
    let peer = uid(stream)?;
    if peer == geteuid() || peer.is_root() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("the other end belongs to user {peer}")))
}
