//! The cheapest clock that goes on with time, for what the toolkit takes itself: bounds and shares, not figures that anyone reads.
//!
//! It's the TSC where that can be trusted, else the OS clock. It's never one of the program's own, which may stand still, and
//! using it decides nothing about the clock of spans. What a [`Scale`](instrument_model::Scale) would tell in nanoseconds is asked
//! the other way round: how many ticks make a second.

use super::windows::Pair;
use super::{Clock, Monotonic, tsc};
use crate::base::inside::once;
use crate::process::bare::IS_BARE;
use std::sync::OnceLock;
use std::time::Duration;

/// How long the clocks are compared, where nobody says how fast the TSC goes.
const LOOK: Duration = Duration::from_millis(1);

/// Ticks of the TSC in a second; `None` if it's not to be read.
static RATE: OnceLock<Option<u64>> = OnceLock::new();

/// The present, in ticks since any fixed origin: one reading of the TSC, where there is one. Of two threads one may be a little
/// behind, and a machine that slept may begin anew, so take differences by `saturating_sub`.
#[inline]
pub fn ticks() -> u64 {
    match once(&RATE, rate) {
        Some(_) => tsc::read(),
        None => Monotonic.now(),
    }
}

/// Ticks in a second, nearly. The first call may take a millisecond, where nobody says how fast the TSC goes.
pub fn ticks_a_second() -> u64 {
    once(&RATE, rate).unwrap_or(1_000_000_000)
}

fn rate() -> Option<u64> {
    if IS_BARE || tsc::availability().is_err() {
        return None;
    }
    let hertz = tsc::frequency().unwrap_or_else(|| {
        let (begin, end) = (Pair::tightest(), Pair::after(LOOK));
        end.ticks.saturating_sub(begin.ticks) as f64 * 1e9 / end.nanos.saturating_sub(begin.nanos) as f64
    });
    // What isn't a number becomes none: the system's clock stood still.
    Some(hertz as u64).filter(|hertz| (1_000..u64::MAX).contains(hertz))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_second_has_as_many_ticks_as_it_says() {
        ticks_a_second();
        let off_by = || {
            let (begin, time) = (ticks(), Instant::now());
            std::thread::sleep(Duration::from_millis(50));
            let (ticks, time) = (ticks().saturating_sub(begin), time.elapsed());
            Duration::from_secs_f64(ticks as f64 / ticks_a_second() as f64).abs_diff(time)
        };
        // A busy machine may come between two readings, though not each time.
        let least = (0..10).map(|_| off_by()).find(|off| *off < Duration::from_millis(5));
        assert!(least.is_some(), "ten times off by more than a tenth");
    }
}
