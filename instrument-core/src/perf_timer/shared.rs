//! What a timer's runs, its reports and the exit hook share.

use super::numbers::Numbers;
use super::{ClockKind, Observer};
use crate::time::{Clock, Source, ThreadCpu, Timeline, foreign, glance, source, tsc};
use crate::base::inside::{self, Inside};
use crate::base::sync::lock;
use crate::output;
use crate::process::exit::at_each_exit;
use crate::process::fork::{self, Holder, InChild};
use crate::tasks::task_ticks;
use crate::threads::cells::{Cells, Slots, TimerCell};
use crate::tree::epochs::epochs;
use crate::tree::mine::Mine;
use crate::tree::stats::keep;
use instrument_model::{Scale, data};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock};

use super::observer::Kind;

pub(super) enum ClockChoice {
    Wall,
    /// Of async code only the time in which it's polled.
    Task,
    /// As `Custom`, but of async code only what its polls use: between two of them it may change threads.
    ThreadCpu,
    Custom(Arc<dyn Clock>),
}

impl From<ClockKind> for ClockChoice {
    fn from(kind: ClockKind) -> Self {
        match kind {
            ClockKind::Wall => ClockChoice::Wall,
            ClockKind::Task => ClockChoice::Task,
            ClockKind::Thread => ClockChoice::ThreadCpu,
        }
    }
}

impl fmt::Debug for ClockChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ClockChoice::Wall => "Wall",
            ClockChoice::Task => "Task",
            ClockChoice::ThreadCpu => "ThreadCpu",
            ClockChoice::Custom(_) => "Custom",
        })
    }
}

pub(super) enum Log {
    Output,
    Function(Box<dyn Fn(&str) + Send + Sync>),
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Log::Output => "Output",
            Log::Function(_) => "Function",
        })
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) name: Cow<'static, str>,
    pub(super) observer: Observer,
    pub(super) clock: ClockChoice,
    log: Log,
    pub(super) slot: u32,
    pub(super) serial: u64,
    reported: AtomicBool,
    /// Runs of the process that this one was forked from, which reports them.
    inherited: AtomicU64,
}

static NUMBERS: Numbers = Numbers::new();
static SERIALS: AtomicU64 = AtomicU64::new(1);
/// Timers that may have to report at exit, in the order of their creation.
static LIVE: Mutex<BTreeMap<u64, Arc<Shared>>> = Mutex::new(BTreeMap::new());

/// Lets a timer report at exit.
pub(super) fn register(shared: Shared) -> Arc<Shared> {
    Arc::clone(register_in(&OnceLock::new(), shared))
}

/// The same for a timer that's made at its first use: this one, unless another thread was quicker.
pub(super) fn register_in(cell: &OnceLock<Arc<Shared>>, shared: Shared) -> &Arc<Shared> {
    let _inside = Inside::enter();
    let shared = Arc::new(shared);
    // With the lock that's held across forks: a fork meanwhile would leave the child with one that's never ready.
    let mut live = lock(&LIVE);
    let known = cell.get_or_init(|| Arc::clone(&shared));
    live.insert(known.serial, Arc::clone(known));
    drop(live);
    if !Arc::ptr_eq(known, &shared) {
        NUMBERS.give_back(shared.slot);
    }
    report_at_exit();
    known
}

fn report_at_exit() {
    static AT_EXIT: Once = Once::new();
    AT_EXIT.call_once(|| {
        fork::watch();
        at_each_exit(|| {
            let _inside = Inside::enter();
            let live: Vec<_> = lock(&LIVE).values().cloned().collect();
            live.iter().for_each(|timer| timer.report());
        });
    });
}

inventory::submit! { InChild(forked) }

fn forked() {
    for timer in lock(&LIVE).values() {
        timer.inherited.store(timer.runs(), Ordering::Relaxed);
        timer.reported.store(false, Ordering::Relaxed);
    }
}

/// Whether a timer that exists has run in this process; in a forked child, since it was forked.
pub(crate) fn has_run() -> bool {
    let _inside = Inside::enter();
    let live: Vec<_> = lock(&LIVE).values().cloned().collect();
    live.iter().any(|timer| timer.runs() != timer.inherited.load(Ordering::Relaxed))
}

/// The figures of all timers that exist, in the order of their creation.
pub(crate) fn figures() -> Vec<data::Timer> {
    let _inside = Inside::enter();
    let live: Vec<_> = lock(&LIVE).values().cloned().collect();
    live.iter().map(|timer| timer.data()).filter(|timer| timer.times.count > 0).collect()
}

/// Prints the lines of all timers that exist and have no log function of their own; they'll report nevertheless.
pub(crate) fn print() {
    let _inside = Inside::enter();
    let live: Vec<_> = lock(&LIVE).values().cloned().collect();
    let printed = live.iter().filter(|timer| matches!(timer.log, Log::Output));
    printed.filter_map(|timer| timer.summary()).for_each(|line| output::write_line(&line));
}

inventory::submit! { Holder::new(45, || Box::new((lock(&LIVE), NUMBERS.hold()))) }

/// Gives a dropped timer's number back.
pub(super) fn forget(shared: &Arc<Shared>) {
    let _inside = Inside::enter();
    if lock(&LIVE).remove(&shared.serial).is_some() {
        NUMBERS.give_back(shared.slot);
    }
}

impl Shared {
    pub(super) fn new(name: Cow<'static, str>, observer: Observer, clock: ClockChoice, log: Log) -> Shared {
        Shared {
            name,
            observer,
            clock,
            log,
            slot: NUMBERS.take(),
            serial: SERIALS.fetch_add(1, Ordering::Relaxed),
            reported: AtomicBool::new(false),
            inherited: AtomicU64::new(0),
        }
    }

    /// The present, in the timer's own ticks.
    #[inline(always)]
    pub(super) fn now(&self) -> u64 {
        match &self.clock {
            ClockChoice::Task => task_ticks(),
            ClockChoice::Wall => match source() {
                Source::Tsc => tsc::read(),
                Source::Foreign(clock) => foreign(clock),
            },
            ClockChoice::ThreadCpu => ThreadCpu.now(),
            ClockChoice::Custom(clock) => foreign(clock),
        }
    }

    /// How long the timer's own ticks are.
    pub(super) fn scale(&self) -> Scale {
        match self.clock {
            ClockChoice::Wall | ClockChoice::Task => Timeline::get().scale(),
            ClockChoice::ThreadCpu | ClockChoice::Custom(_) => Scale::NANOSECONDS,
        }
    }

    /// When the timer's own clock and the system's parted, of those that can.
    pub(super) fn partings(&self) -> Vec<data::Parting> {
        match self.clock {
            ClockChoice::Wall | ClockChoice::Task => Timeline::get().bearings().partings,
            ClockChoice::ThreadCpu | ClockChoice::Custom(_) => Vec::new(),
        }
    }

    /// A thread's cell for the timer.
    #[inline(always)]
    pub(super) fn cell<'l>(&self, cells: Mine<'l, Cells>) -> Option<Mine<'l, TimerCell>> {
        let timers = cells.timers();
        match timers.get(self.slot) {
            Some(cell) if cell.is_of(self.serial) => Some(cell),
            _ => self.new_cell(timers),
        }
    }

    #[cold]
    #[inline(never)]
    fn new_cell<'l>(&self, timers: Mine<'l, Slots<TimerCell>>) -> Option<Mine<'l, TimerCell>> {
        let _inside = Inside::enter();
        glance();
        let cell = timers.get_or_add(self.slot)?;
        cell.take_over(self.serial);
        Some(cell)
    }

    #[inline(always)]
    pub(super) fn observe(&self, cell: Mine<'_, TimerCell>, elapsed: u64) {
        if cell.stats().is_being_written() {
            return inside::lose();
        }
        let epochs = epochs();
        match self.observer.0 {
            Kind::Average => cell.stats().record::<{ keep::EXTREMES }>(elapsed, epochs),
            Kind::Deviation => cell.stats().record::<{ keep::SQUARES }>(elapsed, epochs),
            Kind::Histogram(_) => cell.stats().record::<{ keep::HISTOGRAM }>(elapsed, epochs),
        }
    }

    pub(super) fn report(&self) {
        let _inside = Inside::enter();
        if self.runs() == self.inherited.load(Ordering::Relaxed) {
            return;
        }
        let Some(line) = self.summary() else { return };
        if self.reported.swap(true, Ordering::Relaxed) {
            return;
        }
        match &self.log {
            Log::Output => output::write_line(&line),
            // The user's function runs at exit and in drops, where a panic would abort the program.
            Log::Function(log) => {
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| log(&line)));
            }
        }
    }
}
