//! `rdtsc`, without a fence: a span's edges may blur by a few instructions, and cost half as much.
#![expect(unsafe_code, reason = "the counter is read by a CPU instruction")]

use super::Unavailable;
use std::arch::x86_64::{__cpuid, _rdtsc};

/// The counter's present value.
#[inline(always)]
pub(crate) fn read() -> u64 {
    // SAFETY: `rdtsc` has no preconditions; kernels that forbid it to user code (CR4.TSD) don't run Rust's std either.
    unsafe { _rdtsc() }
}

pub(super) fn probe() -> Result<(), Unavailable> {
    #[expect(unused_unsafe, reason = "`__cpuid` became safe after our minimum Rust version")]
    // SAFETY: every x86_64 CPU has `cpuid`; leaves above the highest one aren't asked for.
    let invariant = unsafe { __cpuid(0x8000_0000).eax >= 0x8000_0007 && __cpuid(0x8000_0007).edx & (1 << 8) != 0 };
    if !invariant {
        return Err(Unavailable::NotInvariant);
    }
    // The kernel drops "tsc" from this list when its watchdog sees it drift; a list that can't be read says nothing.
    match std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/available_clocksource") {
        Ok(list) if !list.split_whitespace().any(|name| name == "tsc") => Err(Unavailable::NotTrustedByKernel),
        _ => Ok(()),
    }
}
