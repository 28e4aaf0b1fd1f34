//! `rdtsc`, without a fence: a span's edges may blur by a few instructions, and cost half as much.
#![expect(unsafe_code, reason = "the counter is read by a CPU instruction")]

use super::Unavailable;
use crate::time::windows::is_plausible;
use std::arch::x86_64::{__cpuid, CpuidResult, _rdtsc};

/// The counter's present value.
#[inline(always)]
pub(crate) fn read() -> u64 {
    // SAFETY: `rdtsc` has no preconditions; kernels that forbid it to user code (CR4.TSD) don't run Rust's std either.
    unsafe { _rdtsc() }
}

/// A leaf of `cpuid`, if the range that it's in goes so far.
fn leaf(range: u32, number: u32) -> Option<CpuidResult> {
    #[expect(unused_unsafe, reason = "`__cpuid` became safe after our minimum Rust version")]
    // SAFETY: every x86_64 CPU has `cpuid`; leaves above the highest one aren't asked for.
    let ask = |leaf| unsafe { __cpuid(leaf) };
    // A range that a processor doesn't have answers with whatever the highest leaf does.
    (number..=number | 0xffff).contains(&ask(range).eax).then(|| ask(number))
}

/// Of the crystal, by the processor; else what the hypervisor says, if there's one; else the kernel, where a module offers it.
pub(super) fn frequency() -> Option<f64> {
    let crystal = || {
        let known = leaf(0, 0x15).filter(|known| known.eax > 0 && known.ecx > 0)?;
        Some(f64::from(known.ecx) * f64::from(known.ebx) / f64::from(known.eax))
    };
    let hypervisor = || {
        leaf(0, 1).filter(|features| features.ecx & (1 << 31) != 0)?;
        Some(f64::from(leaf(0x4000_0000, 0x4000_0010)?.eax) * 1e3)
    };
    let kernel = || {
        let kilohertz = std::fs::read_to_string("/sys/devices/system/cpu/cpu0/tsc_freq_khz").ok()?;
        Some(kilohertz.trim().parse::<u32>().ok()? as f64 * 1e3)
    };
    let plausible = |hertz: &f64| is_plausible(1e9 / hertz);
    crystal().filter(plausible).or_else(|| hypervisor().filter(plausible)).or_else(|| kernel().filter(plausible))
}

pub(super) fn probe() -> Result<(), Unavailable> {
    if leaf(0x8000_0000, 0x8000_0007).is_none_or(|known| known.edx & (1 << 8) == 0) {
        return Err(Unavailable::NotInvariant);
    }
    // The kernel drops "tsc" from this list when its watchdog sees it drift; a list that can't be read says nothing.
    match std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/available_clocksource") {
        Ok(list) if !list.split_whitespace().any(|name| name == "tsc") => Err(Unavailable::NotTrustedByKernel),
        _ => Ok(()),
    }
}
