//! The CPU's time stamp counter: one instruction to read, if the hardware and the kernel vouch for it.

#[cfg(all(target_arch = "aarch64", not(miri)))]
#[path = "aarch64.rs"]
mod arch;
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[path = "x86_64.rs"]
mod arch;
// Miri runs no instructions, and knows the OS clock.
#[cfg(any(miri, not(any(target_arch = "aarch64", target_arch = "x86_64"))))]
#[path = "other.rs"]
mod arch;

pub(crate) use arch::read;

use super::MOST_TICKS;
use crate::base::inside::once;
use std::sync::OnceLock;

/// Why the TSC can't time spans here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(dead_code, reason = "each CPU has only some of the ways to fail")]
pub(crate) enum Unavailable {
    /// No counter that user code could read on this kind of CPU.
    NoCounter,
    /// The counter's rate follows the CPU's frequency or stops in sleep states.
    NotInvariant,
    /// The kernel found it unreliable and removed it from its clock sources.
    NotTrustedByKernel,
    /// It has gone on so far that readings of it would take on other meanings; a virtual machine may set it to anything.
    OutOfRange,
}

impl Unavailable {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Unavailable::NoCounter => "this CPU has no time stamp counter that programs can read",
            Unavailable::NotInvariant => "the CPU's time stamp counter doesn't run at a constant rate",
            Unavailable::NotTrustedByKernel => "the kernel has marked the time stamp counter as unreliable",
            Unavailable::OutOfRange => "the time stamp counter is near the end of its range",
        }
    }
}

/// Asks the CPU and the kernel, once per process. Reads one small file of sysfs on Linux, and closes it.
pub(crate) fn availability() -> Result<(), Unavailable> {
    static ANSWER: OnceLock<Result<(), Unavailable>> = OnceLock::new();
    *once(&ANSWER, || arch::probe().and_then(|()| in_range(arch::read())))
}

/// The counter must have a century left.
fn in_range(now: u64) -> Result<(), Unavailable> {
    if now < MOST_TICKS / 2 { Ok(()) } else { Err(Unavailable::OutOfRange) }
}

/// Ticks a second, where the processor, the hypervisor or the kernel states them. Asked once.
pub(crate) fn frequency() -> Option<f64> {
    static HERTZ: OnceLock<Option<f64>> = OnceLock::new();
    *once(&HERTZ, arch::frequency)
}
