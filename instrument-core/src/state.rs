//! What hot code has to know about timers, in one byte: off, on and by which clock, or on with more to think of.
//!
//! Each site has such a byte of its own, which is the one of all unless a filter leaves it out (`state/sites.rs`). So a site that's
//! left out costs what one costs that's switched off, and the others what they cost without a filter.
//!
//! Whoever has something for spans to think of gives a [`Reason`]; whoever has something to set up when the environment
//! is read, a [`Setup`]. This file knows none of them.

pub(crate) mod sites;

use crate::base::inside::{self, Inside};
use crate::settings::{Settings, settings};
use crate::time::{self, Source};
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing was recorded yet, the environment wasn't read; or nothing of a site.
    Undecided = 0,
    Off = 1,
    /// On, and the TSC may be read.
    Tsc = 2,
    /// The same, and a span may only be counted, see [`Reason::Throttle`].
    Throttling = 3,
    /// On, by another clock.
    Foreign = 4,
    /// On, with more to think of at each span, see [`Reason`].
    Careful = 5,
}

impl State {
    #[inline(always)]
    fn of(byte: u8) -> State {
        match byte {
            2 => State::Tsc,
            1 => State::Off,
            3 => State::Throttling,
            4 => State::Foreign,
            5 => State::Careful,
            _ => State::Undecided,
        }
    }

    /// Whether the TSC may be read, and nothing hangs on to spans.
    #[inline(always)]
    pub(crate) fn is_fast(self) -> bool {
        matches!(self, State::Tsc | State::Throttling)
    }
}

/// Why spans can't take the fastest way.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reason {
    /// Paths of short calls are sampled. That has a way of its own, so that those cost as little as sampled ones do.
    Throttle = 1,
    /// Something hangs on to spans, see [`crate::span::hook`].
    Hook = 2,
}

/// What's done when the environment is read, before the first span. Register it by `inventory::submit!`.
pub(crate) struct Setup(pub(crate) fn(&'static Settings));
inventory::collect!(Setup);

static TIMERS: AtomicU8 = AtomicU8::new(State::Undecided as u8);
static REASONS: AtomicU8 = AtomicU8::new(0);

#[inline(always)]
pub(crate) fn timers() -> State {
    State::of(TIMERS.load(Relaxed))
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
    // To set up, memory is allocated and components are read, by what may be timed: it isn't, yet.
    let Some(_inside) = Inside::to_record() else { return };
    DECIDED.call_once(|| {
        for Setup(set_up) in inventory::iter::<Setup> {
            set_up(settings());
        }
        turn(settings().enabled);
        if !settings().enabled {
            inside::nothing_was_lost();
        }
    });
}

/// Turns timers on or off. Without a clock they stay off, since all they'd count would take no time.
pub(crate) fn turn(on: bool) {
    let on = on && time::is_there();
    let state = match on.then(time::source) {
        None => State::Off,
        Some(Source::Tsc) => match REASONS.load(Relaxed) {
            0 => State::Tsc,
            reasons if reasons == Reason::Throttle as u8 => State::Throttling,
            _ => State::Careful,
        },
        Some(Source::Foreign(_)) => State::Foreign,
    };
    if on {
        time::Timeline::get();
    }
    sites::turn(state);
}

/// Gives or takes back a reason for spans not to take the fastest way.
pub(crate) fn be_careful(reason: Reason, careful: bool) {
    if careful {
        REASONS.fetch_or(reason as u8, Relaxed);
    } else {
        REASONS.fetch_and(!(reason as u8), Relaxed);
    }
    if !matches!(timers(), State::Undecided | State::Off) {
        turn(true);
    }
}

/// Whether timers are on, for macros that evaluate their arguments only then.
#[doc(hidden)]
#[inline(always)]
pub fn timers_on() -> bool {
    match timers() {
        State::Off => false,
        State::Undecided => decide(),
        _ => true,
    }
}
