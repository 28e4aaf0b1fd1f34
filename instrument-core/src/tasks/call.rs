//! Async calls: each poll is a span of the thread that polls, and a call is one observation, made when it completes.
//!
//! ```text
//! thread 1   ──[poll]────────────────────[poll]──      polls: time of the node, nested in whatever polls
//! thread 2   ────────────[poll+ready]────────────      the call: busy = sum of its polls, wall = first poll to ready
//! ```
//! What a poll adds belongs to the tree of the thread that polls, so a task may move between threads; the figures meet
//! when a snapshot merges the trees. A future that's dropped before it's ready was cancelled: that's counted, its time is
//! kept, and it's no observation.

use super::waiting::{self, Watched};
use crate::site::{Recursion, Site};
use crate::span::enter::Place;
use crate::span::guard::{self, FOREIGN};
use crate::span::hook;
use crate::state::{self, State};
use crate::threads::local::Frame;
use crate::time::{ticks, tsc};
use crate::tree::epochs::epochs;
use crate::tree::node::Node;
use crate::tree::stats::keep;
use std::task::Context;

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not polled yet.
    New,
    /// Under way.
    Timed,
    /// Under way, with more to think of at each poll: recursion that folds.
    TimedSlowly,
    /// Under way, and only counted: one of those that a sampled site doesn't time.
    Counted,
    /// Ended, or never seen: timers were off at its first poll.
    Over,
}

/// A call of an async site, beside its future.
#[derive(Debug)]
pub(super) struct Call {
    site: &'static Site,
    /// When it was polled first.
    begun: u64,
    /// Ticks of its polls so far.
    busy: u64,
    watched: Option<Watched>,
    stage: Stage,
}

impl Call {
    pub(super) const fn of(site: &'static Site) -> Call {
        Call { site, begun: 0, busy: 0, watched: None, stage: Stage::New }
    }

    /// Whether it was polled and isn't over.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self.stage, Stage::Timed | Stage::TimedSlowly | Stage::Counted)
    }

    /// Begins a poll, which ends when what's returned is dropped; `None` if it isn't to be seen.
    #[inline(always)]
    pub(super) fn poll(&mut self, cx: &Context<'_>) -> Option<Poll<'_>> {
        let known = match self.stage {
            Stage::Timed => self.watched.is_none(),
            Stage::New => self.site.is_simple() && !waiting::is_watching(),
            _ => false,
        };
        if !known || state::timers() != State::Tsc {
            return self.poll_slowly(Some(cx), |_| ());
        }
        let node = self.site.step_in()?;
        if self.stage == Stage::New {
            self.stage = Stage::Timed;
            node.tasks.begun.add(1);
        }
        let start = tsc::read();
        if self.begun == 0 {
            self.begun = start;
        }
        node.stats.begin(start);
        let outer = Frame::begin(cx.waker(), self.busy, start);
        Some(Poll { call: self, node, start, outer })
    }

    /// First polls, foreign clocks, sampled and watched calls; without a context, the drop of what's cancelled.
    #[cold]
    #[inline(never)]
    pub(super) fn poll_slowly(
        &mut self,
        cx: Option<&Context<'_>>,
        first: impl FnOnce(&'static Node),
    ) -> Option<Poll<'_>> {
        if self.stage == Stage::Over || self.site.is_disabled() {
            return None;
        }
        if !state::decide() {
            self.stage = Stage::Over;
            return None;
        }
        let folded = match self.site.place::<true>() {
            Place::In(node) => Ok(node),
            Place::Folded(node) => Err(node),
            Place::Nowhere => return None,
        };
        let start = ticks();
        let (Ok(node) | Err(node)) = folded;
        if self.stage == Stage::New {
            let timed = folded.is_ok() && (self.site.sample == 1 || node.is_due(self.site.sample));
            self.stage = match self.site.recursion {
                _ if !timed => Stage::Counted,
                Recursion::Nest => Stage::Timed,
                Recursion::Fold => Stage::TimedSlowly,
            };
            self.begun = start;
            self.watched = Watched::new(self.site, start);
            node.tasks.begun.add(1);
        }
        if let Some(watched) = &self.watched {
            watched.resume(node);
        }
        if folded.is_err() || self.stage == Stage::Counted {
            return Some(Poll {
                call: self,
                node,
                start: if folded.is_ok() { ONLY_INSIDE } else { NEITHER },
                outer: None,
            });
        }
        // Components take their time, which isn't the poll's.
        first(node);
        hook::begin(node);
        let start = ticks();
        node.stats.begin(start.max(1));
        let outer = cx.and_then(|cx| Frame::begin(cx.waker(), self.busy, start));
        let clock = if state::timers() == State::Tsc { 0 } else { FOREIGN };
        Some(Poll { call: self, node, start: start | clock, outer })
    }
}

/// The start of a poll that's not timed: spans inside hang below its node,
const ONLY_INSIDE: u64 = 0;
/// or not even that, since the node is an ancestor's.
const NEITHER: u64 = u64::MAX;

/// A poll under way. It ends when this is dropped, also by unwinding.
pub(super) struct Poll<'a> {
    call: &'a mut Call,
    node: &'static Node,
    start: u64,
    /// What to put back as the current task.
    outer: Option<Frame>,
}

/// What a poll comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Pending,
    Ready,
    Cancelled,
}

impl Poll<'_> {
    /// Ends it, and the call with it.
    #[inline(always)]
    pub(super) fn ready(mut self) {
        self.end(End::Ready);
        std::mem::forget(self);
    }

    /// Ends it, and the call if it completes, with something to do when the clock was read.
    pub(super) fn end_around(mut self, completes: bool, then: impl FnOnce()) {
        if let Some(outer) = self.outer.take() {
            outer.restore();
        }
        self.end_slowly(if completes { End::Ready } else { End::Pending }, then);
        std::mem::forget(self);
    }

    /// Ends it, and the call, which has no result.
    pub(super) fn cancelled(mut self) {
        self.end(End::Cancelled);
        std::mem::forget(self);
    }

    #[inline(always)]
    fn end(&mut self, end: End) {
        if let Some(outer) = self.outer.take() {
            outer.restore();
        }
        if self.call.watched.is_none()
            && self.start & FOREIGN == 0
            && self.start != ONLY_INSIDE
            && guard::is_innermost(self.node)
        {
            self.node.stats.lock();
            let now = tsc::read();
            guard::step_out(self.node);
            self.add(now.saturating_sub(self.start), now, end);
        } else {
            self.end_slowly(end, || ());
        }
    }

    /// Adds a poll's time to its node, which is locked.
    #[inline(always)]
    fn add(&mut self, elapsed: u64, now: u64, end: End) {
        let (node, call) = (self.node, &mut *self.call);
        call.busy = call.busy.saturating_add(elapsed);
        node.stats.add_poll(elapsed);
        node.tasks.polls.add(1);
        match end {
            End::Pending => node.stats.unlock(),
            End::Ready => {
                call.stage = Stage::Over;
                node.tasks.wall.add(now.saturating_sub(call.begun));
                node.stats.record_locked::<{ keep::HISTOGRAM }>(call.busy, epochs());
            }
            End::Cancelled => {
                call.stage = Stage::Over;
                node.tasks.cancelled.add(1);
                node.stats.unlock();
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn end_slowly(&mut self, end: End, then: impl FnOnce()) {
        let now = ticks();
        then();
        if !matches!(self.start, ONLY_INSIDE | NEITHER) {
            hook::end(self.node);
        }
        if let Some(watched) = &self.call.watched {
            watched.suspend(now);
        }
        if end != End::Pending {
            self.call.watched = None;
        }
        if self.start != NEITHER {
            if guard::is_innermost(self.node) {
                guard::step_out(self.node);
            } else if !guard::leave_out_of_order(self.node) {
                self.call.stage = if end == End::Pending { self.call.stage } else { Stage::Over };
                return;
            }
        }
        if matches!(self.start, ONLY_INSIDE | NEITHER) {
            match end {
                End::Pending => return,
                End::Ready => self.node.count_untimed(),
                End::Cancelled => self.node.tasks.cancelled.add(1),
            }
            self.call.stage = Stage::Over;
            return;
        }
        self.node.stats.lock();
        self.add(now.saturating_sub(self.start & !FOREIGN), now, end);
    }
}

impl Drop for Poll<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.end(End::Pending);
    }
}
