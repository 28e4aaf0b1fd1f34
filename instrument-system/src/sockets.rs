//! Connections to Unix sockets, in time: where nobody accepts them, the standard library waits for ever.
#![expect(unsafe_code, reason = "the system is called through libc")]

use std::ffi::c_int;
use std::io;
use std::mem::{offset_of, size_of};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// Connects, and waits no longer than that for a server with more connections ahead than it has room for.
///
/// # Errors
///
/// Nobody listens there, or none in time; the path can't be a socket's.
pub fn connect(path: &Path, most: Duration) -> io::Result<UnixStream> {
    let (address, size) = address(path)?;
    let until = Instant::now() + most;
    let stream = new()?;
    loop {
        // No time at all would be any time.
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        // What the kernel waits for a place in the server's queue, too.
        stream.set_write_timeout(Some(left))?;
        // SAFETY: the socket is open, and so much of the address is filled.
        if unsafe { libc::connect(stream.as_raw_fd(), (&raw const address).cast(), size) } == 0 {
            stream.set_write_timeout(None)?;
            return Ok(stream);
        }
        match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::Interrupted && Instant::now() < until => {}
            error if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "who listens there accepts no connection"));
            }
            error => return Err(error),
        }
    }
}

/// A socket that programs which this process starts don't have.
fn new() -> io::Result<UnixStream> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const KIND: c_int = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const KIND: c_int = libc::SOCK_STREAM;
    // SAFETY: takes numbers.
    let number = unsafe { libc::socket(libc::AF_UNIX, KIND, 0) };
    if number < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it's new, and nobody else's.
    let stream = unsafe { UnixStream::from_raw_fd(number) };
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    // SAFETY: it's open, and these are numbers.
    if unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(stream)
}

fn address(path: &Path) -> io::Result<(libc::sockaddr_un, libc::socklen_t)> {
    let wrong = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    let bytes = path.as_os_str().as_bytes();
    // SAFETY: it's numbers, which may be zero.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    // The last of them ends the path.
    if bytes.len() >= address.sun_path.len() {
        return wrong("the path is longer than a socket's can be");
    }
    if bytes.is_empty() || bytes.contains(&0) {
        return wrong("the path is none of a socket");
    }
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (place, byte) in address.sun_path.iter_mut().zip(bytes) {
        *place = *byte as libc::c_char;
    }
    let size = offset_of!(libc::sockaddr_un, sun_path) + bytes.len() + 1;
    debug_assert!(size <= size_of::<libc::sockaddr_un>());
    Ok((address, size as libc::socklen_t))
}
