//! The current task's own clock: it stands still while the task is suspended.
//!
//! No executor is asked. A task is what has a waker of its own; the outermost instrumented future of a task knows how long
//! it was polled before, and leaves that, with the beginning of this poll, where [`task_perf_counter`] finds it. Futures
//! inside have the same waker and leave it alone.

use super::enter::now;
use super::local::{LOCAL, Local};
use crate::clock::Timeline;
use std::cell::Cell;
use std::ptr;
use std::task::{RawWakerVTable, Waker};
use std::time::Duration;

type Key = (*const (), *const RawWakerVTable);

/// No waker's: it has no table.
const NOBODY: Key = (ptr::null(), ptr::null());

/// The task that this thread polls now.
///
/// Cells by themselves: to read as a whole what was just written in parts, the processor waits for the parts.
#[derive(Debug)]
pub(super) struct Task {
    data: Cell<*const ()>,
    table: Cell<*const RawWakerVTable>,
    /// Ticks that the task was polled before this poll.
    spent: Cell<u64>,
    /// When this poll began.
    since: Cell<u64>,
}

/// The task that was polled when a poll began.
#[derive(Debug)]
pub(super) enum Outer {
    /// The one that's polled now.
    Same,
    None,
    Other(Frame),
}

#[derive(Debug)]
pub(super) struct Frame {
    waker: Key,
    spent: u64,
    since: u64,
}

/// Lets a poll of another task than before begin; gives back what has to be put back at its end.
#[inline(always)]
pub(super) fn begin(waker: &Waker, spent: u64, since: u64) -> Outer {
    LOCAL.with(|local| {
        let task = &local.task;
        if ptr::eq(task.data.get(), waker.data()) && ptr::eq(task.table.get(), waker.vtable()) {
            return Outer::Same;
        }
        let outer = if task.is_none() { Outer::None } else { task.outer() };
        task.set((waker.data(), waker.vtable()));
        task.spent.set(spent);
        task.since.set(since);
        outer
    })
}

impl Task {
    pub(super) const fn none() -> Task {
        Task { data: Cell::new(NOBODY.0), table: Cell::new(NOBODY.1), spent: Cell::new(0), since: Cell::new(0) }
    }

    #[inline(always)]
    fn is_none(&self) -> bool {
        self.table.get().is_null()
    }

    #[inline(always)]
    fn set(&self, waker: Key) {
        self.data.set(waker.0);
        self.table.set(waker.1);
    }

    #[cold]
    #[inline(never)]
    fn outer(&self) -> Outer {
        let waker = (self.data.get(), self.table.get());
        Outer::Other(Frame { waker, spent: self.spent.get(), since: self.since.get() })
    }
}

impl Outer {
    #[inline(always)]
    pub(super) fn restore(&self) {
        match self {
            Outer::Same => {}
            Outer::None => LOCAL.with(|local| local.task.set(NOBODY)),
            Outer::Other(frame) => frame.restore(),
        }
    }
}

impl Frame {
    #[cold]
    #[inline(never)]
    fn restore(&self) {
        LOCAL.with(|local| {
            local.task.set(self.waker);
            local.task.spent.set(self.spent);
            local.task.since.set(self.since);
        });
    }
}

/// The present on the task's clock, in ticks.
pub(crate) fn task_ticks() -> u64 {
    LOCAL.with(
        |Local { task, .. }| {
            if task.is_none() { now() } else { task.spent.get() + now().saturating_sub(task.since.get()) }
        },
    )
}

/// Time that the current task has run, without the time that it was suspended; differences of two readings are what's
/// meant to be used.
///
/// Counts from the first poll of the task's outermost instrumented future: `#[timer]` on an async fn, or
/// [`FutureExt::timed`](crate::FutureExt::timed) around the future given to `spawn`. Time in which the thread is blocked,
/// as by `std::thread::sleep`, counts. A task is what has a waker of its own, so the futures of a `join!` share one, and
/// those in a `FuturesUnordered` have one each.
///
/// Outside of any such task there's nothing that suspends, and it's the time since the program's first use of the toolkit.
///
/// Costs a reading of the clock and its conversion.
///
/// ```
/// use instrument_core::task_perf_counter;
///
/// let before = task_perf_counter();
/// // … work and `.await`s …
/// let busy = task_perf_counter() - before;
/// ```
pub fn task_perf_counter() -> Duration {
    let timeline = Timeline::get();
    let ticks = if LOCAL.with(|local| local.task.is_none()) {
        now().saturating_sub(timeline.start_ticks())
    } else {
        task_ticks()
    };
    timeline.scale().duration(ticks)
}
