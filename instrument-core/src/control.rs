//! The switches that a program has while it runs.

use crate::memory;
use crate::options::{Filter, Throttle};
use crate::span::throttle;
use crate::state::{self, sites};
use crate::tasks::waiting;
use std::sync::atomic::{AtomicBool, Ordering};

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

static PROBES: AtomicBool = AtomicBool::new(true);

/// Samples call paths of short calls from now on, as [`Throttle`] says; `None` throttles no more. What's throttled already
/// is timed in full again while this is `None`.
///
/// Spans then cost about what they cost before, and those of a throttled call path about a tenth: they read no clock. Overrides
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
    state::decide();
    throttle::set(how);
}

/// Chooses which spans are recorded from here on: those of the call tree, sync and async, whatever made them. Overrides `INSTRUMENT_ONLY`
/// and `INSTRUMENT_SKIP`; an empty filter records all again.
///
/// Spans that are open are recorded when they end, and an async call that's under way when it's left out isn't followed any more. What was
/// recorded before stays. A site that's left out costs a load and a branch. Reports say what was chosen.
///
/// # Returns
/// What there is to say about patterns that fit nothing in the program, a line each, with what's nearest. They hold nevertheless:
/// names made at run time aren't known before.
///
/// ```
/// use instrument_core::{Filter, set_filter};
///
/// let mistakes = set_filter(Filter::new().skip("shop::cart::*"));
/// assert!(mistakes[0].contains("shop::cart::*"), "there's no shop in here");
/// set_filter(Filter::new());
/// ```
pub fn set_filter(filter: Filter) -> Vec<String> {
    // First the environment, which this overrides.
    state::decide();
    let mistakes = sites::unmatched(&filter);
    sites::choose(filter);
    mistakes
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
        state::decide();
        state::turn(on);
    }
    if parts.contains(Switch::Memory) {
        memory::set_enabled(on);
    }
    if parts.contains(Switch::Probes) {
        PROBES.store(on, Ordering::Relaxed);
    }
    if parts.contains(Switch::Tasks) {
        waiting::watch(on);
    }
}

/// Whether a part is on; of several, whether all are.
pub fn is_enabled(parts: Switch) -> bool {
    (!parts.contains(Switch::Timers) || state::decide())
        && (!parts.contains(Switch::Memory) || memory::is_enabled())
        && (!parts.contains(Switch::Probes) || PROBES.load(Ordering::Relaxed))
        && (!parts.contains(Switch::Tasks) || waiting::is_watching())
}

/// Starts in a forked child what its parent had: the thread of interval tables, the thread that waits for signals, and the
/// socket of `serve()`. A daemon calls it when its last fork is done.
///
/// A child has one thread, and none of ours: none may be started amid a fork, nor by a child that's about to become another
/// program. What's recorded and what's written at exit goes on without this call. Interval tables begin here, and what
/// `INSTRUMENT_SAVE` saves has what the parent had recorded, too. In a process that has all that, it does nothing.
///
/// ```
/// // fork, setsid, fork, and then, in the daemon:
/// instrument_core::after_fork();
/// ```
pub fn after_fork() {
    crate::process::fork::again();
}
