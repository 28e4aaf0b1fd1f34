//! What the system is asked for wherever there may be none: in WebAssembly that nobody gave an interface, the standard
//! library panics when it's asked for the time, the variables or the process's number.

use std::ffi::OsString;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Whether there's no system, and so neither clock nor calendar, environment nor processes.
pub(crate) const IS_BARE: bool = cfg!(all(target_family = "wasm", target_os = "unknown"));

/// A moment of the monotonic clock, which has stood still where there's none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment(Option<Instant>);

impl Moment {
    pub(crate) fn now() -> Moment {
        Moment((!IS_BARE).then(Instant::now))
    }

    /// The time since then; none where there's no clock.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.map_or(Duration::ZERO, |moment| moment.elapsed())
    }
}

/// The calendar's time, or the beginning of 1970.
pub(crate) fn date() -> SystemTime {
    if IS_BARE { UNIX_EPOCH } else { SystemTime::now() }
}

/// This process's number, or 0.
pub(crate) fn pid() -> u32 {
    if IS_BARE { 0 } else { std::process::id() }
}

/// The environment, if there's one.
pub(crate) fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    (!IS_BARE).then(std::env::vars_os).into_iter().flatten()
}
