//! Ticks to nanoseconds: the process's start on both clocks, and the windows of time since then, see [`super::windows`].
//!
//! Readers look how the clocks have gone; nothing blocks at start, and nobody who records waits. Cold paths *glance* at both
//! clocks on their way, at most every half a millisecond: that costs one reading of each, decides nothing, and tells later more exactly when
//! the clocks parted, if they did.

use super::windows::{Pair, Windows};
use super::{Clock, Monotonic, Source, source, ticks, tsc};
use crate::base::inside::once;
use crate::base::sync::lock;
use crate::process::bare;
use crate::process::fork::Holder;
use instrument_model::Scale;
use instrument_model::data::Parting;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

fn date() -> u64 {
    bare::date().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

impl Pair {
    /// The tightest of a few readings, and how many ticks it took: one of them rarely gets interrupted in the middle. All of its
    /// clocks are read in that time: on a busy machine, one that's read just before may be tens of milliseconds behind.
    pub(super) fn tightest() -> Pair {
        let tries = (0..8).map(|_| Pair::read(date));
        tries.min_by_key(|&(_, width)| width).map_or_else(Pair::default, |(pair, _)| pair)
    }

    /// A reading that wasn't interrupted, without the date, of a few tries.
    fn undisturbed() -> Option<Pair> {
        let mut tries = (0..8).map(|_| Pair::read(|| 0));
        tries.find(|&(_, width)| width <= UNDISTURBED).map(|(pair, _)| pair)
    }

    /// The clocks, and how many ticks it took to read them.
    fn read(date: impl FnOnce() -> u64) -> (Pair, u64) {
        let before = tsc::read();
        let (nanos, date) = (Monotonic.now(), date());
        let width = tsc::read().wrapping_sub(before);
        (Pair { ticks: before.wrapping_add(width / 2), nanos, date }, width)
    }

    /// Both clocks after so much time. A system's clock that stands still isn't waited for.
    pub(super) fn after(time: Duration) -> Pair {
        /// Ticks in which a counter of 5 GHz takes longer than anyone wants to wait.
        const MOST: u64 = 100_000_000;
        let (begin, start) = (Monotonic.now(), tsc::read());
        let nanos = time.as_nanos() as u64;
        let most = if tsc::frequency().is_some_and(|hertz| hertz < 1e9) { MOST / 50 } else { MOST };
        while Monotonic.now().saturating_sub(begin) < nanos && tsc::read().wrapping_sub(start) < most {
            std::hint::spin_loop();
        }
        Pair::tightest()
    }
}

/// The process's start on both clocks, and how they have gone since.
pub(crate) struct Timeline {
    start_ticks: u64,
    /// Nanoseconds since 1970, by the calendar's clock.
    date: u64,
    /// Of the TSC; a foreign clock's ticks are nanoseconds.
    windows: Option<Mutex<Windows>>,
    /// Ticks of the last glance, and how many there have to be between two.
    glanced: AtomicU64,
    spacing: AtomicU64,
    /// See [`Windows::offset`] and [`Windows::offset_before`].
    offset: AtomicU64,
    offset_before: AtomicU64,
}

/// What's needed to read what was recorded in ticks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bearings {
    pub(crate) scale: Scale,
    pub(crate) partings: Vec<Parting>,
}

impl Bearings {
    /// Whether something that was open from then to then, in ticks of the clock, may have been so when the clocks parted.
    pub(crate) fn are_vague(&self, from: u64, to: u64) -> bool {
        !self.partings.is_empty() && {
            let timeline = Timeline::get();
            let end = timeline.now().saturating_sub(timeline.between(to, ticks()));
            let start = end.saturating_sub(timeline.between(from, to));
            self.partings.iter().any(|parting| parting.may_be_between(start, end))
        }
    }
}

static TIMELINE: OnceLock<Timeline> = OnceLock::new();

inventory::submit! {
    Holder::new(70, || Box::new(TIMELINE.get().and_then(|timeline| timeline.windows.as_ref().map(lock))))
}

/// Some half a millisecond.
const SPACING: u64 = 1 << 20;
/// Ticks of a reading that wasn't interrupted.
const UNDISTURBED: u64 = 20_000;

/// Notes on a cold path how the clocks stand, unless that was done just before. Waits for nobody.
pub(crate) fn glance() {
    glance_at(tsc::read());
}

/// As [`glance`], where the clock was just read.
pub(crate) fn glance_at(ticks: u64) {
    if let Some(timeline) = TIMELINE.get()
        && let Some(windows) = &timeline.windows
        && ticks.wrapping_sub(timeline.glanced.load(Relaxed)) >= timeline.spacing.load(Relaxed)
        && let Ok(mut windows) = windows.try_lock()
    {
        timeline.glance(&mut windows);
    }
}

impl Timeline {
    /// The timeline of this process; its start is the first call.
    pub(crate) fn get() -> &'static Timeline {
        once(&TIMELINE, || {
            // The first interval of `log_metrics` begins here, too, and not with its first call.
            Monotonic.now();
            let (start_ticks, windows) = match source() {
                Source::Tsc => {
                    let start = Pair::tightest();
                    let stated = tsc::frequency().map(|hertz| 1e9 / hertz);
                    (start.ticks, Some(Mutex::new(Windows::new(start, stated))))
                }
                Source::Foreign(_) => (ticks(), None),
            };
            let offset = start_ticks.wrapping_neg();
            Timeline {
                start_ticks,
                date: date(),
                windows,
                glanced: AtomicU64::new(start_ticks),
                spacing: AtomicU64::new(SPACING),
                offset: AtomicU64::new(offset),
                offset_before: AtomicU64::new(offset),
            }
        })
    }

    /// When the process first used the toolkit, in nanoseconds since 1970.
    pub(crate) fn date(&self) -> u64 {
        self.date
    }

    /// Ticks from that until now.
    pub(crate) fn now(&self) -> u64 {
        self.position(ticks())
    }

    /// Ticks from the process's first use of the toolkit to another moment.
    pub(crate) fn position(&self, ticks: u64) -> u64 {
        match self.windows {
            Some(_) => ticks.wrapping_add(self.offset.load(Relaxed)),
            None => ticks.saturating_sub(self.start_ticks),
        }
    }

    /// Ticks from one moment to another, also where the counter began anew in between.
    pub(crate) fn between(&self, start: u64, end: u64) -> u64 {
        // What another processor has read may be a little ahead.
        if start <= end.saturating_add(SPACING) {
            return end.saturating_sub(start);
        }
        let (before, after) = (self.offset_before.load(Relaxed), self.offset.load(Relaxed));
        if before == after {
            return 0;
        }
        u64::try_from(end.wrapping_add(after).wrapping_sub(start.wrapping_add(before)).cast_signed()).unwrap_or(0)
    }

    /// Looks how the clocks have gone, for who shows figures.
    pub(crate) fn bearings(&self) -> Bearings {
        let Some(windows) = &self.windows else { return Bearings { scale: Scale::NANOSECONDS, partings: Vec::new() } };
        let mut windows = lock(windows);
        self.look(&mut windows);
        Bearings { scale: windows.scale(), partings: windows.partings().to_vec() }
    }

    /// The scale to read with now. Looks at the clocks only now and then: for decisions, and for single readings.
    pub(crate) fn scale(&self) -> Scale {
        let Some(windows) = &self.windows else { return Scale::NANOSECONDS };
        let mut windows = lock(windows);
        windows.settled(tsc::read()).unwrap_or_else(|| {
            self.look(&mut windows);
            windows.scale()
        })
    }

    fn look(&self, windows: &mut Windows) {
        let now = windows.look(&mut Pair::after);
        self.glanced.store(now.ticks, Relaxed);
        self.spacing.store(SPACING, Relaxed);
        // The older one first: whoever sees the new offset sees which one it has replaced, or none.
        self.offset_before.store(windows.offset_before, Relaxed);
        self.offset.store(windows.offset, Relaxed);
    }

    #[cold]
    fn glance(&self, windows: &mut Windows) {
        let Some(pair) = Pair::undisturbed() else { return };
        if windows.note(pair) {
            self.spacing.store(self.spacing.load(Relaxed).saturating_mul(2), Relaxed);
        }
        self.glanced.store(pair.ticks, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn the_tsc_agrees_with_the_os_clock() {
        let timeline = Timeline::get();
        let (ticks, time) = (super::super::ticks(), Instant::now());
        std::thread::sleep(Duration::from_millis(50));
        let (ticks, time) = (super::super::ticks() - ticks, time.elapsed());
        let ours = timeline.scale().duration(ticks);
        assert!(ours.abs_diff(time) < Duration::from_millis(5), "{ours:?} against {time:?}");
        assert_eq!(timeline.bearings().partings, []);
    }
}
