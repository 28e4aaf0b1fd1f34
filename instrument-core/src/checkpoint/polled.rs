//! Calls of async functions with checkpoints: how long they're polled, which profilers are their own, and which of them is
//! being polled.
//!
//! A mark stands in the body, whose future can't know where its layer is. So a poll says which call it's of: while a body
//! runs, that's its own, since whatever it polls puts things back.
#![expect(unsafe_code, reason = "finds the call that's being polled by a pointer in a thread-local")]

use super::call::Checkpoints;
use super::function::CheckpointFunction;
use super::nest::Task;
use crate::tasks::layers::{Around, Layer};
use crate::time::ticks;
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

/// How long a call was polled. Written by whoever polls, read between two polls or in one: never at the same time.
#[derive(Debug, Default)]
pub(super) struct Busy {
    /// In polls that have ended.
    polled: AtomicU64,
    /// When the poll under way began.
    began: AtomicU64,
    /// At the last mark.
    last: AtomicU64,
    polling: AtomicBool,
}

impl Busy {
    /// How long it was polled since the last mark.
    pub(super) fn since_last(&self, now: u64) -> u64 {
        let under_way = if self.polling.load(Relaxed) { now.saturating_sub(self.began.load(Relaxed)) } else { 0 };
        let busy = self.polled.load(Relaxed) + under_way;
        let last = self.last.load(Relaxed);
        self.last.store(busy, Relaxed);
        busy.saturating_sub(last)
    }

    fn begin(&self) {
        self.began.store(ticks(), Relaxed);
        self.polling.store(true, Relaxed);
    }

    fn end(&self) {
        let time = ticks().saturating_sub(self.began.load(Relaxed));
        self.polled.store(self.polled.load(Relaxed) + time, Relaxed);
        self.polling.store(false, Relaxed);
    }
}

thread_local! {
    static POLLED: Cell<*const Checkpoints> = const { Cell::new(ptr::null()) };
}

/// Marks a line of the call that's being polled.
#[inline]
pub(super) fn mark(function: &'static CheckpointFunction, line: usize) {
    // SAFETY: `Polling` has put it there, and puts back what was there before it gives its borrow of the call up.
    let call = POLLED.with(|polled| unsafe { polled.get().as_ref() });
    call.filter(|call| call.is_of(function)).into_iter().for_each(|call| call.mark(line));
}

/// A call, as a layer.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsyncCheckpoints {
    call: Checkpoints,
    task: Task,
    has_begun: bool,
}

impl AsyncCheckpoints {
    pub(super) const fn new(function: &'static CheckpointFunction) -> Self {
        AsyncCheckpoints { call: Checkpoints::new(function), task: Task::none(), has_begun: false }
    }
}

impl Layer for AsyncCheckpoints {}

impl<T> Around<T> for AsyncCheckpoints {
    fn poll<C>(
        &mut self,
        cx: &mut Context<'_>,
        core: &mut C,
        mut rest: impl FnMut(&mut Context<'_>, &mut C) -> Poll<T>,
        is_over: impl Fn(&Poll<T>) -> bool + Copy,
    ) -> Poll<T>
    where
        C: FnMut(&mut Context<'_>) -> Poll<T>,
    {
        if !self.has_begun {
            self.has_begun = true;
            self.call.begin(Some(&mut self.task));
        }
        let ending = EndsWhenUnwinding(&mut self.call);
        let poll = {
            let polling = Polling::begin(&*ending.0);
            let poll = self.task.during(|| rest(cx, core));
            drop(polling);
            poll
        };
        std::mem::forget(ending);
        if is_over(&poll) {
            self.call.end(true);
        }
        poll
    }
}

/// A poll of a call. It's borrowed that long, so it stays where it is.
struct Polling<'a> {
    call: &'a Checkpoints,
    outer: *const Checkpoints,
}

impl<'a> Polling<'a> {
    fn begin(call: &'a Checkpoints) -> Self {
        call.busy().into_iter().for_each(Busy::begin);
        Polling { call, outer: POLLED.replace(call) }
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        POLLED.set(self.outer);
        self.call.busy().into_iter().for_each(Busy::end);
    }
}

/// Who panics hasn't been cancelled; later, nobody would know.
struct EndsWhenUnwinding<'a>(&'a mut Checkpoints);

impl Drop for EndsWhenUnwinding<'_> {
    fn drop(&mut self) {
        self.0.end(true);
    }
}
