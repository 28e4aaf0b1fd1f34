//! Ticks to nanoseconds: measured against the OS clock while reading, never by blocking at start.
//!
//! At the first slow path we note one pair of (ticks, OS time); every reader takes another and divides. A pair is
//! taken as the tightest of a few, so its error is some 20 ns, and the scale's is that over the time since start:
//! 2 in a million after 10 ms, 2 in 100 million after a second.
//!
//! The scale is *sticky*: a new one replaces the one in use only when it rests on 100 times the evidence or when the
//! two have drifted apart (the kernel disciplines its clock). Intervals are differences of converted values, so while
//! the scale stands, intervals add up to their whole exactly.

use super::{Clock, Monotonic, Source, source, ticks, tsc};
use crate::base::inside::once;
use crate::base::sync::lock;
use crate::process::fork::Holder;
use instrument_model::Scale;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

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
    /// Nanoseconds since 1970, by the calendar's clock.
    date: u64,
    start: Option<Pair>,
    sticky: Mutex<Option<(Scale, Duration)>>,
}

static TIMELINE: OnceLock<Timeline> = OnceLock::new();

inventory::submit! { Holder::new(70, || Box::new(TIMELINE.get().map(|timeline| lock(&timeline.sticky)))) }

/// Below this much evidence the scale in use is provisional.
const PROVISIONAL: Duration = Duration::from_millis(10);
/// Readers in the first moments wait until this much time has passed since the start, so that the error stays small.
const SHORTEST: Duration = Duration::from_millis(1);
const MORE_EVIDENCE: u32 = 100;
const DRIFT: f64 = 5e-6;

impl Timeline {
    /// The timeline of this process; its start is the first call.
    pub(crate) fn get() -> &'static Timeline {
        once(&TIMELINE, || {
            // The first interval of `log_metrics` begins here, too, and not with its first call.
            Monotonic.now();
            let date = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
            match source() {
                Source::Tsc => {
                    let pair = Pair::take();
                    Timeline { start_ticks: pair.ticks, date, start: Some(pair), sticky: Mutex::new(None) }
                }
                Source::Foreign(_) => {
                    let sticky = Mutex::new(Some((Scale::NANOSECONDS, Duration::MAX)));
                    Timeline { start_ticks: ticks(), date, start: None, sticky }
                }
            }
        })
    }

    /// Ticks at the process's first use of the toolkit.
    pub(crate) fn start_ticks(&self) -> u64 {
        self.start_ticks
    }

    /// When that was, in nanoseconds since 1970.
    pub(crate) fn date(&self) -> u64 {
        self.date
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
                let drift = (new.to_bits() as f64 / scale.to_bits() as f64 - 1.0).abs();
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
    fn the_tsc_agrees_with_the_os_clock() {
        let timeline = Timeline::get();
        let (ticks, time) = (super::super::ticks(), Instant::now());
        std::thread::sleep(Duration::from_millis(50));
        let (ticks, time) = (super::super::ticks() - ticks, time.elapsed());
        let ours = timeline.scale().duration(ticks);
        assert!(ours.abs_diff(time) < Duration::from_millis(5), "{ours:?} against {time:?}");
    }
}
