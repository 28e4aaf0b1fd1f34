//! `#[checkpoints]` at run time: what all calls of a function together say about each of its lines.
//!
//! Each thread adds to statistics of its own, by plain loads and stores. They outlive the thread: the next one that
//! calls the function goes on with them, so there are as many as threads that called it at the same time.

use super::call::Checkpoints;
use super::select::{CheckpointSite, RegisteredCheckpoint};
use crate::clock::Timeline;
use crate::registry;
use crate::site::Location;
use crate::sync::lock;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

/// A function with `#[checkpoints]`, declared by the expansion as a `static`.
#[doc(hidden)]
#[derive(Debug)]
pub struct CheckpointFunction {
    site: CheckpointSite,
    msg: Option<&'static str>,
    threshold_ms: Option<u64>,
    /// A label for each top-level statement.
    pub(super) lines: &'static [&'static str],
    label: OnceLock<String>,
    slot: OnceLock<usize>,
    pool: Mutex<Pool>,
}

#[derive(Debug)]
struct Pool {
    all: Vec<&'static Cells>,
    free: Vec<&'static Cells>,
}

/// One thread's statistics of one function.
#[derive(Debug)]
struct Cells {
    /// The era that the figures are of; a reset begins another.
    era: AtomicU32,
    calls: AtomicU64,
    lines: Box<[Line]>,
}

#[derive(Debug, Default)]
struct Line {
    sum: AtomicU64,
    max: AtomicU64,
}

/// What a thread knows of a function.
struct Own {
    function: &'static CheckpointFunction,
    cells: &'static Cells,
    /// Calls under way: of a recursion only the outermost one counts, or sums would exceed the time there was.
    depth: u32,
}

/// A thread's functions by their slots, given back when it ends.
struct Owned(Vec<Option<Own>>);

/// Held around the lock of any function's pool: one lock that stands for all of them across a fork.
static POOLS: Mutex<()> = Mutex::new(());

/// Keeps everybody else out while what's returned exists.
#[cfg(unix)]
pub(crate) fn hold() -> Box<dyn std::any::Any> {
    Box::new(lock(&POOLS))
}

thread_local! {
    static OWN: RefCell<Owned> = const { RefCell::new(Owned(Vec::new())) };
}

impl Drop for Owned {
    fn drop(&mut self) {
        for own in self.0.drain(..).flatten() {
            let _all = lock(&POOLS);
            lock(&own.function.pool).free.push(own.cells);
        }
    }
}

impl CheckpointFunction {
    pub const fn new(
        msg: Option<&'static str>,
        threshold_ms: Option<u64>,
        location: Location,
        lines: &'static [&'static str],
    ) -> Self {
        CheckpointFunction {
            site: CheckpointSite::new(location),
            msg,
            threshold_ms,
            lines,
            label: OnceLock::new(),
            slot: OnceLock::new(),
            pool: Mutex::new(Pool { all: Vec::new(), free: Vec::new() }),
        }
    }

    /// Begins a call.
    #[inline]
    pub fn begin(&'static self) -> Checkpoints {
        Checkpoints::new(self, false)
    }

    /// Begins a call of an async function.
    #[inline]
    pub fn begin_async(&'static self) -> Checkpoints {
        Checkpoints::new(self, true)
    }

    pub(super) fn site(&self) -> &CheckpointSite {
        &self.site
    }

    pub(super) fn label(&'static self) -> &'static str {
        self.label.get_or_init(|| self.msg.map_or_else(|| self.site.label(), str::to_owned))
    }

    /// How long a call has to take to be printed, if any is.
    pub(super) fn told_from(&self) -> Option<Duration> {
        if self.site.is_selected() { Some(Duration::ZERO) } else { self.threshold_ms.map(Duration::from_millis) }
    }

    /// Begins a call on this thread; whether it's the outermost one there.
    pub(super) fn enter(&'static self) -> bool {
        let depth = self.own(|own| {
            own.depth += 1;
            own.depth
        });
        depth.is_none_or(|depth| depth == 1)
    }

    /// Ends a call on this thread.
    pub(super) fn leave(&'static self) {
        self.own(|own| own.depth = own.depth.saturating_sub(1));
    }

    pub(super) fn count(&'static self) {
        self.own(|own| own.cells.calls.store(own.cells.calls.load(Relaxed) + 1, Relaxed));
    }

    /// Changes what this thread knows of the function; not where its locals are gone.
    fn own<R>(&'static self, change: impl FnOnce(&mut Own) -> R) -> Option<R> {
        static SLOTS: AtomicUsize = AtomicUsize::new(0);
        let slot = *self.slot.get_or_init(|| SLOTS.fetch_add(1, Relaxed));
        let changed = OWN.try_with(|own| {
            let own = &mut own.try_borrow_mut().ok()?.0;
            if own.len() <= slot {
                own.resize_with(slot + 1, || None);
            }
            Some(change(own[slot].get_or_insert_with(|| Own { function: self, cells: self.lease(), depth: 0 })))
        });
        changed.ok().flatten()
    }

    #[cold]
    fn lease(&self) -> &'static Cells {
        let _all = lock(&POOLS);
        let mut pool = lock(&self.pool);
        pool.free.pop().unwrap_or_else(|| {
            let lines = self.lines.iter().map(|_| Line::default()).collect();
            let cells: &'static Cells =
                Box::leak(Box::new(Cells { era: AtomicU32::new(registry::era()), calls: AtomicU64::new(0), lines }));
            pool.all.push(cells);
            cells
        })
    }

    pub(super) fn record(&'static self, line: usize, time: u64) {
        let recorded = self.own(|own| {
            own.cells.enter_era();
            if let Some(line) = own.cells.lines.get(line) {
                line.sum.store(line.sum.load(Relaxed).saturating_add(time), Relaxed);
                line.max.store(line.max.load(Relaxed).max(time), Relaxed);
            }
        });
        if recorded.is_none() {
            registry::lost_after_exit();
        }
    }
}

impl Cells {
    /// Forgets what was before a reset.
    fn enter_era(&self) {
        let era = registry::era();
        if self.era.load(Relaxed) != era {
            self.calls.store(0, Relaxed);
            for line in &self.lines {
                line.sum.store(0, Relaxed);
                line.max.store(0, Relaxed);
            }
            self.era.store(era, Relaxed);
        }
    }
}

/// What all calls of a function say.
#[derive(Debug, Clone)]
pub(crate) struct FunctionFigures {
    pub(crate) label: String,
    pub(crate) calls: u64,
    /// All lines together.
    pub(crate) total: Duration,
    /// The line with the greatest sum, and that.
    pub(crate) worst: (&'static str, Duration),
    /// The line with the longest single time, and that.
    pub(crate) slowest: (&'static str, Duration),
}

/// All functions with `#[checkpoints]` that have run, those that took the longest first.
pub(crate) fn figures() -> Vec<FunctionFigures> {
    let functions = inventory::iter::<RegisteredCheckpoint>.into_iter().filter_map(|registered| match registered {
        RegisteredCheckpoint::Function(function) => function.figures(),
        RegisteredCheckpoint::Site(_) => None,
    });
    let mut all: Vec<_> = functions.collect();
    all.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.label.cmp(&b.label)));
    all
}

impl CheckpointFunction {
    fn figures(&'static self) -> Option<FunctionFigures> {
        let cells: Vec<_> = {
            let era = registry::era();
            let _all = lock(&POOLS);
            lock(&self.pool).all.iter().copied().filter(|cells| cells.era.load(Relaxed) == era).collect()
        };
        let scale = Timeline::get().scale();
        let sums = |line: usize| cells.iter().map(|cells| cells.lines[line].sum.load(Relaxed)).sum::<u64>();
        let maxima = |line: usize| cells.iter().map(|cells| cells.lines[line].max.load(Relaxed)).max().unwrap_or(0);
        // Of equals the first, where the eye goes first.
        let first_max = |figure: &dyn Fn(usize) -> u64| {
            let line = (0..self.lines.len()).rev().max_by_key(|&line| figure(line))?;
            Some((self.lines[line], scale.duration(figure(line))))
        };
        let calls = cells.iter().map(|cells| cells.calls.load(Relaxed)).sum();
        Some(FunctionFigures {
            label: self.label().to_owned(),
            calls: (calls > 0).then_some(calls)?,
            total: scale.duration((0..self.lines.len()).map(sums).sum()),
            worst: first_max(&sums)?,
            slowest: first_max(&maxima)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static FUNCTION: CheckpointFunction = CheckpointFunction::new(
        Some("f"),
        None,
        Location::new("m", "f.rs", 1, 1, || "m::f"),
        &["1: first", "2: second", "3: third"],
    );

    fn call(times: [u64; 3]) {
        let call = FUNCTION.begin();
        for (line, time) in times.into_iter().enumerate() {
            FUNCTION.record(line, time);
        }
        call.skip_to(times.len());
    }

    #[test]
    fn statistics_grow_with_threads_at_the_same_time_and_not_with_calls_or_threads_in_turn() {
        for _ in 0..20 {
            std::thread::spawn(|| call([7, 7, 3])).join().expect("no panic");
        }
        assert_eq!(lock(&FUNCTION.pool).all.len(), 1);
        let figures = FUNCTION.figures().expect("it was called");
        assert_eq!(figures.calls, 20);
        assert_eq!((figures.worst.0, figures.slowest.0), ("1: first", "1: first"), "of equals the first");
        let both_run = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    call([0, 0, 10]);
                    both_run.wait();
                });
            }
        });
        assert_eq!(lock(&FUNCTION.pool).all.len(), 2);
        let figures = FUNCTION.figures().expect("it was called");
        assert_eq!((figures.calls, figures.worst.0, figures.slowest.0), (22, "1: first", "3: third"));
    }
}
