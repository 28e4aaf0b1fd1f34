//! One run of a timer: observed when dropped, unless it unwinds.

use super::shared::Shared;
use crate::base::inside;
use crate::state::{self, State};
use crate::threads::cells::TimerCell;
use crate::threads::{Kept, lost_here, this_thread};
use std::marker::PhantomData;
use std::sync::Arc;
use std::thread;

/// A run under way, see [`PerfTimer::start`](super::PerfTimer::start). Dropping it ends the run.
#[must_use = "the run ends when this is dropped: bind it, as in `let _run = …`"]
#[derive(Debug)]
pub struct Run<'a> {
    open: Option<Open<'a>>,
    not_send: PhantomData<*const ()>,
}

struct Open<'a> {
    timer: &'a Shared,
    cell: Kept<TimerCell>,
    start: u64,
    /// Begun by a destructor during unwinding: only a second panic would cut this run short, and that aborts.
    panicking: bool,
}

impl std::fmt::Debug for Open<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("timer", &self.timer.name).finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    /// As [`begin`](Self::begin), where there may be no timer yet; that's counted.
    #[cold]
    #[inline(never)]
    pub(super) fn begin_first(timer: Option<&'a Arc<Shared>>) -> Self {
        timer.map_or_else(
            || {
                if state::timers() != State::Off {
                    inside::lose();
                }
                Run { open: None, not_send: PhantomData }
            },
            Run::begin,
        )
    }

    #[inline(always)]
    pub(super) fn begin(timer: &'a Arc<Shared>) -> Self {
        if state::timers() == State::Off || !state::decide() {
            return Run { open: None, not_send: PhantomData };
        }
        let cell = this_thread(|thread| {
            let cells = thread.cells()?;
            Some(Kept::new(cells, timer.cell(cells)?))
        });
        let Some(cell) = cell else {
            lost_here();
            return Run { open: None, not_send: PhantomData };
        };
        let panicking = thread::panicking();
        let start = timer.now();
        Run { open: Some(Open { timer, cell, start, panicking }), not_send: PhantomData }
    }
}

impl Drop for Run<'_> {
    #[inline]
    fn drop(&mut self) {
        let Some(open) = self.open.take() else { return };
        let elapsed = open.timer.now().saturating_sub(open.start);
        if thread::panicking() && !open.panicking {
            return;
        }
        // The thread's cells may have been handed back since, where a run outlives them in another thread-local.
        this_thread(|thread| match open.cell.mine(thread) {
            Some(cell) if cell.is_of(open.timer.serial) => open.timer.observe(cell, elapsed),
            _ => lost_here(),
        });
    }
}
