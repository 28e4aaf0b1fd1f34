//! Preloaded into a program, it makes the system's monotonic clock stand still while the file `still` is in the folder that
//! `PARTED_CLOCKS` names, and go a minute ahead from the first reading at which `ahead` is there.
//!
//! A library of its own, compiled by the test that uses it.

use std::ffi::{CStr, c_char, c_int, c_long};
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn getenv(name: *const c_char) -> *const c_char;
    fn access(path: *const c_char, mode: c_int) -> c_int;
}

#[repr(C)]
pub struct Timespec {
    seconds: i64,
    nanos: i64,
}

#[cfg(target_arch = "x86_64")]
const CLOCK_GETTIME: c_long = 228;
#[cfg(target_arch = "aarch64")]
const CLOCK_GETTIME: c_long = 113;
const MONOTONIC: c_int = 1;
const MINUTE: i64 = 60_000_000_000;

/// When it began to stand still, or 0; and how much has to be added to what the kernel says.
static STILL: AtomicI64 = AtomicI64::new(0);
static SHIFT: AtomicI64 = AtomicI64::new(0);

fn is_there(name: &str) -> bool {
    // SAFETY: the name is a C string, and nobody changes the environment of these programs.
    let folder = unsafe { getenv(c"PARTED_CLOCKS".as_ptr()) };
    if folder.is_null() {
        return false;
    }
    // SAFETY: what `getenv` returns is a C string.
    let folder = unsafe { CStr::from_ptr(folder) }.to_bytes();
    // On the stack, since whoever reads a clock may do so within an allocator.
    let mut path = [0; 512];
    let parts = [folder, b"/", name.as_bytes()];
    let mut end = 0;
    for part in parts {
        path[end..end + part.len()].copy_from_slice(part);
        end += part.len();
    }
    // SAFETY: the path ends with a zero.
    unsafe { access(path.as_ptr().cast(), 0) == 0 }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int {
    // SAFETY: the caller promises what the kernel asks for.
    let code = unsafe { syscall(CLOCK_GETTIME, c_long::from(clock), time) };
    if clock != MONOTONIC || code != 0 {
        return code as c_int;
    }
    // SAFETY: the kernel has just written there.
    let time = unsafe { &mut *time };
    let now = time.seconds * 1_000_000_000 + time.nanos;
    if is_there("still") {
        _ = STILL.compare_exchange(0, now, SeqCst, SeqCst);
    } else if let since @ 1.. = STILL.swap(0, SeqCst) {
        SHIFT.fetch_sub(now - since, SeqCst);
    }
    if SHIFT.load(SeqCst) == 0 && is_there("ahead") {
        SHIFT.store(MINUTE, SeqCst);
    }
    let shown = match STILL.load(SeqCst) {
        0 => now,
        since => since,
    } + SHIFT.load(SeqCst);
    (time.seconds, time.nanos) = (shown / 1_000_000_000, shown % 1_000_000_000);
    0
}
