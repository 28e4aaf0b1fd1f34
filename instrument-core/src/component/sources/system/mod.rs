//! What the operating system is asked, and how.
//!
//! Whatever it doesn't tell is an error that says so, for people.

mod calls;
#[cfg(target_os = "linux")]
mod kept;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod os;
#[cfg(not(target_os = "linux"))]
#[path = "other.rs"]
mod os;

#[cfg(all(target_os = "linux", feature = "perf"))]
pub(super) use calls::{high_number, read_counter};
pub(super) use calls::{monotonic_raw, process_cpu, usage};
pub(super) use os::{io, pages, peak};

pub(super) const NO_CPU_CLOCK: &str = "this operating system has no clock of CPU time that we know";

/// Of the whole process, since its start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usage {
    /// Nanoseconds.
    pub(super) user: u64,
    pub(super) system: u64,
    /// Bytes; on Linux also that of the program which this one replaced.
    pub(super) peak: u64,
    pub(super) minor_faults: u64,
    pub(super) major_faults: u64,
    pub(super) voluntary: u64,
    pub(super) involuntary: u64,
    pub(super) blocks_in: u64,
    pub(super) blocks_out: u64,
}

/// What the process has read and written, without what we have read of `/proc` to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Io {
    pub(super) chars_read: u64,
    pub(super) chars_written: u64,
    pub(super) bytes_read: u64,
    pub(super) bytes_written: u64,
}

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) virtual_memory: Result<u64, &'static str>,
    pub(super) resident: u64,
}
