//! What a timer costs on this machine, measured in this process while a report is made.

use crate::time::{self, Timeline};
use crate::tree::epochs::epochs;
use crate::tree::stats::{Stats, keep};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const CALLS: u32 = 1000;

/// Recorded into by whoever makes a report, one at a time: statistics have one owner.
static SCRATCH: Mutex<Stats> = Mutex::new(Stats::new());
/// The last answer, in nanoseconds; 0 before the first.
static LAST: AtomicU64 = AtomicU64::new(0);

/// Measures what timing one call costs: two readings of the clock and a record, as a median of several rounds.
///
/// Costs some 200 µs. Touches nothing that's reported. Does nothing with a clock of the program's own: reading that some
/// thousand times may be what it counts, or what a test has scripted; nor while another thread measures.
pub(super) fn measure() {
    if time::is_user_defined() {
        return;
    }
    let Ok(scratch) = SCRATCH.try_lock() else { return };
    let mut rounds: Vec<u64> = (0..7)
        .map(|_| {
            let start = time::ticks();
            for _ in 0..CALLS {
                let begin = time::ticks();
                scratch.begin(begin);
                let elapsed = time::ticks().saturating_sub(begin);
                scratch.record::<{ keep::HISTOGRAM }>(elapsed, epochs());
            }
            time::ticks().saturating_sub(start)
        })
        .collect();
    rounds.sort_unstable();
    let nanos = Timeline::get().scale().nanos_f64(rounds[3] as f64 / f64::from(CALLS));
    LAST.store(nanos.round() as u64, Relaxed);
}

/// What [`measure`] found last, in nanoseconds.
pub(super) fn last() -> Option<f64> {
    Some(LAST.load(Relaxed)).filter(|&nanos| nanos > 0).map(|nanos| nanos as f64)
}
