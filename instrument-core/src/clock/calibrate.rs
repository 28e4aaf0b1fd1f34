//! Ticks to nanoseconds: measured against the OS clock while reading, never by blocking at start.
//!
//! At the first slow path we note one pair of (ticks, OS time); every reader takes another and divides. A pair is
//! taken as the tightest of a few, so its error is some 20 ns, and the scale's is that over the time since start:
//! 2 in a million after 10 ms, 2 in 100 million after a second.
//!
//! The scale is *sticky*: a new one replaces the one in use only when it rests on 100 times the evidence or when the
//! two have drifted apart (the kernel disciplines its clock). Intervals are differences of converted values, so while
//! the scale stands, intervals add up to their whole exactly.

use super::{Clock, Monotonic, Source, source, tsc};
use crate::sync::lock;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Nanoseconds per tick as a 32.32 fixed-point number; exact 1 for clocks that count nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale(u64);

impl Scale {
    /// One tick is one nanosecond.
    pub(crate) const NANOSECONDS: Scale = Scale(1 << 32);

    fn from_ratio(nanoseconds: f64, ticks: f64) -> Option<Scale> {
        let scaled = nanoseconds / ticks * Scale::NANOSECONDS.0 as f64;
        (scaled >= 1.0 && scaled < u64::MAX as f64).then_some(Scale(scaled as u64))
    }

    /// The duration of `ticks`, to the nearest nanosecond.
    pub(crate) fn nanos(self, ticks: u64) -> u64 {
        let product = u128::from(ticks) * u128::from(self.0) + (1 << 31);
        u64::try_from(product >> 32).unwrap_or(u64::MAX)
    }

    /// The duration of a fractional number of ticks, in nanoseconds.
    pub(crate) fn nanos_f64(self, ticks: f64) -> f64 {
        ticks * self.0 as f64 / Scale::NANOSECONDS.0 as f64
    }

    pub(crate) fn duration(self, ticks: u64) -> Duration {
        Duration::from_nanos(self.nanos(ticks))
    }
}

#[derive(Clone, Copy)]
struct Pair {
    ticks: u64,
    time: Instant,
}

impl Pair {
    /// The tightest of a few readings: one of them rarely gets interrupted in the middle.
    fn take() -> Pair {
        let mut best = Pair { ticks: 0, time: Instant::now() };
        let mut tightest = u64::MAX;
        for _ in 0..8 {
            let before = tsc::read();
            let time = Instant::now();
            let width = tsc::read().wrapping_sub(before);
            if width < tightest {
                tightest = width;
                best = Pair { ticks: before.wrapping_add(width / 2), time };
            }
        }
        best
    }
}

/// The process's start on both clocks, and the scale now in use.
pub(crate) struct Timeline {
    start_ticks: u64,
    start: Option<Pair>,
    sticky: Mutex<Option<(Scale, Duration)>>,
}

static TIMELINE: OnceLock<Timeline> = OnceLock::new();

/// Keeps everybody else out while what's returned exists.
#[cfg(unix)]
pub(crate) fn hold() -> Box<dyn std::any::Any> {
    Box::new(TIMELINE.get().map(|timeline| lock(&timeline.sticky)))
}

/// Below this much evidence the scale in use is provisional.
const PROVISIONAL: Duration = Duration::from_millis(10);
/// Readers in the first moments wait until this much time has passed since the start, so that the error stays small.
const SHORTEST: Duration = Duration::from_millis(1);
const MORE_EVIDENCE: u32 = 100;
const DRIFT: f64 = 5e-6;

impl Timeline {
    /// The timeline of this process; its start is the first call.
    pub(crate) fn get() -> &'static Timeline {
        TIMELINE.get_or_init(|| {
            // The first interval of `log_metrics` begins here, too, and not with its first call.
            Monotonic.now();
            match source() {
                Source::Tsc => {
                    let pair = Pair::take();
                    Timeline { start_ticks: pair.ticks, start: Some(pair), sticky: Mutex::new(None) }
                }
                Source::Foreign(clock) => {
                    let sticky = Mutex::new(Some((Scale::NANOSECONDS, Duration::MAX)));
                    Timeline { start_ticks: clock.now(), start: None, sticky }
                }
            }
        })
    }

    /// Ticks at the process's first use of the toolkit.
    pub(crate) fn start_ticks(&self) -> u64 {
        self.start_ticks
    }

    /// The scale to read with now.
    pub(crate) fn scale(&self) -> Scale {
        let mut sticky = lock(&self.sticky);
        let Some(start) = self.start else { return Scale::NANOSECONDS };
        if let Some((scale, evidence)) = *sticky
            && evidence >= PROVISIONAL * MORE_EVIDENCE
            && start.time.elapsed() < evidence * 2
        {
            return scale; // as good as it gets, and checked for drift not long ago
        }
        while start.time.elapsed() < SHORTEST {
            std::hint::spin_loop();
        }
        let now = Pair::take();
        let evidence = now.time.duration_since(start.time);
        let ticks = now.ticks.wrapping_sub(start.ticks);
        let Some(new) = Scale::from_ratio(evidence.as_nanos() as f64, ticks as f64) else {
            return sticky.map_or(Scale::NANOSECONDS, |(scale, _)| scale);
        };
        match *sticky {
            Some((scale, old)) if old >= PROVISIONAL && evidence < old.saturating_mul(MORE_EVIDENCE) => {
                let drift = (new.0 as f64 / scale.0 as f64 - 1.0).abs();
                if drift <= DRIFT {
                    return scale;
                }
            }
            Some((scale, _)) if new == scale => return scale,
            _ => {}
        }
        *sticky = Some((new, evidence));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nanosecond_clock_is_read_exactly() {
        for ticks in [0, 1, 999, 3_600_000_000_000, u64::MAX >> 1] {
            assert_eq!(Scale::NANOSECONDS.nanos(ticks), ticks);
        }
    }

    #[test]
    fn an_hour_of_ticks_is_an_hour() {
        let scale = Scale::from_ratio(1e9, 2.6e9).expect("a plausible ratio");
        let hour = Duration::from_secs(3600);
        let ours = scale.duration(3600 * 2_600_000_000);
        assert!(ours.abs_diff(hour) < Duration::from_micros(10), "{ours:?}");
    }

    #[test]
    fn the_tsc_agrees_with_the_os_clock() {
        let timeline = Timeline::get();
        let (ticks, time) = (super::super::ticks(), Instant::now());
        std::thread::sleep(Duration::from_millis(50));
        let (ticks, time) = (super::super::ticks() - ticks, time.elapsed());
        let ours = timeline.scale().duration(ticks);
        assert!(ours.abs_diff(time) < Duration::from_millis(5), "{ours:?} against {time:?}");
    }
}
