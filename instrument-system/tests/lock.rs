//! A file's lock is over when its holder is done with it, whoever was forked meanwhile.
#![cfg(unix)]
#![expect(unsafe_code, reason = "forks, as programs with workers do")]

use instrument_system::files::try_lock;

#[test]
fn a_worker_that_was_forked_under_a_lock_does_not_keep_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lock");
    let lock = try_lock(&path).expect("a file").expect("nobody has it");
    assert!(try_lock(&path).expect("a file").is_none(), "it's held");
    // SAFETY: the child only waits.
    let worker = unsafe { libc::fork() };
    if worker == 0 {
        loop {
            // SAFETY: it takes nothing.
            unsafe { libc::pause() };
        }
    }
    drop(lock);
    let again = try_lock(&path);
    // SAFETY: it's a child of ours, and waited for once.
    unsafe {
        libc::kill(worker, libc::SIGKILL);
        libc::waitpid(worker, std::ptr::null_mut(), 0);
    }
    assert!(again.expect("a file").is_some(), "the worker keeps it");
}
