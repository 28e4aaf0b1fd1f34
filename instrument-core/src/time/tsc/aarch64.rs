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

pub(super) fn probe() -> Result<(), Unavailable> {
    Ok(())
}
