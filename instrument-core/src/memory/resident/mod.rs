//! How much physical memory the process holds, according to the operating system.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod os;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod os;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod os {
    //! Systems that we can't ask.
    pub(super) fn read() -> Result<super::Resident, super::Unavailable> {
        Err(super::Unavailable::Platform)
    }
}

/// What [`resident`] found, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resident {
    /// Physical memory that the process holds now, shared pages included.
    pub bytes: u64,
    /// The most it ever held, where the system keeps that figure.
    pub peak_bytes: Option<u64>,
}

/// Why there is no figure for resident memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unavailable {
    /// We don't know how to ask this operating system.
    Platform,
    /// The operating system didn't answer; in a sandbox without `/proc`, for example.
    Unreadable,
    /// It answered with something that we don't understand.
    Unexpected,
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Platform => "resident memory isn't known on this operating system",
            Self::Unreadable if cfg!(target_os = "linux") => "/proc/self/status can't be read; mount /proc to see it",
            Self::Unreadable => "the operating system refused to tell the resident memory",
            Self::Unexpected => "the operating system's figure for resident memory isn't understood",
        })
    }
}

impl core::error::Error for Unavailable {}

/// Asks the operating system how much physical memory this process holds.
///
/// # Errors
/// With the reason, where the system can't tell.
///
/// # Cost
/// A few system calls, on Linux the reading of a file under `/proc`; no allocation.
///
/// # Examples
/// ```
/// match instrument_core::memory::resident() {
///     Ok(resident) => println!("{} bytes", resident.bytes),
///     Err(reason) => println!("{reason}"),
/// }
/// ```
pub fn resident() -> Result<Resident, Unavailable> {
    /// Linux raises its peak only now and then, so a reading may well be above it: a later peak mustn't be below that.
    static HIGHEST: AtomicU64 = AtomicU64::new(0);
    let mut resident = os::read()?;
    let highest = HIGHEST.fetch_max(resident.bytes, Relaxed).max(resident.bytes);
    resident.peak_bytes = resident.peak_bytes.map(|peak| peak.max(highest));
    Ok(resident)
}
