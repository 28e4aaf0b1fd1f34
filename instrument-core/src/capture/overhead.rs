//! What a timer costs on this machine, measured in this process while a report is made.
#![expect(unsafe_code, reason = "has statistics that are nobody's tree's")]

use crate::time::{self, Timeline};
use crate::tree::epochs::epochs;
use crate::tree::mine::Mine;
use crate::tree::stats::{Stats, keep};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const CALLS: u32 = 1000;

/// Recorded into by whoever makes a report and has the turn: statistics have one owner at a time.
static SCRATCH: Stats = Stats::new();
static TURN: Mutex<()> = Mutex::new(());
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
    let Ok(_turn) = TURN.try_lock() else { return };
    // SAFETY: it's nobody else's turn before this function returns.
    let scratch = unsafe { Mine::new(&SCRATCH) };
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
