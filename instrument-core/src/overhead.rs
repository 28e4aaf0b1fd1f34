//! What a timer costs on this machine, measured in this process while a report is made.

use crate::clock::{self, Timeline};
use crate::record::stats::{Stats, keep};
use crate::registry;
use std::time::Duration;

const CALLS: u32 = 1000;

/// Recorded into by whoever makes a report; two at a time blur figures that nobody reads.
static SCRATCH: Stats = Stats::new();

/// What timing one call costs: two readings of the clock and a record, as a median of several rounds.
///
/// Costs some 200 µs. Touches nothing that's reported. `None` with a clock of the program's own: reading that some
/// thousand times may be what it counts, or what a test has scripted.
pub(crate) fn per_call() -> Option<Duration> {
    if clock::is_the_programs() {
        return None;
    }
    let mut rounds: Vec<u64> = (0..7)
        .map(|_| {
            let start = clock::ticks();
            for _ in 0..CALLS {
                let begin = crate::record::now();
                SCRATCH.begin(begin);
                let elapsed = crate::record::now().saturating_sub(begin);
                SCRATCH.record::<{ keep::HISTOGRAM }>(elapsed, registry::epochs());
            }
            clock::ticks().saturating_sub(start)
        })
        .collect();
    rounds.sort_unstable();
    let nanos = Timeline::get().scale().nanos_f64(rounds[3] as f64 / f64::from(CALLS));
    Some(Duration::from_nanos(nanos.round() as u64))
}
