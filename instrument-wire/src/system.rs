//! What the standard library doesn't ask the system for: who is at a socket's other end, processes, the machine's name.
//!
//! The usual crates for it implement `From` for the standard library's types, see `inferred/`; and it's a few calls.
#![expect(unsafe_code, reason = "the system is called through libc")]

use std::ffi::CStr;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

/// The number of the user at the other end of a socket.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn peer(stream: &UnixStream) -> io::Result<u32> {
    let mut peer = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut size = size_of::<libc::ucred>() as libc::socklen_t;
    let place: *mut libc::ucred = &mut peer;
    // SAFETY: the socket is open, and the place has room for as many bytes as `size` says.
    done(unsafe {
        libc::getsockopt(stream.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PEERCRED, place.cast(), &mut size)
    })?;
    Ok(peer.uid)
}

/// The number of the user at the other end of a socket.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn peer(stream: &UnixStream) -> io::Result<u32> {
    let (mut user, mut group) = (0, 0);
    // SAFETY: the socket is open, and both numbers can be written to.
    done(unsafe { libc::getpeereid(stream.as_raw_fd(), &mut user, &mut group) })?;
    Ok(user)
}

/// The machine's name.
pub(crate) fn host() -> Option<String> {
    // The longest that POSIX allows, and a zero.
    let mut name = [0_u8; 256];
    // SAFETY: as many bytes can be written as are said to.
    done(unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) }).ok()?;
    Some(CStr::from_bytes_until_nul(&name).ok()?.to_string_lossy().into_owned())
}

/// Whether there's a process of that number, be it another user's.
pub(crate) fn is_running(pid: i32) -> bool {
    // SAFETY: without a signal this only asks.
    let asked = done(unsafe { libc::kill(pid, 0) });
    // "Not permitted" means that it's there.
    asked.err().is_none_or(|error| error.raw_os_error() != Some(libc::ESRCH))
}

fn done(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
