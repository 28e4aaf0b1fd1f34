//! What is open now: the dump one wants when a server hangs.

mod text;

use std::time::Duration;

/// What was open at one time; [`Display`](std::fmt::Display) is a line for each open span, and for each place where async
/// calls wait.
///
/// ```
/// use instrument_report::{Active, ActiveThread, OpenSpan};
/// use std::time::Duration;
///
/// let spans = vec![OpenSpan::new("serve", Some(Duration::from_secs(2))), OpenSpan::new("parse", None)];
/// let active = Active::new(vec![ActiveThread::new("main #1", spans)], Vec::new(), true);
/// assert_eq!(active.to_string(), "thread main #1\n  serve  2.00 s\n  |- parse\n");
/// ```
#[derive(Debug, Clone)]
pub struct Active {
    threads: Vec<ActiveThread>,
    tasks: Vec<WaitingTask>,
    is_watching: bool,
    width: usize,
}

/// A thread with open spans, see [`Active`].
#[derive(Debug, Clone)]
pub struct ActiveThread {
    name: String,
    spans: Vec<OpenSpan>,
}

/// A span that's open, see [`Active`].
#[derive(Debug, Clone)]
pub struct OpenSpan {
    name: String,
    elapsed: Option<Duration>,
    is_vague: bool,
}

/// A call of an async site that waits to be polled.
///
/// ```
/// use instrument_report::{Active, WaitingTask};
/// use std::time::Duration;
///
/// let path = ["serve", "query"].map(str::to_owned).to_vec();
/// let task = WaitingTask::new(path, Duration::from_secs(3), Duration::from_secs(2));
/// let active = Active::new(Vec::new(), vec![task], true);
/// assert_eq!(active.to_string(), "waiting 2.00 s of 3.00 s  serve > query\n");
/// ```
#[derive(Debug, Clone)]
pub struct WaitingTask {
    path: Vec<String>,
    elapsed: Duration,
    waiting: Duration,
    vague: Vague,
}

/// Which of a call's times are marked.
#[derive(Debug, Clone, Copy, Default)]
struct Vague {
    elapsed: bool,
    waiting: bool,
}

impl ActiveThread {
    /// The thread of this name, with its open spans from the outermost inwards.
    pub fn new(name: impl Into<String>, spans: Vec<OpenSpan>) -> ActiveThread {
        ActiveThread { name: name.into(), spans }
    }

    /// The thread's name, if it has one, and its number: `main #1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its call path, from the outermost span inwards.
    pub fn spans(&self) -> &[OpenSpan] {
        &self.spans
    }
}

impl OpenSpan {
    /// A span of this name, open for so long if it's timed.
    pub fn new(name: impl Into<String>, elapsed: Option<Duration>) -> OpenSpan {
        OpenSpan { name: name.into(), elapsed, is_vague: false }
    }

    /// The span, with its time marked if the clocks may have parted since it began.
    #[must_use]
    pub fn marked(self, is_vague: bool) -> OpenSpan {
        OpenSpan { is_vague, ..self }
    }

    /// What tables call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long it has been open; an async call, how long this poll has taken. `None` for one that isn't timed: what a
    /// context stands for, or a call that a sampled site only counts.
    pub fn elapsed(&self) -> Option<Duration> {
        self.elapsed
    }
}

impl WaitingTask {
    /// A call with its path from the outermost span to itself, the time since its first poll, and that since its last.
    pub fn new(path: Vec<String>, elapsed: Duration, waiting: Duration) -> WaitingTask {
        WaitingTask { path, elapsed, waiting, vague: Vague::default() }
    }

    /// The call, with each of its times marked if the clocks may have parted within it.
    #[must_use]
    pub fn marked(self, elapsed: bool, waiting: bool) -> WaitingTask {
        WaitingTask { vague: Vague { elapsed, waiting }, ..self }
    }

    /// Its call path as of its last poll, from the outermost span to the call itself.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// Since its first poll.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Since its last poll ended.
    pub fn waiting(&self) -> Duration {
        self.waiting
    }
}

impl Active {
    /// These threads and waiting calls; whether calls that wait are listed at all, which the text says if they aren't.
    pub fn new(threads: Vec<ActiveThread>, tasks: Vec<WaitingTask>, is_watching: bool) -> Active {
        Active { threads, tasks, is_watching, width: usize::MAX }
    }

    /// How many terminal cells a line of the text may take, if there's a bound. Names are cut to fit, times never: with the
    /// shortest name, a span takes some 20 cells and a waiting call some 30.
    #[must_use]
    pub fn width(self, width: usize) -> Active {
        Active { width, ..self }
    }

    /// Threads with open spans.
    pub fn threads(&self) -> &[ActiveThread] {
        &self.threads
    }

    /// Async calls that wait to be polled, in the order in which they began; none while they
    /// aren't listed.
    pub fn tasks(&self) -> &[WaitingTask] {
        &self.tasks
    }
}
