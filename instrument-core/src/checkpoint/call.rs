//! A call of a function with `#[checkpoints]`: its marks, and its end.

use super::function::CheckpointFunction;
use super::nest::Task;
use super::polled::Busy;
use super::profiler::Profiler;
use crate::base::inside::{self, Inside};
use crate::time::ticks;
use crate::state::{self, State};
use crate::threads::Kept;
use crate::tree::lines::Lines;
use std::borrow::Cow;
use std::ptr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A call under way: marks its lines, and ends with it.
///
/// It's on the stack, or in a future, once for each call, so what few calls have is in a box.
#[doc(hidden)]
#[derive(Debug)]
pub struct Checkpoints {
    function: &'static CheckpointFunction,
    last: AtomicU64,
    /// Where its lines are, unless the call may go to another thread.
    lines: Option<Kept<Lines>>,
    printed: Option<Box<Printed>>,
    /// The line under way.
    next: AtomicU32,
    on: bool,
    /// Whether its lines go into the statistics.
    counts: bool,
    is_async: bool,
}

/// What a call has that may be printed.
#[derive(Debug)]
struct Printed {
    profiler: Profiler,
    /// Of an async function.
    busy: Option<Busy>,
}

impl Checkpoints {
    /// One that hasn't begun.
    pub(super) const fn new(function: &'static CheckpointFunction) -> Self {
        Checkpoints {
            function,
            last: AtomicU64::new(0),
            lines: None,
            printed: None,
            next: AtomicU32::new(0),
            on: false,
            counts: false,
            is_async: false,
        }
    }

    /// Begins it, in a task if it's of an async function.
    #[inline(always)]
    pub(super) fn begin(&mut self, task: Option<&mut Task>) {
        if state::timers() != State::Off {
            self.start(task);
        }
    }

    fn start(&mut self, task: Option<&mut Task>) {
        if inside::is_inside() {
            return inside::lose();
        }
        self.on = state::decide();
        if !self.on {
            return;
        }
        let function = self.function;
        self.is_async = task.is_some();
        if let Some(threshold) = function.print_threshold() {
            self.print(threshold, task);
        }
        if self.is_async {
            // Two calls under way on one thread are as likely two tasks as a recursion.
            self.counts = true;
        } else {
            (self.counts, self.lines) = function.enter();
        }
        self.last = AtomicU64::new(ticks());
    }

    #[cold]
    fn print(&mut self, threshold: Duration, task: Option<&mut Task>) {
        let title = Cow::Borrowed(self.function.label());
        let busy = task.is_some().then(Busy::default);
        let profiler = match task {
            Some(task) => Profiler::in_task(title, task),
            None => Profiler::new(title),
        };
        let profiler = profiler.threshold(threshold);
        let _inside = Inside::enter();
        self.printed = Some(Box::new(Printed { profiler, busy }));
    }

    /// How long it's polled, if that's printed.
    pub(super) fn busy(&self) -> Option<&Busy> {
        self.printed.as_ref()?.busy.as_ref()
    }

    pub(super) fn is_of(&self, function: &'static CheckpointFunction) -> bool {
        ptr::eq(self.function, function)
    }

    /// The statement of that number has run.
    #[inline]
    pub fn mark(&self, line: usize) {
        if self.on {
            self.end_of(line);
        }
    }

    fn end_of(&self, line: usize) {
        let now = ticks();
        let time = now.saturating_sub(self.last.load(Relaxed));
        self.last.store(now, Relaxed);
        self.next.store(u32::try_from(line + 1).unwrap_or(u32::MAX), Relaxed);
        if self.counts {
            self.function.record(self.lines, line, time);
        }
        if let Some(printed) = &self.printed {
            let label = self.function.lines.get(line).copied().unwrap_or("(end)");
            printed.profiler.mark_at(now, label, printed.busy.as_ref().map(|busy| busy.since_last(now)));
        }
    }
}

#[cfg(test)]
impl Checkpoints {
    /// As if the statements before that one were marked.
    pub(super) fn skip_to(&self, line: u32) {
        self.next.store(line, Relaxed);
    }
}

impl Drop for Checkpoints {
    #[inline]
    fn drop(&mut self) {
        if self.on {
            self.end(!self.is_async || std::thread::panicking());
        }
    }
}

impl Checkpoints {
    /// Ends it. One that's not complete was cancelled.
    pub(super) fn end(&mut self, is_complete: bool) {
        if !std::mem::take(&mut self.on) {
            return;
        }
        if is_complete {
            // The tail, or the statement by which the function was left.
            let line = self.next.load(Relaxed) as usize;
            if line < self.function.lines.len() {
                self.end_of(line);
            }
            if self.counts {
                self.function.count(self.lines);
            }
        }
        if !self.is_async {
            self.function.leave(self.lines);
        }
        if self.printed.is_some() {
            self.end_printed(is_complete);
        }
    }

    #[cold]
    fn end_printed(&mut self, is_complete: bool) {
        let profiler = {
            let _inside = Inside::enter();
            self.printed.take().map(|printed| printed.profiler)
        };
        profiler.into_iter().for_each(|profiler| profiler.end_of_call(!is_complete));
    }
}
