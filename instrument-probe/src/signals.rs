//! Threads of ours take no signals: those are the program's, whose handlers may expect threads of its own.

/// Blocks all signals for this thread.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the standard library has no masks of signals")]
pub(crate) fn block() {
    let mut all = std::mem::MaybeUninit::uninit();
    // SAFETY: the first call fills the set, and the second reads it; the former mask isn't asked for.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), std::ptr::null_mut());
    }
}

/// There are none.
#[cfg(not(unix))]
pub(crate) fn block() {}
