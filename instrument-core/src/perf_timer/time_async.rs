//! Timing a future: from first poll to completion, or the sum of its polls.

use super::shared::{ClockChoice, Shared};
use crate::base::inside;
use crate::state::{self, State};
use crate::threads::{lost_here, this_thread};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A timed future, see [`PerfTimer::time_async`](super::PerfTimer::time_async). `Send` if the future is.
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct TimeAsync<F> {
    /// `None` for one that isn't timed: made inside the toolkit.
    timer: Option<Arc<Shared>>,
    start: Option<u64>,
    busy: u64,
    future: F,
}

impl<F> TimeAsync<F> {
    pub(super) fn new(timer: Option<Arc<Shared>>, future: F) -> Self {
        if timer.is_none() && state::timers() != State::Off {
            inside::lose();
        }
        TimeAsync { timer, start: None, busy: 0, future }
    }
}

impl<F: Future> Future for TimeAsync<F> {
    type Output = F::Output;

    #[expect(unsafe_code, reason = "projects a pin to the wrapped future")]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the reference isn't used to move anything out of `self`.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `future` is pinned because `self` is: `TimeAsync` has no `Drop`, never moves the field, and is `Unpin`
        // only if `F` is.
        let future = unsafe { Pin::new_unchecked(&mut this.future) };
        let Some(timer) = &this.timer else { return future.poll(cx) };
        let per_poll = matches!(timer.clock, ClockChoice::Task | ClockChoice::ThreadCpu);
        if (this.start.is_none() || per_poll) && state::decide() {
            this.start = Some(timer.now());
        }
        let poll = future.poll(cx);
        if let Some(start) = this.start
            && (per_poll || poll.is_ready())
        {
            this.busy += timer.now().saturating_sub(start);
        }
        if poll.is_ready() && this.start.take().is_some() {
            this_thread(|thread| match thread.cells().and_then(|cells| timer.cell(cells)) {
                Some(cell) => timer.observe(cell, this.busy),
                None => lost_here(),
            });
        }
        poll
    }
}
