//! `PerfTimer`: times one piece of code, wherever it's called from, and says so in one line at the end.

mod builder;
mod numbers;
mod observer;
mod run;
mod shared;
mod summary;
mod time_async;

pub use builder::{BuildError, PerfTimerBuilder};
pub use observer::{Observer, ObserverKind};
pub use run::Run;
pub use summary::TimerStats;
pub(crate) use shared::{figures, has_run, print};
pub use time_async::{AsyncRun, TimeAsync};

use crate::base::inside::Inside;
use crate::site::Location;
use crate::tasks::layers::Layers;
use shared::{Log, Shared};
use std::borrow::Cow;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Which time a timer declared by `#[perf_timer]` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockKind {
    /// Time on the wall, suspension and sleep included.
    Wall,
    /// CPU time of the thread: neither sleep nor suspension.
    Thread,
    /// Time in which the current task runs: sleep of the thread included, suspension of the task not. For a function
    /// that isn't async it's the wall's.
    Task,
}

/// A timer for one piece of code, which reports in one line when it's dropped or the process exits.
///
/// Put it in a `static` or a local; any number of threads may time by it at once, each writing only its own memory.
///
/// ```
/// use instrument_core::PerfTimer;
///
/// static THUMBNAIL: PerfTimer = PerfTimer::new("process thumbnail");
///
/// fn thumbnail(size: u32) -> u32 {
///     THUMBNAIL.time(|| size / 8)
/// }
/// for size in 0..292 {
///     thumbnail(size);
/// }
/// // At exit: timer "process thumbnail": avg 73.1 µs ± 18.0 µs, max 320 µs in 292 runs
/// # assert!(THUMBNAIL.summary().is_some_and(|line| line.ends_with("in 292 runs")));
/// ```
#[derive(Debug)]
pub struct PerfTimer {
    plan: Plan,
    shared: OnceLock<Arc<Shared>>,
}

/// What the timer is to be, until its first run makes it so.
#[derive(Debug)]
enum Plan {
    Named(&'static str),
    Declared {
        name: Option<&'static str>,
        location: Location,
        observer: ObserverKind,
        clock: ClockKind,
        log: Option<fn(&str)>,
    },
    Built,
}

impl PerfTimer {
    /// A timer by the wall clock that reports mean, deviation and maximum on stderr.
    pub const fn new(name: &'static str) -> Self {
        PerfTimer { plan: Plan::Named(name), shared: OnceLock::new() }
    }

    /// What `#[perf_timer]` declares.
    #[doc(hidden)]
    pub const fn declared(
        name: Option<&'static str>,
        location: Location,
        observer: ObserverKind,
        clock: ClockKind,
        log: Option<fn(&str)>,
    ) -> Self {
        PerfTimer { plan: Plan::Declared { name, location, observer, clock, log }, shared: OnceLock::new() }
    }

    /// A timer with another observer, clock or log function.
    ///
    /// ```
    /// use instrument_core::{Observer, PerfTimer, clock::ThreadCpu};
    ///
    /// let timer = PerfTimer::builder("parse")
    ///     .observer(Observer::histogram(&[0.5, 0.9]))
    ///     .clock(ThreadCpu)
    ///     .log_fn(|line| println!("{line}"))
    ///     .build()?;
    /// timer.time(|| "1".parse::<u8>());
    /// # Ok::<(), instrument_core::BuildError>(())
    /// ```
    pub fn builder(name: impl Into<Cow<'static, str>>) -> PerfTimerBuilder {
        PerfTimerBuilder::new(name.into())
    }

    /// `None` where there's none yet and the thread is inside the toolkit, where none is made: it may be making this one.
    fn shared(&self) -> Option<&Arc<Shared>> {
        if let Some(shared) = self.shared.get() {
            return Some(shared);
        }
        let _inside = Inside::enter()?;
        let shared = match &self.plan {
            Plan::Named(name) => {
                Shared::new(Cow::Borrowed(name), Observer::default(), shared::ClockChoice::Wall, Log::Output)
            }
            Plan::Built => Shared::new(Cow::Borrowed(""), Observer::default(), shared::ClockChoice::Wall, Log::Output),
            Plan::Declared { name, location, observer, clock, log } => Shared::new(
                name.map_or_else(|| Cow::Owned(location.label()), Cow::Borrowed),
                Observer::from_kind(*observer),
                (*clock).into(),
                log.map_or(Log::Output, |log| Log::Function(Box::new(log))),
            ),
        };
        Some(shared::register_in(&self.shared, shared))
    }

    /// Begins a run, which ends when the guard is dropped. A run that unwinds isn't observed.
    ///
    /// Costs two readings of the clock and some stores; only the first run on a thread allocates.
    #[inline]
    pub fn start(&self) -> Run<'_> {
        match self.shared.get() {
            Some(shared) => Run::begin(shared),
            None => Run::begin_first(self.shared()),
        }
    }

    /// Times a call of `f`. A call that unwinds isn't observed.
    #[inline]
    pub fn time<R>(&self, f: impl FnOnce() -> R) -> R {
        let _run = self.start();
        f()
    }

    /// Times a future from its first poll to its completion, or only its polls, by the timer's clock: see
    /// [`ClockKind`]. A future that's dropped before or unwinds isn't observed.
    pub fn time_async<F: Future>(&self, future: F) -> TimeAsync<F> {
        Layers::new(future, self.run_async())
    }

    /// A run of a future, as a layer.
    #[doc(hidden)]
    pub fn run_async(&self) -> AsyncRun {
        AsyncRun::new(self.shared().cloned())
    }

    /// The timer's name.
    pub fn name(&self) -> Cow<'_, str> {
        match (self.shared(), &self.plan) {
            (Some(shared), _) => Cow::Borrowed(&shared.name),
            (None, Plan::Named(name) | Plan::Declared { name: Some(name), .. }) => Cow::Borrowed(name),
            (None, Plan::Declared { location, .. }) => Cow::Owned(location.label()),
            (None, Plan::Built) => Cow::Borrowed(""),
        }
    }

    /// The figures so far, over all threads; of a run that's under way, none.
    pub fn stats(&self) -> TimerStats {
        self.shared.get().map_or_else(TimerStats::default, |shared| shared.stats())
    }

    /// The line that a report would print; `None` if there were no runs.
    ///
    /// With one run it's just its duration.
    pub fn summary(&self) -> Option<String> {
        self.shared.get()?.summary()
    }

    /// Prints the line now, and not again: a timer reports once. Without runs it prints nothing, and may report later.
    pub fn report(&self) {
        self.shared.get().into_iter().for_each(|shared| shared.report());
    }
}

impl Drop for PerfTimer {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.get() {
            shared.report();
            shared::forget(shared);
        }
    }
}

/// What timing one run costs by this observer, as measured now: the median of several rounds.
///
/// ```
/// use instrument_core::{Observer, measure_overhead};
/// let cost = measure_overhead(Observer::histogram(&[0.5]));
/// assert!(cost.as_millis() < 1);
/// ```
pub fn measure_overhead(observer: Observer) -> Duration {
    const RUNS: u32 = 1000;
    let Ok(timer) = PerfTimer::builder("").observer(observer).log_fn(|_| {}).build() else { return Duration::ZERO };
    let mut rounds: Vec<Duration> = (0..7)
        .map(|_| {
            let start = std::time::Instant::now();
            for _ in 0..RUNS {
                timer.time(|| std::hint::black_box(()));
            }
            start.elapsed() / RUNS
        })
        .collect();
    rounds.sort_unstable();
    rounds[3]
}
