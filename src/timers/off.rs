//! Timers, off: every name of the twin that instrumented code uses, and no code behind it.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// Opens no span in this build.
#[macro_export]
macro_rules! scope {
    () => {
        $crate::Guard::none()
    };
    ($name:literal $(,)?) => {{
        const _: &::core::primitive::str = $name;
        $crate::Guard::none()
    }};
    ($word:ident = $name:expr $(,)?) => {
        $crate::__misused!(scope)
    };
    ($name:expr $(,)?) => {
        if false { $crate::Guard::named($name) } else { $crate::Guard::none() }
    };
    ($($wrong:tt)*) => {
        $crate::__misused!(scope)
    };
}

/// Observes nothing, and evaluates nothing, in this build.
#[macro_export]
macro_rules! measure {
    ($name:expr, $value:expr $(,)?) => {{
        const _: &::core::primitive::str = $name;
        if false {
            $crate::measure("", $value);
        }
    }};
    ($($wrong:tt)*) => {
        $crate::__misused!(measure)
    };
}

/// No span.
#[must_use = "the span ends when this guard is dropped: bind it, as in `let _span = …`"]
#[derive(Debug)]
pub struct Guard(std::marker::PhantomData<*const ()>);

impl Guard {
    #[doc(hidden)]
    #[inline(always)]
    pub const fn none() -> Self {
        Guard(std::marker::PhantomData)
    }

    #[doc(hidden)]
    pub fn named(_: impl AsRef<str>) -> Self {
        Guard::none()
    }
}

impl Drop for Guard {
    #[inline(always)]
    fn drop(&mut self) {}
}

/// No call path.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context(());

impl Context {
    /// No call path in this build.
    #[inline(always)]
    pub const fn current() -> Context {
        Context(())
    }

    /// Attaches nothing in this build.
    #[inline(always)]
    pub const fn attach(&self) -> Attached {
        Attached(std::marker::PhantomData)
    }

    /// The function itself.
    #[inline(always)]
    pub fn wrap<R>(self, work: impl FnOnce() -> R) -> impl FnOnce() -> R {
        work
    }
}

/// Nothing attached.
#[must_use = "the context is detached when this guard is dropped: bind it, as in `let _attached = …`"]
#[derive(Debug)]
pub struct Attached(std::marker::PhantomData<*const ()>);

impl Drop for Attached {
    #[inline(always)]
    fn drop(&mut self) {}
}

/// Gives futures back as they are.
pub trait FutureExt: Future + Sized {
    /// The future itself.
    #[inline(always)]
    fn timed(self, _: impl Into<Cow<'static, str>>) -> Self {
        self
    }

    /// The future itself.
    #[inline(always)]
    fn in_context(self, _: Context) -> Self {
        self
    }
}

impl<F: Future> FutureExt for F {}

/// Gives streams back as they are. In this build nobody looks whether they're streams.
pub trait StreamExt: Sized {
    /// The stream itself.
    #[inline(always)]
    fn timed_stream(self, _: impl Into<Cow<'static, str>>) -> Self {
        self
    }

    /// The stream itself.
    #[inline(always)]
    fn stream_in_context(self, _: Context) -> Self {
        self
    }
}

impl<S> StreamExt for S {}

/// Zero: nobody keeps a task's time in this build.
#[inline(always)]
pub const fn task_perf_counter() -> Duration {
    Duration::ZERO
}

/// A number that can be observed: any primitive one.
pub trait Number: Copy {}

macro_rules! numbers {
    ($($number:ty)*) => { $(impl Number for $number {})* };
}
numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool);

/// Observes nothing in this build.
#[inline(always)]
pub fn measure(_: &str, _: impl Number) {}

/// `false`: there's never anything to print in this build.
#[inline(always)]
pub fn log_metrics(_: Duration) -> bool {
    false
}

/// Nothing to begin anew in this build.
#[inline(always)]
pub fn reset() {}

/// Nothing to write in this build.
#[inline(always)]
pub fn finish() {}

/// When to time fewer calls; none is timed in this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Throttle {
    /// How many calls to time before judging.
    pub calls: u64,
    /// The mean below which calls are too short.
    pub mean: Duration,
}

impl Throttle {
    /// Of a throttled call path, one call in this many would be timed.
    pub const SAMPLE: u32 = 64;

    /// See there.
    #[inline(always)]
    pub const fn new(calls: u64, mean: Duration) -> Throttle {
        Throttle { calls, mean }
    }
}

/// Does nothing in this build.
#[inline(always)]
pub fn set_throttle(_: Option<Throttle>) {}

/// What to record; nothing is recorded in this build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter(());

impl Filter {
    /// See there.
    #[inline(always)]
    #[must_use]
    pub const fn new() -> Filter {
        Filter(())
    }

    /// There's nothing to leave out in this build.
    #[inline(always)]
    #[must_use]
    pub fn only(self, _: impl Into<String>) -> Filter {
        self
    }

    /// There's nothing to leave out in this build.
    #[inline(always)]
    #[must_use]
    pub fn skip(self, _: impl Into<String>) -> Filter {
        self
    }

    /// `true` in this build.
    #[inline(always)]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        true
    }

    /// `true` in this build.
    #[inline(always)]
    #[must_use]
    pub fn fits(&self, _: &[&str]) -> bool {
        true
    }
}

/// Does nothing in this build.
#[inline(always)]
pub fn set_filter(_: Filter) -> Vec<String> {
    Vec::new()
}

/// An empty report in this build.
#[inline(always)]
pub fn report() -> Report {
    Report(())
}

/// A report that prints nothing.
#[derive(Debug, Clone)]
pub struct Report(());

impl Report {
    /// No columns in this build.
    #[inline(always)]
    #[must_use]
    pub fn columns(self, _: impl IntoIterator<Item = Column>) -> Self {
        self
    }

    /// No figures in this build.
    #[inline(always)]
    #[must_use]
    pub fn unit(self, _: Unit) -> Self {
        self
    }

    /// No table in this build.
    #[inline(always)]
    #[must_use]
    pub fn width(self, _: usize) -> Self {
        self
    }

    /// No rows in this build.
    #[inline(always)]
    #[must_use]
    pub fn rows(self, _: usize) -> Self {
        self
    }

    /// No title in this build.
    #[inline(always)]
    #[must_use]
    pub fn title(self, _: impl Into<String>) -> Self {
        self
    }

    /// Prints nothing.
    #[inline(always)]
    pub fn print(&self) {}
}

impl fmt::Display for Report {
    #[inline(always)]
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// A column of a report's table.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Column {
    /// Mean time.
    Avg,
    /// Shortest call.
    Min,
    /// Longest call.
    Max,
    /// Number of calls.
    Count,
    /// Total time.
    Sum,
    /// Share of the elapsed time.
    Percent,
    /// Time that no child accounts for.
    Own,
    /// Standard deviation.
    Stddev,
    /// What of the sum is the cost of timing what's below.
    Timing,
    /// The time that this share of the calls didn't exceed.
    Quantile(f64),
    /// What a component measured.
    Component {
        /// The component's name, as `thread_cpu`.
        name: String,
        /// Which of its figures.
        figure: Figure,
    },
}

impl Column {
    /// A column of a component's figures.
    #[must_use]
    pub fn component(name: impl Into<String>, figure: Figure) -> Column {
        Column::Component { name: name.into(), figure }
    }
}

/// A figure of a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Figure {
    /// All of it.
    Sum,
    /// Without what was measured below.
    Own,
    /// The mean observation.
    Avg,
    /// The least observation.
    Min,
    /// The greatest observation.
    Max,
    /// The observations' standard deviation.
    Stddev,
    /// The number of observations.
    Count,
}

/// A unit of time for a report's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// What suits each figure.
    #[default]
    Auto,
    /// ns
    Nanoseconds,
    /// µs
    Microseconds,
    /// ms
    Milliseconds,
    /// s
    Seconds,
}

#[path = "off_clock.rs"]
pub mod clock;

/// A timer that runs what it's given, and times nothing.
#[derive(Debug)]
pub struct PerfTimer(());

impl PerfTimer {
    /// A timer that times nothing.
    #[inline(always)]
    pub const fn new(_: &'static str) -> Self {
        PerfTimer(())
    }

    /// A timer that times nothing.
    #[inline(always)]
    pub fn builder(_: impl Into<Cow<'static, str>>) -> PerfTimerBuilder {
        PerfTimerBuilder(())
    }

    /// No run.
    #[inline(always)]
    pub fn start(&self) -> Run<'_> {
        Run(std::marker::PhantomData)
    }

    /// Calls `f`.
    #[inline(always)]
    pub fn time<R>(&self, f: impl FnOnce() -> R) -> R {
        f()
    }

    /// The future itself.
    #[inline(always)]
    pub fn time_async<F: Future>(&self, future: F) -> F {
        future
    }

    /// Empty in this build.
    #[inline(always)]
    pub fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    /// Zeros.
    #[inline(always)]
    pub fn stats(&self) -> TimerStats {
        TimerStats::default()
    }

    /// `None`: nothing was timed.
    #[inline(always)]
    pub fn summary(&self) -> Option<String> {
        None
    }

    /// Prints nothing.
    #[inline(always)]
    pub fn report(&self) {}
}

/// No run.
#[must_use = "the run ends when this is dropped: bind it, as in `let _run = …`"]
#[derive(Debug)]
pub struct Run<'a>(std::marker::PhantomData<(&'a (), *const ())>);

impl Drop for Run<'_> {
    #[inline(always)]
    fn drop(&mut self) {}
}

/// The figures of a timer.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct TimerStats {
    /// Runs that have ended.
    pub count: u64,
    /// Time of all runs.
    pub total: Duration,
    /// Mean time of a run.
    pub mean: Duration,
    /// Standard deviation.
    pub stddev: Duration,
    /// The shortest run.
    pub min: Duration,
    /// The longest run.
    pub max: Duration,
    /// Quantiles, with their values.
    pub quantiles: Vec<(f64, Duration)>,
    /// Whether a run may have been under way when clocks parted.
    pub may_contain_parting: bool,
}

/// A timer to be.
#[derive(Debug)]
#[must_use = "a builder does nothing before `build`"]
pub struct PerfTimerBuilder(());

impl PerfTimerBuilder {
    /// Keeps nothing.
    #[inline(always)]
    pub fn observer(self, _: Observer) -> Self {
        self
    }

    /// Takes no time.
    #[inline(always)]
    pub fn clock(self, _: impl clock::Clock + 'static) -> Self {
        self
    }

    /// Is never called.
    #[inline(always)]
    pub fn log_fn(self, _: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self
    }

    /// The timer.
    #[inline(always)]
    #[expect(clippy::missing_errors_doc, reason = "it has none here")]
    pub fn build(self) -> Result<PerfTimer, BuildError> {
        Ok(PerfTimer(()))
    }
}

/// Why a timer can't be built; doesn't occur in this build.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum BuildError {
    /// A histogram without quantiles has nothing to report.
    NoQuantiles,
    /// A quantile isn't in 0..=1.
    QuantileOutOfRange(f64),
    /// A quantile isn't greater than the one before it.
    QuantilesNotAscending(f64, f64),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the quantiles are wrong")
    }
}

impl std::error::Error for BuildError {}

/// What a timer keeps of its runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observer(());

impl Observer {
    /// Mean and maximum.
    #[inline(always)]
    pub fn average() -> Self {
        Observer(())
    }

    /// Mean, deviation and maximum.
    #[inline(always)]
    pub fn stddev() -> Self {
        Observer(())
    }

    /// Mean, deviation and quantiles.
    #[inline(always)]
    pub fn histogram(_: &[f64]) -> Self {
        Observer(())
    }
}

/// Zero: timing costs nothing in this build.
#[inline(always)]
pub fn measure_overhead(_: Observer) -> Duration {
    Duration::ZERO
}
