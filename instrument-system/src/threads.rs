//! Threads of ours. They take no signals: those are the program's, whose handlers may expect threads of its own.

use std::io;
use std::thread::{Builder, JoinHandle};

/// Starts a thread of that name with all signals blocked, from its first instruction on.
pub fn spawn<T: Send + 'static>(name: &str, run: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
    spawn_with(Builder::new().name(name.to_owned()), run)
}

/// The same of a thread that's described.
pub fn spawn_with<T: Send + 'static>(
    thread: Builder,
    run: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    without_signals(|| thread.spawn(run))
}

/// A new thread has the mask of the one that starts it.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library has no masks of signals")]
fn without_signals<T>(start: impl FnOnce() -> T) -> T {
    use std::mem::MaybeUninit;
    let (mut all, mut former) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: the first call fills the set that the second reads, and the second fills `former`: it fails for no set and
    // this way of using it.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), former.as_mut_ptr());
    }
    let started = start();
    // SAFETY: it was filled above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, former.as_ptr(), std::ptr::null_mut()) };
    started
}

/// There are none.
#[cfg(not(unix))]
fn without_signals<T>(start: impl FnOnce() -> T) -> T {
    start()
}
