//! Whose rights this process has, and locks on files: the usual crates implement `From` for the standard library's types, which
//! can make users' code ambiguous.
#![expect(unsafe_code, reason = "the system is called through libc")]

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// The number of the user whose rights this process has.
pub fn user() -> u32 {
    // SAFETY: takes nothing, and never fails.
    unsafe { libc::geteuid() }
}

/// The number of the group whose rights this process has.
pub fn group() -> u32 {
    // SAFETY: takes nothing, and never fails.
    unsafe { libc::getegid() }
}

/// Whether this process has rights that whoever started it may not have: then the environment is that one's, and not to be
/// trusted. It's what the kernel says, which clears what the loader would take from the environment, too.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn is_privileged() -> bool {
    // SAFETY: takes a number, and returns 0 for what it doesn't know.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Whether this process has rights that whoever started it may not have: then the environment is that one's, and not to be
/// trusted.
#[cfg(any(target_vendor = "apple", target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
pub fn is_privileged() -> bool {
    // SAFETY: takes nothing, and never fails.
    unsafe { libc::issetugid() != 0 }
}

/// Whether this process has rights that whoever started it may not have: then the environment is that one's, and not to be
/// trusted.
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd"
)))]
pub fn is_privileged() -> bool {
    // SAFETY: these take nothing, and never fail.
    unsafe { libc::getuid() != libc::geteuid() || libc::getgid() != libc::getegid() }
}

/// Locks a file, unless another process, or another opening of it, holds the lock. Unlocked when it's closed.
pub(crate) fn try_lock(file: &File) -> io::Result<bool> {
    // SAFETY: the file is open.
    match unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } {
        0 => Ok(true),
        _ => match io::Error::last_os_error() {
            error if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            error => Err(error),
        },
    }
}

/// Unlocks a file for all who have this opening of it.
pub(crate) fn unlock(file: &File) {
    // SAFETY: the file is open.
    let _ = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_UN) };
}

/// Waits until a file takes more, or something else happens to it, or the time is over.
pub(crate) fn wait_to_write(file: &File, most: Duration) {
    let mut asked = libc::pollfd { fd: file.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    let milliseconds = libc::c_int::try_from(most.as_millis()).unwrap_or(libc::c_int::MAX).max(1);
    // SAFETY: there's one such entry, and it can be written to.
    let _ = unsafe { libc::poll(&mut asked, 1, milliseconds) };
}
