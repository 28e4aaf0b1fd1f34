//! The run-time switches, and which clock hot code may read: one byte each, so that a call decides by one load.

use crate::clock::{self, Source};
use crate::component::every;
use crate::record::suspended;
use crate::record::throttle::{self, Throttle};
use std::cell::Cell;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// A part of the toolkit that [`set_enabled`] turns on or off.
///
/// Combine them with `|`: `Switch::Timers | Switch::Memory`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Switch(u8);

#[expect(non_upper_case_globals, reason = "reads as an enum's variants at the call site")]
impl Switch {
    /// `#[timer]`, `#[perf_timer]`, `scope!`, `measure!`, [`PerfTimer`](crate::PerfTimer).
    pub const Timers: Switch = Switch(1);
    /// `#[print_mem]` and `print_mem`. The counting allocator goes on counting, else its figures would be wrong later.
    pub const Memory: Switch = Switch(2);
    /// Probes.
    pub const Probes: Switch = Switch(4);
    /// The list of async calls that wait, for [`active`](crate::active): of those that begin while it's on. Off unless
    /// asked for, since it costs an allocation and a lock a call, and two stores a poll.
    pub const Tasks: Switch = Switch(8);

    fn contains(self, part: Switch) -> bool {
        self.0 & part.0 != 0
    }
}

impl std::ops::BitOr for Switch {
    type Output = Switch;

    fn bitor(self, other: Switch) -> Switch {
        Switch(self.0 | other.0)
    }
}

/// What hot code has to know about timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing was recorded yet, the environment wasn't read.
    Undecided,
    Off,
    /// On, and the TSC may be read.
    Tsc,
    /// On, by another clock.
    Foreign,
    /// On, with more to think of at each span: throttling, components.
    Careful,
}

static TIMERS: AtomicU8 = AtomicU8::new(State::Undecided as u8);
static PROBES: AtomicBool = AtomicBool::new(true);

#[inline(always)]
pub(crate) fn timers() -> State {
    match TIMERS.load(Ordering::Relaxed) {
        2 => State::Tsc,
        1 => State::Off,
        3 => State::Foreign,
        4 => State::Careful,
        _ => State::Undecided,
    }
}

/// Whether timers are on, reading the environment if nobody did yet.
///
/// Threads that come meanwhile wait, so that no span of theirs is without what the environment asks for.
pub(crate) fn decide() -> bool {
    if timers() == State::Undecided {
        decide_now();
    }
    !matches!(timers(), State::Off | State::Undecided)
}

#[cold]
fn decide_now() {
    static DECIDED: Once = Once::new();
    thread_local! {
        static DECIDING: Cell<bool> = const { Cell::new(false) };
    }
    // To decide, components are read, which may be code that's timed: it isn't, yet.
    if DECIDING.try_with(|deciding| deciding.replace(true)).unwrap_or(true) {
        return;
    }
    DECIDED.call_once(|| {
        let settings = crate::settings::settings();
        if settings.tasks {
            suspended::watch(true);
        }
        throttle::store(settings.throttle);
        every::choose_from(&settings.components);
        set(settings.enabled);
    });
    let _ = DECIDING.try_with(|deciding| deciding.set(false));
}

fn set(on: bool) {
    let state = match on.then(clock::source) {
        None => State::Off,
        Some(Source::Tsc) if throttle::is_on() || every::is_on() => State::Careful,
        Some(Source::Tsc) => State::Tsc,
        Some(Source::Foreign(_)) => State::Foreign,
    };
    if on {
        clock::Timeline::get();
    }
    TIMERS.store(state as u8, Ordering::Relaxed);
}

/// Samples call paths of short calls from now on, as [`Throttle`] says; `None` throttles no more. What's throttled already
/// is timed in full again while this is `None`.
///
/// Spans then cost about what they cost before, and those of a throttled call path about a quarter. Overrides
/// `INSTRUMENT_THROTTLE`.
///
/// ```
/// use instrument_core::{Throttle, set_throttle};
///
/// set_throttle(Some(Throttle::default()));
/// # set_throttle(None);
/// ```
pub fn set_throttle(how: Option<Throttle>) {
    // First the environment, which this overrides.
    decide();
    throttle::store(how);
    renew();
}

/// Finds the state anew after something that it depends on has changed.
pub(crate) fn renew() {
    if !matches!(timers(), State::Undecided | State::Off) {
        set(true);
    }
}

/// Turns parts of the toolkit on or off while the program runs.
///
/// Spans that are open are recorded when they end. What was recorded before stays. Overrides `INSTRUMENT=off`.
///
/// ```
/// use instrument_core::{Switch, set_enabled};
/// set_enabled(Switch::Timers | Switch::Memory, false);
/// set_enabled(Switch::Timers | Switch::Memory, true);
/// ```
pub fn set_enabled(parts: Switch, on: bool) {
    if parts.contains(Switch::Timers) {
        // First the environment, which this overrides.
        decide();
        set(on);
    }
    if parts.contains(Switch::Memory) {
        crate::memory::set_enabled(on);
    }
    if parts.contains(Switch::Probes) {
        PROBES.store(on, Ordering::Relaxed);
    }
    if parts.contains(Switch::Tasks) {
        suspended::watch(on);
    }
}

/// Whether a part is on; of several, whether all are.
pub fn is_enabled(parts: Switch) -> bool {
    (!parts.contains(Switch::Timers) || decide())
        && (!parts.contains(Switch::Memory) || crate::memory::is_enabled())
        && (!parts.contains(Switch::Probes) || PROBES.load(Ordering::Relaxed))
        && (!parts.contains(Switch::Tasks) || suspended::is_watching())
}
