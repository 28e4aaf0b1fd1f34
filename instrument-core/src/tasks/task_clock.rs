//! The current task's own clock: it stands still while the task is suspended.
//!
//! No executor is asked. A task is what has a waker of its own; the outermost instrumented future of a task knows how long
//! it was polled before, and leaves that, with the beginning of this poll, where [`task_perf_counter`] finds it. Futures
//! inside have the same waker and leave it alone.

use crate::base::here::{HERE, Key};
use crate::time::{Clock, Timeline, ticks};
use std::task::Waker;
use std::time::Duration;

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
    HERE.with(|here| {
        let task = &here.task;
        let key: Key = (waker.data(), waker.vtable());
        if task.is(key) {
            return Outer::Same;
        }
        let outer = if task.is_none() { Outer::None } else { outer() };
        task.set(key);
        task.spent.set(spent);
        task.since.set(since);
        outer
    })
}

#[cold]
#[inline(never)]
fn outer() -> Outer {
    HERE.with(|here| {
        let task = &here.task;
        Outer::Other(Frame { waker: task.key(), spent: task.spent.get(), since: task.since.get() })
    })
}

impl Outer {
    #[inline(always)]
    pub(super) fn restore(&self) {
        match self {
            Outer::Same => {}
            Outer::None => HERE.with(|here| here.task.leave()),
            Outer::Other(frame) => frame.restore(),
        }
    }
}

impl Frame {
    #[cold]
    #[inline(never)]
    fn restore(&self) {
        HERE.with(|here| {
            let task = &here.task;
            task.set(self.waker);
            task.spent.set(self.spent);
            task.since.set(self.since);
        });
    }
}

/// The present on the task's clock, in ticks.
pub(crate) fn task_ticks() -> u64 {
    HERE.with(|here| match &here.task {
        task if task.is_none() => ticks(),
        task => task.spent.get() + ticks().saturating_sub(task.since.get()),
    })
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
    let outside = HERE.with(|here| here.task.is_none());
    let ticks = if outside { timeline.now() } else { task_ticks() };
    timeline.scale().duration(ticks)
}

/// The current task's own time, see [`task_perf_counter`]: stands still while the task is suspended, and is the wall's
/// outside of tasks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Task;

impl Clock for Task {
    fn now(&self) -> u64 {
        u64::try_from(task_perf_counter().as_nanos()).unwrap_or(u64::MAX)
    }
}
