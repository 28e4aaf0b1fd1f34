//! The system calls that the standard library doesn't have: `getrusage`, two clocks, the size of a page.
#![cfg_attr(unix, expect(unsafe_code, reason = "they're called through libc"))]

use super::Usage;

#[cfg(unix)]
pub(in crate::component::sources) fn usage() -> Result<Usage, &'static str> {
    let mut usage = core::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is writable and large enough, and the call keeps no pointer to it.
    if unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) } != 0 {
        return Err("the operating system refused `getrusage`");
    }
    // SAFETY: all of it is integers, zeroed above and then filled.
    let usage = unsafe { usage.assume_init() };
    // Of types that differ between systems, and never negative.
    let count = |number: libc::c_long| u64::try_from(number).unwrap_or(0);
    let nanos = |time: libc::timeval| {
        u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_usec).unwrap_or(0) * 1_000
    };
    // Linux and the BSDs count in KiB, macOS in bytes.
    let peak_unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    Ok(Usage {
        user: nanos(usage.ru_utime),
        system: nanos(usage.ru_stime),
        peak: count(usage.ru_maxrss).saturating_mul(peak_unit),
        minor_faults: count(usage.ru_minflt),
        major_faults: count(usage.ru_majflt),
        voluntary: count(usage.ru_nvcsw),
        involuntary: count(usage.ru_nivcsw),
        blocks_in: count(usage.ru_inblock),
        blocks_out: count(usage.ru_oublock),
    })
}

#[cfg(not(unix))]
pub(in crate::component::sources) fn usage() -> Result<Usage, &'static str> {
    Err("this operating system has no `getrusage`")
}

/// CPU time of all threads together, in nanoseconds.
pub(in crate::component::sources) fn process_cpu() -> Result<u64, &'static str> {
    #[cfg(unix)]
    return clock(libc::CLOCK_PROCESS_CPUTIME_ID).ok_or("the operating system refused its clock of CPU time");
    #[cfg(not(unix))]
    Err(super::NO_CPU_CLOCK)
}

/// The monotonic clock that nobody adjusts, in nanoseconds.
pub(in crate::component::sources) fn monotonic_raw() -> Result<u64, &'static str> {
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "ios"))]
    return clock(libc::CLOCK_MONOTONIC_RAW).ok_or("the operating system refused `CLOCK_MONOTONIC_RAW`");
    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "ios")))]
    Err("this operating system has no `CLOCK_MONOTONIC_RAW`")
}

#[cfg(unix)]
fn clock(id: libc::clockid_t) -> Option<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for one timespec, and the call keeps no pointer to it.
    if unsafe { libc::clock_gettime(id, &mut time) } != 0 {
        return None;
    }
    Some(u64::try_from(time.tv_sec).ok()? * 1_000_000_000 + u64::try_from(time.tv_nsec).ok()?)
}

#[cfg(target_os = "linux")]
pub(super) fn page_size() -> u64 {
    // SAFETY: reads a constant of the system, and touches no memory of ours.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(size).unwrap_or(4096)
}

/// The same file by a high number, which no file that's opened later gets as long as there are lower ones.
///
/// Who closes all of a process's files, as daemons do, closes it, too; what's read then must not be another file's.
#[cfg(all(target_os = "linux", feature = "perf"))]
pub(in crate::component::sources) fn high_number(file: &impl std::os::fd::AsRawFd) -> Option<std::os::fd::OwnedFd> {
    use std::os::fd::FromRawFd;
    [700, 200, 3].into_iter().find_map(|least| {
        // SAFETY: duplicates a descriptor, and touches no memory.
        let number = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, least) };
        // SAFETY: it's open, and nobody else's.
        (number >= 0).then(|| unsafe { std::os::fd::OwnedFd::from_raw_fd(number) })
    })
}

/// Count, time enabled and time running of a performance counter.
#[cfg(all(target_os = "linux", feature = "perf"))]
pub(in crate::component::sources) fn read_counter(file: &std::os::fd::OwnedFd) -> Option<[u64; 3]> {
    use std::os::fd::AsRawFd;
    let mut figures = [0_u64; 3];
    let size = size_of_val(&figures);
    // SAFETY: `figures` is writable and of that size.
    let read = unsafe { libc::read(file.as_raw_fd(), figures.as_mut_ptr().cast(), size) };
    // A counter tells all or nothing, and never ran for longer than it was enabled.
    (usize::try_from(read) == Ok(size) && figures[2] <= figures[1]).then_some(figures)
}
