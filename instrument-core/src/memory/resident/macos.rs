//! macOS: the task's information for the present, `getrusage` for the peak.
#![expect(unsafe_code, reason = "both figures are system calls")]

use super::{Resident, Unavailable};
use core::mem::{MaybeUninit, size_of};

pub(super) fn read() -> Result<Resident, Unavailable> {
    let mut info = MaybeUninit::<libc::proc_taskinfo>::zeroed();
    let size = libc::c_int::try_from(size_of::<libc::proc_taskinfo>()).map_err(|_| Unavailable::Unexpected)?;
    // SAFETY: `info` is `size` bytes large and writable, and the call keeps no pointer to it.
    let written =
        unsafe { libc::proc_pidinfo(libc::getpid(), libc::PROC_PIDTASKINFO, 0, info.as_mut_ptr().cast(), size) };
    if written < size {
        return Err(Unavailable::Unreadable);
    }
    // SAFETY: all of it is integers, zeroed above and then filled.
    let bytes = unsafe { info.assume_init() }.pti_resident_size;
    Ok(Resident { bytes, peak_bytes: peak() })
}

fn peak() -> Option<u64> {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is writable and large enough, and the call keeps no pointer to it.
    if unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: all of it is integers, zeroed above and then filled. Here, unlike elsewhere, the figure is in bytes.
    u64::try_from(unsafe { usage.assume_init() }.ru_maxrss).ok()
}
