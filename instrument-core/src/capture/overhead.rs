//! What a timer costs on this machine, measured in this process while a report is made.

use crate::time::{self, Timeline};
use crate::tree::epochs::epochs;
use crate::tree::stats::{Stats, keep};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

const CALLS: u32 = 1000;

/// Recorded into by whoever makes a report, one at a time: statistics have one owner.
static SCRATCH: Mutex<Stats> = Mutex::new(Stats::new());
/// The last answer, in nanoseconds, for those who come at the same time.
static LAST: AtomicU64 = AtomicU64::new(0);

/// What timing one call costs: two readings of the clock and a record, as a median of several rounds.
///
/// Costs some 200 µs. Touches nothing that's reported. `None` with a clock of the program's own: reading that some
/// thousand times may be what it counts, or what a test has scripted; and while another thread measures for the first time.
pub(super) fn per_call() -> Option<Duration> {
    if time::is_user_defined() {
        return None;
    }
    let Ok(scratch) = SCRATCH.try_lock() else {
        return Some(LAST.load(Relaxed)).filter(|&nanos| nanos > 0).map(Duration::from_nanos);
    };
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
    Some(Duration::from_nanos(nanos.round() as u64))
}

/// What [`per_call`] found last, in nanoseconds.
pub(super) fn last() -> Option<f64> {
    Some(LAST.load(Relaxed)).filter(|&nanos| nanos > 0).map(|nanos| nanos as f64)
}
