//! What `#[instrument::main]` puts before the body of `main`.

use super::{interval, report, signals};
use crate::checkpoint;
use crate::process::bare::pid;
use crate::process::exit::{alone, at_each_exit};
use crate::process::fork;
use crate::settings::settings;
use crate::threads::tally;
use crate::threads::tree::nodes;
use crate::time::Timeline;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// Reports at the end of `main`, and at intervals if asked to.
#[derive(Debug)]
#[must_use = "the report is printed when this is dropped"]
pub struct MainGuard {
    report: bool,
    on: bool,
    has_interval: bool,
}

/// The process that has printed its final report: that's done once, by the guard, or where `main` doesn't return, at exit.
static REPORTED: AtomicU32 = AtomicU32::new(0);

/// Whether one is due.
static REPORTS: AtomicBool = AtomicBool::new(false);

/// Whether the program has a report of its own.
pub(super) fn reports() -> bool {
    REPORTS.load(Ordering::Relaxed)
}

impl MainGuard {
    /// Prints interval tables every so many seconds, if given or asked for by `INSTRUMENT_INTERVAL`, from a thread of
    /// its own; and, if `report`, the whole table at the end, also after `process::exit`; and, if `on_signals` or by
    /// `INSTRUMENT_SIGNALS`, what's printed at the end also before SIGINT or SIGTERM ends the process.
    pub fn new(interval_seconds: Option<u64>, report: bool, on_signals: bool) -> Self {
        // What else the environment asks for is decided by the first span: until then, `main` may register components.
        let on = settings().enabled;
        checkpoint::check_names();
        if on {
            Timeline::get();
        }
        let every = settings().interval.or(interval_seconds.map(Duration::from_secs)).filter(|every| !every.is_zero());
        if report {
            REPORTS.store(true, Ordering::Relaxed);
            tally::watch();
            at_each_exit(move || final_report(on));
        }
        signals::start(settings(), on_signals);
        let every = every.filter(|_| on);
        every.into_iter().for_each(interval::start);
        MainGuard { report, on, has_interval: every.is_some() }
    }
}

/// Of a process that has to do with a fork, only if there's something to say: who made way for a daemon says nothing, and who
/// was forked off leaves to its parent what that recorded. Where timers were off from the start, there's something to say
/// only if the program turned them on meanwhile.
fn final_report(on: bool) {
    alone(|| {
        let is_first = REPORTED.swap(pid(), Ordering::Relaxed) != pid();
        let is_due = if fork::is_child() { tally::has_recorded() } else { on && !fork::is_parent() || recorded() };
        if is_first && is_due {
            report().print();
        }
    });
}

/// Whether there's anything, if only spans that are open.
fn recorded() -> bool {
    nodes() > 0 || tally::has_recorded()
}

impl Drop for MainGuard {
    fn drop(&mut self) {
        if self.has_interval {
            interval::stop();
        }
        if self.report {
            final_report(self.on);
        }
    }
}
