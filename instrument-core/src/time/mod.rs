//! Where time comes from: the TSC where it can be trusted, else the OS's monotonic clock, or one that a test scripts.
//!
//! Hot code reads [`tsc::read`] and nothing else. Which clock is in use is decided once, on the first slow path
//! (see [`crate::state`]); everything recorded afterwards is in that clock's *ticks*, and ticks become nanoseconds
//! only when somebody reads, through a [`Scale`](instrument_model::Scale) measured against the OS clock over the time in which
//! both went on together.

mod calibrate;
pub(crate) mod cheap;
mod cpu;
pub(crate) mod tsc;
mod windows;

pub(crate) use calibrate::{Bearings, Timeline, glance, glance_at};
pub use cpu::{ProcessCpu, ThreadCpu};

use crate::base::inside::{Inside, once};
use crate::base::sync::lock;
use crate::process::bare::{IS_BARE, Moment};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

/// A source of time that can stand in for the wall clock.
///
/// Implement it to script time in a test, or to time by something else than the wall ([`ThreadCpu`] does).
/// `PerfTimer` takes one per timer; [`set_clock`] replaces the one of all `#[timer]`s and `scope!`s.
///
/// ```
/// use instrument_core::clock::Clock;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// struct Scripted(AtomicU64);
/// impl Clock for Scripted {
///     fn now(&self) -> u64 {
///         self.0.load(Ordering::Relaxed)
///     }
/// }
/// let clock = Scripted(AtomicU64::new(5));
/// assert_eq!(clock.now(), 5);
/// ```
pub trait Clock: Send + Sync {
    /// Nanoseconds since any fixed origin. Must not allocate or block; may stand still, and where it runs
    /// backwards the span counts as 0 ns. Spans that it begins aren't recorded, but counted as lost.
    fn now(&self) -> u64;
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> u64 {
        (**self).now()
    }
}

impl<C: Clock + ?Sized> Clock for &'static C {
    fn now(&self) -> u64 {
        (**self).now()
    }
}

/// The OS's monotonic clock, in nanoseconds since its first use in this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Monotonic;

impl Clock for Monotonic {
    fn now(&self) -> u64 {
        static ORIGIN: OnceLock<Moment> = OnceLock::new();
        let since = once(&ORIGIN, Moment::now).elapsed();
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What spans are timed by, in a word.
pub(crate) fn name() -> &'static str {
    match source() {
        Source::Tsc => "tsc",
        Source::Foreign(_) if is_user_defined() => "custom",
        Source::Foreign(_) => "monotonic",
    }
}

/// The error of [`set_clock`]: a clock is in use already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockInUse;

impl std::fmt::Display for ClockInUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "the clock can't be changed any more: a span was recorded, or a clock was set, before this call; \
             call `set_clock` first thing in the program",
        )
    }
}

impl std::error::Error for ClockInUse {}

static FOREIGN: Mutex<Option<&'static dyn Clock>> = Mutex::new(None);
static IS_SET: AtomicBool = AtomicBool::new(false);
static CHOSEN: OnceLock<Source> = OnceLock::new();

/// What the spans of this process are timed with.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// Hot code may read the TSC directly.
    Tsc,
    /// Every reading goes through the trait object; ticks are nanoseconds.
    Foreign(&'static dyn Clock),
}

/// Times all spans by `clock` instead of the machine's own.
///
/// Spans then cost a virtual call more each. Meant for tests, and for hosts with a better clock than the OS, or with the only
/// one: WebAssembly has none by itself (`wasm32-unknown-unknown`), and there nothing is recorded until one is set.
///
/// # Errors
/// [`ClockInUse`] once the first span was recorded: ticks of two clocks can't be added up.
pub fn set_clock(clock: &'static dyn Clock) -> Result<(), ClockInUse> {
    let mut foreign = lock(&FOREIGN);
    if CHOSEN.get().is_some() || foreign.is_some() {
        return Err(ClockInUse);
    }
    *foreign = Some(clock);
    IS_SET.store(true, Ordering::Relaxed);
    Ok(())
}

/// Decides on the clock, once.
pub(crate) fn source() -> Source {
    match CHOSEN.get() {
        Some(source) => *source,
        None => choose(),
    }
}

#[cold]
fn choose() -> Source {
    *once(&CHOSEN, || {
        let source = match *lock(&FOREIGN) {
            Some(clock) => Source::Foreign(clock),
            None if tsc::availability().is_ok() => Source::Tsc,
            None => Source::Foreign(&Monotonic),
        };
        if let Source::Foreign(clock) = source {
            FIRST.store(foreign(clock), Ordering::Relaxed);
        }
        source
    })
}

/// What the chosen clock read first, if it isn't the TSC.
static FIRST: AtomicU64 = AtomicU64::new(0);

/// A reading of the chosen clock as ticks, whatever its origin: there's room for 73 years on either side of the first one,
/// and to spare for what isn't a time (see [`MOST_TICKS`]).
fn in_range(now: u64) -> u64 {
    const MIDDLE: u64 = MOST_TICKS / 2;
    now.wrapping_sub(FIRST.load(Ordering::Relaxed)).wrapping_add(MIDDLE).cast_signed().clamp(1, MOST_TICKS.cast_signed())
        as u64
}

/// The most that any clock has ticked, and the least is 1. What's beyond has other meanings: a span that isn't open, one
/// that's being written, one that isn't timed, and which clock it was.
pub(crate) const MOST_TICKS: u64 = (1 << 62) - 1;

/// Whether there's any clock: the system's, or one of the program's own.
pub(crate) fn is_there() -> bool {
    !IS_BARE || is_user_defined()
}

/// Whether the program has set a clock of its own.
pub(crate) fn is_user_defined() -> bool {
    IS_SET.load(Ordering::Relaxed)
}

/// Why spans are not timed by the TSC on this machine, if they aren't; for the curious and for bug reports.
pub fn tsc_unavailable() -> Option<&'static str> {
    tsc::availability().err().map(tsc::Unavailable::reason)
}

/// The present, in ticks of the chosen clock. Hot code that knows the clock reads that.
#[inline]
pub(crate) fn ticks() -> u64 {
    match source() {
        Source::Tsc => tsc::read(),
        Source::Foreign(clock) => in_range(foreign(clock)),
    }
}

/// Reads a clock that may be the program's, and timed itself.
#[inline(never)]
pub(crate) fn foreign(clock: &dyn Clock) -> u64 {
    let _inside = Inside::enter();
    clock.now()
}
