//! Outlets: the bounded queue before a sink, the thread behind it, and what got lost there.

use super::{Observation, Reading, Sink, Stderr};
use crate::error::InstrumentError;
use crate::guarded::{catch, catch_silently, inside};
use crate::sync::{AtomicU32, AtomicU64, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard, lock, wait_for};
use arc_swap::ArcSwapOption;
use instrument_core::shared::{Inside, spawn};
use instrument_wire::Event;
use std::fmt;
use std::process;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

/// Observations that wait before one sink.
const CAPACITY: usize = 1_024;
/// What the program's exit waits for lines that are still in a queue.
const AT_EXIT: Duration = Duration::from_millis(250);

static DROPPED: AtomicU64 = AtomicU64::new(0);
static REFUSED: AtomicU64 = AtomicU64::new(0);
static SKIPPED: AtomicU64 = AtomicU64::new(0);
static OPENING: Mutex<()> = Mutex::new(());
static OUTLETS: Mutex<Vec<Weak<Inner>>> = Mutex::new(Vec::new());

/// The way to a [`Sink`]. Clones share its queue and its thread, which starts when an instrument with it is added to a
/// probe, and ends with the last of them.
#[derive(Clone)]
pub struct Outlet(Arc<Inner>);

pub(crate) struct Inner {
    sink: Arc<dyn Sink>,
    /// Replaced in a forked process, which has no thread behind the old one.
    queue: ArcSwapOption<Queue>,
}

struct Queue {
    process: u32,
    sender: SyncSender<Observation>,
    progress: Arc<Progress>,
}

#[derive(Default)]
struct Progress {
    /// Observations that were put into the queue, counted before they are.
    sent: AtomicU64,
    done: Mutex<u64>,
    changed: Condvar,
}

/// What got lost on the way to sinks, since the program started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Lost {
    /// Dropped, because the queue before the sink was full.
    pub dropped: u64,
    /// Given to the sink, which had an error or panicked.
    pub refused: u64,
}

/// What got lost on the way to sinks, since the program started.
///
/// ```
/// assert_eq!(instrument_probe::lost().dropped, 0);
/// ```
pub fn lost() -> Lost {
    Lost { dropped: DROPPED.load(Ordering::Relaxed), refused: REFUSED.load(Ordering::Relaxed) }
}

/// Counts a call that an instrument didn't look at.
pub(crate) fn skip() {
    SKIPPED.fetch_add(1, Ordering::Relaxed);
}

/// Waits until the sinks have taken what was observed before, at most that long; whether they have.
///
/// ```
/// assert!(instrument_probe::flush(std::time::Duration::from_secs(1)));
/// ```
pub fn flush(timeout: Duration) -> bool {
    let deadline = Instant::now() + timeout.min(Duration::from_secs(86_400));
    queues().iter().all(|queue| queue.progress.wait(deadline))
}

/// Nothing is lost silently: neither what the queues were too short for, nor what's in them at the end.
fn at_exit() {
    flush(AT_EXIT);
    let Lost { dropped, refused } = lost();
    let waiting: u64 = queues().iter().map(|queue| queue.progress.waiting()).sum();
    let reasons = [
        (dropped, "dropped before a full queue"),
        (refused, "refused by their sink"),
        (waiting, "still waiting for their sink at the end"),
        (SKIPPED.load(Ordering::Relaxed), "not made, since instruments have a share of their thread's time"),
    ];
    let told: Vec<_> = reasons
        .into_iter()
        .filter(|&(count, _)| count > 0)
        .map(|(count, reason)| format!("{count} {reason}"))
        .collect();
    if !told.is_empty() {
        instrument_core::shared::write_line(&format!("instrument: probes lost observations: {}", told.join(", ")));
    }
}

/// Those that this process drains.
fn queues() -> Vec<Arc<Queue>> {
    let _inside = Inside::enter();
    let outlets: Vec<_> = lock(&OUTLETS).iter().filter_map(Weak::upgrade).collect();
    let queues = outlets.iter().filter_map(|outlet| outlet.queue.load_full());
    queues.filter(|queue| queue.process == process::id()).collect()
}

impl Progress {
    fn waiting(&self) -> u64 {
        self.sent.load(Ordering::Acquire).saturating_sub(*lock(&self.done))
    }

    fn wait(&self, deadline: Instant) -> bool {
        let sent = self.sent.load(Ordering::Acquire);
        let mut done = lock(&self.done);
        while *done < sent {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            done = wait_for(&self.changed, done, left);
        }
        true
    }

    fn one_more(&self) {
        *lock(&self.done) += 1;
        self.changed.notify_all();
    }
}

impl Outlet {
    /// The way to `sink`. No thread is started yet.
    pub fn new(sink: impl Sink) -> Self {
        let inner = Arc::new(Inner { sink: Arc::new(sink), queue: ArcSwapOption::empty() });
        if !inner.sink.is_immediate() {
            let _inside = Inside::enter();
            let mut outlets = lock(&OUTLETS);
            outlets.retain(|known| known.strong_count() > 0);
            outlets.push(Arc::downgrade(&inner));
        }
        Outlet(inner)
    }

    /// The way to where the toolkit's reports go: stderr, unless `INSTRUMENT_OUTPUT` says otherwise.
    pub fn stderr() -> Self {
        static STDERR: LazyLock<Outlet> = LazyLock::new(|| Outlet::new(Stderr));
        STDERR.clone()
    }

    /// The way into the table of measurements, which [`report`](instrument_core::report) prints.
    pub fn report() -> Self {
        static REPORT: LazyLock<Outlet> = LazyLock::new(|| Outlet::new(super::Report));
        REPORT.clone()
    }

    /// Starts the thread, unless there's one.
    pub(crate) fn open(&self) -> Result<(), InstrumentError> {
        if self.0.sink.is_immediate() || self.is_open() {
            return Ok(());
        }
        let _inside = Inside::enter();
        let _opening = lock(&OPENING);
        if self.is_open() {
            return Ok(());
        }
        let (sender, receiver) = sync_channel(CAPACITY);
        let progress = Arc::<Progress>::default();
        let (sink, its_progress) = (Arc::clone(&self.0.sink), Arc::clone(&progress));
        spawn("instrument-sink", move || inside(|| drain(&*sink, &receiver, &its_progress)))
            .map_err(|error| InstrumentError::new(format_args!("no thread for its sink: {error}")))?;
        self.0.queue.store(Some(Arc::new(Queue { process: process::id(), sender, progress })));
        // Once in each process: a forked one doesn't inherit what its parent does at its end.
        static FLUSHES: AtomicU32 = AtomicU32::new(0);
        if FLUSHES.swap(process::id(), Ordering::Relaxed) != process::id() {
            instrument_core::shared::at_exit(at_exit);
        }
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.0.queue.load().as_ref().is_some_and(|queue| queue.process == process::id())
    }

    /// Sends it off. Never waits.
    pub(crate) fn send(&self, observation: Observation) {
        if self.0.sink.is_immediate() {
            return receive(&*self.0.sink, &observation);
        }
        let queue = self.0.queue.load();
        match queue.as_ref() {
            Some(queue) if queue.process == process::id() => queue.send(observation),
            // A forked process: its parent's thread isn't here.
            _ => match self.open() {
                Ok(()) => self.0.queue.load().as_ref().into_iter().for_each(|queue| queue.send(observation.clone())),
                Err(_) => drop(DROPPED.fetch_add(1, Ordering::Relaxed)),
            },
        }
    }
}

/// A new way to the sink, with a queue of its own.
impl<S: Sink> From<S> for Outlet {
    fn from(sink: S) -> Self {
        Outlet::new(sink)
    }
}

impl Queue {
    fn send(&self, observation: Observation) {
        self.progress.sent.fetch_add(1, Ordering::Release);
        if self.sender.try_send(observation).is_err() {
            DROPPED.fetch_add(1, Ordering::Relaxed);
            self.progress.one_more();
        }
    }
}

/// Keeps everybody else out while what's returned exists.
pub(crate) fn hold() -> (MutexGuard<'static, ()>, MutexGuard<'static, Vec<Weak<Inner>>>) {
    (lock(&OPENING), lock(&OUTLETS))
}

impl fmt::Debug for Outlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet").field("open", &self.is_open()).finish_non_exhaustive()
    }
}

fn drain(sink: &dyn Sink, queue: &Receiver<Observation>, progress: &Progress) {
    while let Ok(observation) = queue.recv() {
        receive(sink, &observation);
        progress.one_more();
    }
}

fn receive(sink: &dyn Sink, observation: &Observation) {
    if !matches!(catch(|| sink.receive(observation)), Ok(Ok(()))) {
        REFUSED.fetch_add(1, Ordering::Relaxed);
    }
}

/// Says that something went wrong, through the queue, since whoever notices is a call of the host program.
pub(crate) fn complain(line: String) {
    catch_silently(|| {
        Outlet::stderr().send(Observation {
            name: "".into(),
            target: "".into(),
            event: Event::Call,
            reading: Reading::Line(line),
            tags: Vec::new(),
        });
    });
}
