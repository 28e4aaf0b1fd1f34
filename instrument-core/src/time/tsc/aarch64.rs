//! The generic timer's virtual count, which the architecture defines to be constant and synchronised.
#![expect(unsafe_code, reason = "the counter is read by a CPU instruction")]

use super::Unavailable;

/// The counter's present value.
#[inline(always)]
pub(crate) fn read() -> u64 {
    let count: u64;
    // SAFETY: reads one register that every OS we know opens to user code; no memory, no flags.
    unsafe { std::arch::asm!("mrs {}, cntvct_el0", out(reg) count, options(nomem, nostack, preserves_flags)) };
    count
}

/// What the firmware has told the processor; there are machines whose firmware forgets it.
pub(super) fn frequency() -> Option<f64> {
    let hertz: u64;
    // SAFETY: reads one register that is open wherever the counter is; no memory, no flags.
    unsafe { std::arch::asm!("mrs {}, cntfrq_el0", out(reg) hertz, options(nomem, nostack, preserves_flags)) };
    (hertz > 0).then_some(hertz as f64)
}

pub(super) fn probe() -> Result<(), Unavailable> {
    Ok(())
}
