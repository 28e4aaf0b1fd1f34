//! `log_metrics`: a table every so often, from wherever the program happens to be.

use crate::base::inside::Inside;
use super::{Report, snapshot};
use crate::output;
use crate::process::fork::Holder;
use crate::time::{Clock, Monotonic, glance};
use instrument_model::Snapshot;
use crate::base::sync::lock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// When the last table was printed, in nanoseconds of [`Monotonic`]; 0 before the first.
static LAST: AtomicU64 = AtomicU64::new(0);
static SNAPSHOT: Mutex<Option<Snapshot>> = Mutex::new(None);

/// Prints the table of the interval since the last one, if that's `every` or longer ago, and says whether it did.
///
/// Call it where the program comes by now and then, as in its main loop. The first interval begins with the process's
/// first use of the toolkit. Extremes are those of the interval, and the intervals' counts and sums add up to the whole
/// (see [`Snapshot::since`]). While timers are switched off it prints nothing. While the terminal that reports go to is in
/// raw mode, as terminal programs set it, it prints nothing either, and the next table is of all that time: with
/// `INSTRUMENT_OUTPUT=FILE` there's a table for each interval.
///
/// Costs a reading of the clock if nothing is due. Called from several threads, one of them prints.
///
/// ```
/// use std::time::Duration;
/// for _ in 0..3 {
///     // … work …
///     instrument_core::log_metrics(Duration::from_secs(10));
/// }
/// ```
pub fn log_metrics(every: Duration) -> bool {
    if !crate::state::timers_on() {
        return false;
    }
    glance();
    let every = u64::try_from(every.as_nanos()).unwrap_or(u64::MAX);
    let now = Monotonic.now().max(1);
    let last = LAST.load(Ordering::Relaxed);
    if now.saturating_sub(last) < every {
        return false;
    }
    // Whoever moves the time forward prints.
    if LAST.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
        return false;
    }
    print_interval()
}

inventory::submit! { Holder::new(20, || Box::new(lock(&SNAPSHOT))) }

/// Begins an interval, as a forked child does: what its parent recorded is no part of it.
pub(super) fn begin_interval() {
    let _inside = Inside::enter();
    LAST.store(Monotonic.now().max(1), Ordering::Relaxed);
    let mut last = lock(&SNAPSHOT);
    *last = Some(snapshot());
}

/// Prints what happened since the last interval, and begins the next; unless a terminal program's display is there.
pub(super) fn print_interval() -> bool {
    let _inside = Inside::enter();
    if output::is_taken() {
        return false;
    }
    // Also where a thread of ours prints, so that the program doesn't print the same interval's end again.
    LAST.store(Monotonic.now().max(1), Ordering::Relaxed);
    let report = {
        let mut last = lock(&SNAPSHOT);
        let interval = || {
            let now = snapshot();
            let interval = last.as_ref().map_or_else(|| now.clone(), |last| now.since(last));
            *last = Some(now);
            interval
        };
        Report::made(interval, "interval of").one_of_many()
    };
    report.print();
    true
}
