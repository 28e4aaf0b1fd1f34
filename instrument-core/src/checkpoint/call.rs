//! A call of a function with `#[checkpoints]`: its marks, and its end.

use super::function::CheckpointFunction;
use super::nest::Task;
use super::polled::{Busy, Polled};
use super::profiler::Profiler;
use crate::base::inside;
use crate::time::ticks;
use crate::state::{self, State};
use crate::base::sync::lock;
use crate::threads::Kept;
use crate::tree::lines::Lines;
use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// A call under way: marks its lines, and ends with it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Checkpoints {
    function: &'static CheckpointFunction,
    on: bool,
    /// Whether its lines go into the statistics.
    counts: bool,
    /// Where they are, unless the call may go to another thread.
    lines: Option<Kept<Lines>>,
    profiler: Option<Profiler>,
    last: AtomicU64,
    /// The line under way.
    next: AtomicUsize,
    /// Of an async function.
    pub(super) busy: Option<Busy>,
    task: Mutex<Task>,
}

impl Checkpoints {
    #[inline]
    pub(super) fn new(function: &'static CheckpointFunction, is_async: bool) -> Self {
        let mut call = Checkpoints {
            function,
            on: false,
            counts: false,
            lines: None,
            profiler: None,
            last: AtomicU64::new(0),
            next: AtomicUsize::new(0),
            busy: None,
            task: Mutex::new(Task::default()),
        };
        if state::timers() != State::Off {
            call.start(is_async);
        }
        call
    }

    fn start(&mut self, is_async: bool) {
        if inside::is_inside() {
            return inside::lose();
        }
        self.on = state::decide();
        if !self.on {
            return;
        }
        let function = self.function;
        if let Some(threshold) = function.print_threshold() {
            let title = Cow::Borrowed(function.label());
            let profiler = match self.task.get_mut() {
                Ok(task) if is_async => Profiler::in_task(title, task),
                _ => Profiler::new(title),
            };
            self.profiler = Some(profiler.threshold(threshold));
        }
        if is_async {
            // Two calls under way on one thread are as likely two tasks as a recursion.
            (self.counts, self.busy) = (true, Some(Busy::default()));
        } else {
            (self.counts, self.lines) = function.enter();
        }
        self.last = AtomicU64::new(ticks());
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
        self.next.store(line + 1, Relaxed);
        if self.counts {
            self.function.record(self.lines, line, time);
        }
        if let Some(profiler) = &self.profiler {
            let label = self.function.lines.get(line).copied().unwrap_or("(end)");
            profiler.mark_at(now, label, self.busy.as_ref().map(|busy| busy.since_last(now)));
        }
    }

    /// The body of an async function, which runs as a task of its own.
    pub fn polled<'a, F: Future>(&'a self, body: Pin<&'a mut F>) -> Polled<'a, F> {
        Polled::new(self, body, std::mem::take(&mut *lock(&self.task)))
    }
}

#[cfg(test)]
impl Checkpoints {
    /// As if the statements before that one were marked.
    pub(super) fn skip_to(&self, line: usize) {
        self.next.store(line, Relaxed);
    }
}

impl Drop for Checkpoints {
    #[inline]
    fn drop(&mut self) {
        if self.on {
            self.end();
        }
    }
}

impl Checkpoints {
    fn end(&mut self) {
        let cancelled = self.busy.as_ref().is_some_and(|busy| !busy.has_ended()) && !std::thread::panicking();
        if !cancelled {
            // The tail, or the statement by which the function was left.
            let line = self.next.load(Relaxed);
            if line < self.function.lines.len() {
                self.end_of(line);
            }
            if self.counts {
                self.function.count(self.lines);
            }
        }
        if self.busy.is_none() {
            self.function.leave(self.lines);
        }
        if let Some(profiler) = self.profiler.take() {
            profiler.end_of_call(cancelled);
        }
    }
}
