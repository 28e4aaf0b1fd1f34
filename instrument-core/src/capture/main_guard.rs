//! What `#[instrument::main]` puts before the body of `main`.

use super::{log, report, signals};
use crate::time::Timeline;
use crate::checkpoint;
use crate::measure;
use crate::process::exit::{alone, at_exit};
use crate::process::thread::spawn;
use crate::settings::settings;
use crate::threads::tree::nodes;
use crate::base::sync::lock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Reports at the end of `main`, and at intervals if asked to.
#[derive(Debug)]
#[must_use = "the report is printed when this is dropped"]
pub struct MainGuard {
    /// Which process this guards: one that's forked off has neither the thread nor a reason to report.
    process: u32,
    report: bool,
    on: bool,
    interval: Option<(Arc<Stop>, JoinHandle<()>)>,
}

#[derive(Debug, Default)]
struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

/// The final report is printed once: by the guard, or where `main` doesn't return, at exit.
static REPORTED: AtomicBool = AtomicBool::new(false);

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
            at_exit(move || final_report(on));
        }
        signals::start(settings(), on_signals);
        let interval = every.filter(|_| on).and_then(|every| {
            let stop = Arc::<Stop>::default();
            let seen = Arc::clone(&stop);
            let run = move || intervals(&seen, every);
            // Without a thread there are no interval tables; the program is none the worse.
            let thread = spawn("instrument-interval", run).ok()?;
            Some((stop, thread))
        });
        MainGuard { process: std::process::id(), report, on, interval }
    }
}

fn intervals(stop: &Stop, every: Duration) {
    let mut stopped = lock(&stop.stopped);
    loop {
        let waited = stop.changed.wait_timeout_while(stopped, every, |stopped| !*stopped);
        let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if !timeout.timed_out() {
            return;
        }
        drop(guard);
        log::print_interval();
        stopped = lock(&stop.stopped);
    }
}

/// Where timers were off from the start, there's something to say only if the program turned them on meanwhile.
fn final_report(on: bool) {
    let recorded =
        || nodes() > 0 || !measure::names().is_empty() || !checkpoint::figures().is_empty();
    alone(|| {
        if !REPORTED.swap(true, Ordering::Relaxed) && (on || recorded()) {
            report().print();
        }
    });
}

impl Drop for MainGuard {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            return;
        }
        if let Some((stop, thread)) = self.interval.take() {
            *lock(&stop.stopped) = true;
            stop.changed.notify_all();
            let _ = thread.join();
        }
        if self.report {
            final_report(self.on);
        }
    }
}
