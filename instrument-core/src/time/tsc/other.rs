//! CPUs without a counter we know: everything goes through the OS clock.

use super::Unavailable;

/// Never used to time anything, since [`probe`] says no.
#[inline(always)]
pub(crate) fn read() -> u64 {
    0
}

pub(super) fn frequency() -> Option<f64> {
    None
}

pub(super) fn probe() -> Result<(), Unavailable> {
    Err(Unavailable::NoCounter)
}
