//! Memory: what the heap holds, what the operating system says is resident, and the line that prints both.

mod allocator;
#[cfg(target_os = "linux")]
mod available;
mod by_path;
mod line;
#[cfg(target_os = "linux")]
mod lines;
pub(crate) mod live;
mod print;
mod resident;
#[cfg(test)]
mod tests;

pub use allocator::CountingAllocator;
pub use crate::heap::HeapStats;
pub use live::{Live, LiveProfileError, live, start_live_profile, stop_live_profile};
pub use print::{MemoryLine, MemorySite, print_mem};
pub use resident::{Resident, Unavailable, resident};

use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

const UNDECIDED: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;
/// Whether `print_mem` prints. Counting goes on regardless, since counts that miss some calls are wrong for good.
static STATE: AtomicU8 = AtomicU8::new(UNDECIDED);

pub(crate) fn set_enabled(on: bool) {
    STATE.store(if on { ON } else { OFF }, Relaxed);
}

/// Whether memory lines are on, reading the environment if nobody did yet.
pub(crate) fn is_enabled() -> bool {
    if STATE.load(Relaxed) == UNDECIDED {
        let decision = if crate::settings::settings().enabled { ON } else { OFF };
        if decision == OFF {
            crate::base::inside::nothing_was_lost();
        }
        // Whoever set the switch meanwhile has the last word.
        let _ = STATE.compare_exchange(UNDECIDED, decision, Relaxed, Relaxed);
    }
    STATE.load(Relaxed) == ON
}

/// What the program has asked of its allocator so far, or `None` if it doesn't install [`CountingAllocator`].
///
/// The figures are exact if no thread allocates while they're read; else some are older than others.
///
/// Whether the allocator is installed is found out by the first call, which makes an allocation of one byte and looks
/// whether it was counted.
///
/// # Cost
/// The sum of 32 threads' counters, or of as many as have run at the same time, read again while other threads allocate; no
/// allocation after the first call.
///
/// # Examples
/// ```
/// // This program doesn't install it:
/// assert_eq!(instrument_core::memory::heap(), None);
/// ```
#[must_use]
pub fn heap() -> Option<HeapStats> {
    crate::heap::installed().then(crate::heap::totals)
}
