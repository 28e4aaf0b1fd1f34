//! The body of an async function with checkpoints: how long it's polled, and which profilers are its own.

use super::call::Checkpoints;
use super::nest::Task;
use crate::time::ticks;
use std::future::Future;
use std::pin::Pin;
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
    ended: AtomicBool,
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

    /// Whether the body has run to its end.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Relaxed)
    }

    fn begin(&self) {
        self.began.store(ticks(), Relaxed);
        self.polling.store(true, Relaxed);
    }

    fn end(&self, ended: bool) {
        let time = ticks().saturating_sub(self.began.load(Relaxed));
        self.polled.store(self.polled.load(Relaxed) + time, Relaxed);
        self.polling.store(false, Relaxed);
        self.ended.store(ended, Relaxed);
    }
}

/// The body, polled by its call.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Polled<'a, F> {
    call: &'a Checkpoints,
    body: Pin<&'a mut F>,
    task: Task,
}

impl<'a, F> Polled<'a, F> {
    pub(super) fn new(call: &'a Checkpoints, body: Pin<&'a mut F>, task: Task) -> Self {
        Polled { call, body, task }
    }
}

impl<F: Future> Future for Polled<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Polled { call, body, task } = self.get_mut();
        let Some(busy) = &call.busy else { return body.as_mut().poll(context) };
        busy.begin();
        let poll = task.during(|| body.as_mut().poll(context));
        busy.end(poll.is_ready());
        poll
    }
}
