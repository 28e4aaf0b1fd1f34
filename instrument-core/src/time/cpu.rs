//! CPU time of the calling thread and of the process, from the OS.
#![cfg_attr(unix, expect(unsafe_code, reason = "the CPU-time clocks are read through libc"))]

use super::Clock;

/// CPU time that the calling thread has used, user and system mode together; it stands still while the thread sleeps.
///
/// A reading is a system call, on Linux too: many times what reading the wall's clock takes. Where the OS offers no such clock it reads 0.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThreadCpu;

/// CPU time that all threads of the process have used together; see [`ThreadCpu`].
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessCpu;

impl Clock for ThreadCpu {
    fn now(&self) -> u64 {
        #[cfg(unix)]
        return read(libc::CLOCK_THREAD_CPUTIME_ID);
        #[cfg(not(unix))]
        return 0;
    }
}

impl Clock for ProcessCpu {
    fn now(&self) -> u64 {
        #[cfg(unix)]
        return read(libc::CLOCK_PROCESS_CPUTIME_ID);
        #[cfg(not(unix))]
        return 0;
    }
}

#[cfg(unix)]
fn read(id: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for one timespec; an unknown clock leaves it at zero.
    unsafe { libc::clock_gettime(id, &mut time) };
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}
