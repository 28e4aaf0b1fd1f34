//! Timing a future: from first poll to completion, or the sum of its polls.

use super::shared::{ClockChoice, Shared};
use crate::base::inside;
use crate::state::{self, State};
use crate::tasks::layers::{Around, Layer, Layers};
use crate::threads::{lost_here, this_thread};
use std::sync::Arc;
use std::task::{Context, Poll};

/// A timed future, see [`PerfTimer::time_async`](super::PerfTimer::time_async). `Send` if the future is.
pub type TimeAsync<F> = Layers<F, AsyncRun>;

/// A run of a timer that a future's polls make up.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsyncRun {
    /// `None` for one that isn't timed: made inside the toolkit.
    timer: Option<Arc<Shared>>,
    start: Option<u64>,
    busy: u64,
}

impl AsyncRun {
    pub(super) fn new(timer: Option<Arc<Shared>>) -> Self {
        if timer.is_none() && state::timers() != State::Off {
            inside::lose();
        }
        AsyncRun { timer, start: None, busy: 0 }
    }
}

impl Layer for AsyncRun {}

impl<T> Around<T> for AsyncRun {
    #[inline]
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
        let Some(timer) = &self.timer else { return rest(cx, core) };
        let per_poll = matches!(timer.clock, ClockChoice::Task | ClockChoice::ThreadCpu);
        if (self.start.is_none() || per_poll) && state::decide() {
            self.start = Some(timer.now());
        }
        let poll = rest(cx, core);
        let is_over = is_over(&poll);
        if let Some(start) = self.start
            && (per_poll || is_over)
        {
            self.busy += timer.now().saturating_sub(start);
        }
        if is_over && self.start.take().is_some() {
            this_thread(|thread| match thread.cells().and_then(|cells| timer.cell(cells)) {
                Some(cell) => timer.observe(cell, self.busy),
                None => lost_here(),
            });
        }
        poll
    }
}
