//! `#[checkpoints]` at run time: what all calls of a function together say about each of its lines.
//!
//! Each thread adds to statistics of its own, by plain loads and stores, which it has on lease with its tree.

use super::call::Checkpoints;
use super::polled::{self, AsyncCheckpoints};
use super::select::{CheckpointSite, RegisteredCheckpoint};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::fork::Holder;
use crate::site::Location;
use crate::threads::cells::Cells;
use crate::threads::{Kept, lost_here, pool, this_thread};
use crate::tree::epochs::epochs;
use crate::tree::lines::Lines;
use crate::tree::mine::Mine;
use instrument_model::data;
use std::sync::{Mutex, OnceLock};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
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
    /// Where threads have its lines, plus one; 0 before the first call.
    slot: AtomicU32,
}

/// Held while a label becomes a function's: a fork meanwhile would leave the child with one that's never ready.
static LABELS: Mutex<()> = Mutex::new(());
inventory::submit! { Holder::new(58, || Box::new(lock(&LABELS))) }

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
            slot: AtomicU32::new(0),
        }
    }

    /// Begins a call.
    #[inline]
    pub fn begin(&'static self) -> Checkpoints {
        let mut call = Checkpoints::new(self);
        call.begin(None);
        call
    }

    /// A call of an async function, as a layer.
    #[inline]
    pub const fn call(&'static self) -> AsyncCheckpoints {
        AsyncCheckpoints::new(self)
    }

    /// The statement of that number has run, in the call of an async function that's polled by this thread.
    #[inline]
    pub fn mark(&'static self, line: usize) {
        polled::mark(self, line);
    }

    pub(super) fn site(&self) -> &CheckpointSite {
        &self.site
    }

    pub(super) fn label(&'static self) -> &'static str {
        match self.label.get() {
            Some(label) => label,
            None => self.make_label(),
        }
    }

    #[cold]
    fn make_label(&'static self) -> &'static str {
        let _inside = Inside::enter();
        let label = self.msg.map_or_else(|| self.site.label(), str::to_owned);
        match LABELS.try_lock() {
            Ok(_held) => self.label.get_or_init(|| label),
            // Whoever makes another one now may be what this thread was interrupted in: it's made again at the next call.
            Err(_) => String::leak(label),
        }
    }

    /// How long a call has to take to be printed, if any is.
    pub(super) fn print_threshold(&self) -> Option<Duration> {
        if self.site.is_selected() { Some(Duration::ZERO) } else { self.threshold_ms.map(Duration::from_millis) }
    }

    /// Begins a call on this thread. Whether it's the outermost one there, as of a recursion only that one counts, or sums
    /// would exceed the time there was; and where its lines are.
    pub(super) fn enter(&'static self) -> (bool, Option<Kept<Lines>>) {
        this_thread(|thread| match thread.cells().and_then(|cells| Some((cells, self.lines(cells)?))) {
            Some((cells, lines)) => (lines.enter() == 1, Some(Kept::new(cells, lines))),
            None => (true, None),
        })
    }

    /// Ends a call on this thread.
    #[inline(always)]
    pub(super) fn leave(&'static self, kept: Option<Kept<Lines>>) {
        self.with_lines(kept, |lines| lines.leave());
    }

    #[inline(always)]
    pub(super) fn count(&'static self, kept: Option<Kept<Lines>>) {
        self.with_lines(kept, |lines| lines.count(epochs().era()));
    }

    #[inline(always)]
    pub(super) fn record(&'static self, kept: Option<Kept<Lines>>, line: usize, time: u64) {
        if !self.with_lines(kept, |lines| lines.record(line, time, epochs().era())) {
            lost_here();
        }
    }

    /// Changes this thread's statistics of the function, which are those that the call has kept, unless that's one of an
    /// async function. Returns false where the thread's locals are gone, and with them the statistics.
    #[inline(always)]
    fn with_lines(&'static self, kept: Option<Kept<Lines>>, change: impl FnOnce(Mine<'_, Lines>)) -> bool {
        this_thread(|thread| {
            let lines = kept.and_then(|kept| kept.mine(thread)).or_else(|| self.lines(thread.cells()?));
            lines.map(change).is_some()
        })
    }

    /// A thread's statistics of the function.
    #[inline(never)]
    fn lines<'l>(&self, cells: Mine<'l, Cells>) -> Option<Mine<'l, Lines>> {
        let (lines, slot) = (cells.lines(), self.slot());
        let make = || Lines::new(self.lines.len(), epochs().era());
        lines.get(slot).or_else(|| lines.get_or_add_with(slot, make))
    }

    fn slot(&self) -> u32 {
        static SLOTS: AtomicU32 = AtomicU32::new(0);
        let slot = match self.slot.load(Relaxed) {
            0 => {
                let next = SLOTS.fetch_add(1, Relaxed) + 1;
                // Of two threads one was quicker, and the other's stays empty.
                self.slot.compare_exchange(0, next, Relaxed, Relaxed).map_or_else(|known| known, |_| next)
            }
            known => known,
        };
        slot - 1
    }

    /// What all calls since the last reset say; `None` if there was none.
    fn figures(&'static self) -> Option<data::Checkpoints> {
        let mut lines: Vec<data::Line> =
            self.lines.iter().map(|&label| data::Line { label: label.to_owned(), ..data::Line::default() }).collect();
        let mut calls = 0;
        pool::reading(|trees| {
            let threads = trees.iter().filter_map(|tree| tree.cells().lines.get(self.slot()));
            for (more, of_lines) in threads.filter_map(|thread| thread.read(epochs().era())) {
                calls += more;
                for (line, (sum, max)) in lines.iter_mut().zip(of_lines) {
                    line.sum += sum;
                    line.max = line.max.max(max);
                }
            }
        });
        (calls > 0).then(|| data::Checkpoints { name: self.label().to_owned(), calls, lines })
    }
}

/// All functions with `#[checkpoints]` that have run, those that took the longest first.
pub(crate) fn figures() -> Vec<data::Checkpoints> {
    let functions = inventory::iter::<RegisteredCheckpoint>.into_iter().filter_map(|registered| match registered {
        RegisteredCheckpoint::Function(function) => function.figures(),
        RegisteredCheckpoint::Site(_) => None,
    });
    let mut all: Vec<_> = functions.collect();
    let total = |function: &data::Checkpoints| function.lines.iter().map(|line| line.sum).sum::<u64>();
    all.sort_by(|a, b| total(b).cmp(&total(a)).then_with(|| a.name.cmp(&b.name)));
    all
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
            FUNCTION.record(None, line, time);
        }
        call.skip_to(3);
    }

    /// How many threads have statistics of it.
    fn threads() -> usize {
        pool::reading(|trees| trees.iter().filter(|tree| tree.cells().lines.get(FUNCTION.slot()).is_some()).count())
    }

    #[test]
    fn statistics_grow_with_threads_at_the_same_time_and_not_with_calls_or_threads_in_turn() {
        for _ in 0..20 {
            std::thread::spawn(|| call([7, 7, 3])).join().expect("no panic");
        }
        let figures = FUNCTION.figures().expect("it was called");
        assert_eq!(figures.calls, 20);
        let lines: Vec<_> = figures.lines.iter().map(|line| (line.sum, line.max)).collect();
        assert_eq!(lines, [(140, 7), (140, 7), (60, 3)]);
        assert_eq!(threads(), 1);
        let both_run = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    call([0, 0, 10]);
                    both_run.wait();
                });
            }
        });
        assert_eq!(threads(), 2);
        let figures = FUNCTION.figures().expect("it was called");
        assert_eq!((figures.calls, figures.lines[2].sum, figures.lines[2].max), (22, 80, 10));
    }
}
