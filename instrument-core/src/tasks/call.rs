//! Async calls: each poll is a span of the thread that polls, and a call is one observation, made when it completes.
//!
//! ```text
//! thread 1   ──[poll]────────────────────[poll]──      polls: time of the node, nested in whatever polls
//! thread 2   ────────────[poll+ready]────────────      the call: busy = sum of its polls, wall = first poll to ready
//! ```
//! What a poll adds belongs to the tree of the thread that polls, so a task may move between threads; the figures meet
//! when a snapshot merges the trees. A future that's dropped before it's ready was cancelled: that's counted, its time is
//! kept, and it's no observation.
#![expect(unsafe_code, reason = "writes into this thread's tree without a closure around it")]

use super::extra::Extra;
use super::layers::{Around, Layer};
use super::task_clock::{self, Outer};
use super::waiting::{self, Watched};
use crate::base::inside::Inside;
use crate::site::{Recursion, Site};
use crate::span::enter::Place;
use crate::span::guard::{self, FOREIGN};
use crate::span::hook;
use crate::state::{self, sites};
use crate::threads::{ThisThread, this_thread};
use crate::time::{ticks, tsc};
use crate::tree::epochs::epochs;
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use crate::tree::stats::keep;
use std::task::{Context, Poll};

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
#[doc(hidden)]
#[derive(Debug)]
pub struct Call {
    site: &'static Site,
    /// When it was polled first, 0 where nobody has looked; the start of the span in which it's dropped, if it's cancelled.
    begun: u64,
    /// Ticks of its polls so far.
    busy: u64,
    /// What few calls have.
    extra: Extra,
    /// Where its future is being dropped, if it's cancelled.
    leaving: Option<&'static Node>,
    stage: Stage,
}

impl Call {
    pub(super) const fn of(site: &'static Site) -> Call {
        Call { site, begun: 0, busy: 0, extra: Extra::NONE, leaving: None, stage: Stage::New }
    }

    /// Whether it was polled and isn't over.
    fn is_under_way(&self) -> bool {
        matches!(self.stage, Stage::Timed | Stage::TimedSlowly | Stage::Counted)
    }

    /// Polls with something to do before and after, if the poll is timed: after that the clock is read, and what it's told
    /// is whether the call completes.
    pub(crate) fn poll_around<T, S>(
        &mut self,
        cx: &mut Context<'_>,
        begin: impl FnOnce(Mine<'_, Node>) -> S,
        mut inner: impl FnMut(&mut Context<'_>) -> Poll<T>,
        is_over: impl Fn(&Poll<T>) -> bool,
        end: impl FnOnce(S, bool),
    ) -> Poll<T> {
        let mut state = None;
        let mut span = Span::of(self);
        span.begin_slowly(Some(cx), |node| state = Some(begin(node)));
        let poll = inner(cx);
        let completes = is_over(&poll);
        span.end_around(if completes { End::Ready } else { End::Pending }, || {
            if let Some(state) = state {
                end(state, completes);
            }
        });
        poll
    }

    /// What a cancelled future drops is part of the call.
    #[cold]
    #[inline(never)]
    fn begin_leaving(&mut self) {
        let wall = (self.begun > 0).then(|| ticks().saturating_sub(self.begun));
        let mut span = Span::of(self);
        span.begin_slowly(None, |_| ());
        let (node, start) = (span.node.take(), span.start);
        drop(span);
        // Of a folded call it's not the node that's current.
        if let (Some(node), Some(wall)) = (node, wall) {
            this_thread(|thread| thread.own(node).into_iter().for_each(|node| node.stats().wait_in_vain(wall)));
        }
        (self.leaving, self.begun) = (node, start);
    }

    #[cold]
    #[inline(never)]
    fn has_left(&mut self) {
        let (node, start) = (self.leaving.take(), self.begun);
        Span { call: self, node, start, outer: Outer::Same }.end(End::Cancelled);
    }
}

impl Layer for Call {
    #[inline(always)]
    fn leave(&mut self) {
        if self.is_under_way() {
            self.begin_leaving();
        }
    }
}

impl<T> Around<T> for Call {
    #[inline(always)]
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
        let mut span = Span::of(self);
        span.begin(cx);
        let poll = rest(cx, core);
        span.end(if is_over(&poll) { End::Ready } else { End::Pending });
        poll
    }
}

impl Drop for Call {
    #[inline(always)]
    fn drop(&mut self) {
        if self.leaving.is_some() {
            self.has_left();
        }
    }
}

/// A poll of a call. Once begun, it ends when [`end`](Span::end) is called or this is dropped, as by unwinding.
///
/// It stays where it is: read as a whole right after its parts were written, it would have to wait for the stores.
///
/// In a build without optimisation, its beginning and its end are calls: inlined, all that they hold would be on the stack
/// while the future is polled, some 4 KiB a level where such futures recurse.
pub(super) struct Span<'a> {
    call: &'a mut Call,
    /// `None` while it isn't to be seen.
    node: Option<&'static Node>,
    start: u64,
    outer: Outer,
}

impl<'a> Span<'a> {
    #[inline(always)]
    pub(super) fn of(call: &'a mut Call) -> Span<'a> {
        Span { call, node: None, start: 0, outer: Outer::Same }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    #[cfg_attr(debug_assertions, inline(never))]
    pub(super) fn begin(&mut self, cx: &Context<'_>) {
        let call = &mut *self.call;
        let known = match call.stage {
            Stage::Timed => call.extra.is_none(),
            Stage::New => call.site.is_simple() && !waiting::is_watching(),
            _ => false,
        };
        if !known || !sites::of(call.site).is_fast() {
            return self.begin_elsewhere(cx);
        }
        // SAFETY: no field that outlives this has the lifetime.
        let thread = unsafe { ThisThread::until_return() };
        let Some(node) = call.site.step_in(thread) else { return };
        let is_new = call.stage == Stage::New;
        if is_new {
            call.stage = Stage::Timed;
            node.tasks().begin();
        }
        let start = tsc::read();
        // Of a new call nothing is read that the same instruction hasn't written: the processor would wait for it.
        let spent = if is_new {
            (call.begun, call.busy) = (start, 0);
            0
        } else {
            call.busy
        };
        node.stats().begin(start);
        self.outer = task_clock::begin(cx.waker(), spent, start);
        (self.node, self.start) = (Some(node.shared()), start);
    }

    /// Polls of listed calls, where nothing else is to be thought of; or of whatever others.
    #[cold]
    #[inline(never)]
    fn begin_elsewhere(&mut self, cx: &Context<'_>) {
        let call = &*self.call;
        if call.stage != Stage::Timed || hook::is_any() || !sites::of(call.site).is_fast() {
            return self.begin_slowly(Some(cx), |_| ());
        }
        this_thread(|thread| {
            let Some(node) = call.site.step_in(thread) else { return };
            call.extra.watched().into_iter().for_each(|watched| watched.resume(node.shared()));
            let start = tsc::read();
            node.stats().begin(start);
            self.outer = task_clock::begin(cx.waker(), call.busy, start);
            (self.node, self.start) = (Some(node.shared()), start);
        });
    }

    /// First polls, foreign clocks, sampled and watched calls; without a context, the drop of what's cancelled.
    #[cold]
    #[inline(never)]
    pub(super) fn begin_slowly(&mut self, cx: Option<&Context<'_>>, first: impl FnOnce(Mine<'_, Node>)) {
        if self.call.stage == Stage::Over || self.call.site.is_disabled() {
            return;
        }
        if !sites::decide(self.call.site) {
            self.call.stage = Stage::Over;
            return;
        }
        this_thread(|thread| self.begin_here(thread, cx, first));
    }

    fn begin_here(&mut self, thread: ThisThread<'_>, cx: Option<&Context<'_>>, first: impl FnOnce(Mine<'_, Node>)) {
        let call = &mut *self.call;
        let folded = match call.site.place::<true>(thread) {
            Place::In(node) => Ok(node),
            Place::Folded(node) => Err(node),
            Place::Nowhere => return,
        };
        let (Ok(node) | Err(node)) = folded;
        self.node = Some(node.shared());
        if call.stage == Stage::New {
            let timed = folded.is_ok() && (call.site.sample == 1 || node.sample_ahead(call.site.sample));
            call.stage = match call.site.recursion {
                _ if !timed => Stage::Counted,
                Recursion::Nest => Stage::Timed,
                Recursion::Fold => Stage::TimedSlowly,
            };
            // A call that's only counted reads no clock, unless somebody wants to know how long it waits.
            call.begun = if timed || waiting::is_watching() { ticks() } else { 0 };
            call.extra.watch(Watched::new(call.site, call.begun));
            node.tasks().begin();
        }
        if let Some(watched) = call.extra.watched() {
            watched.resume(node.shared());
        }
        if folded.is_err() || call.stage == Stage::Counted {
            self.start = if folded.is_ok() { ONLY_INSIDE } else { NEITHER };
            return;
        }
        // Components take their time, which isn't the poll's.
        first(node);
        hook::begin(node);
        let start = ticks();
        node.stats().begin(start.max(1));
        self.outer = cx.map_or(Outer::Same, |cx| task_clock::begin(cx.waker(), call.busy, start));
        let clock = if state::timers().is_fast() { 0 } else { FOREIGN };
        self.start = start | clock;
    }
}

/// The start of a poll that's not timed: spans inside hang below its node,
const ONLY_INSIDE: u64 = 0;
/// or not even that, since the node is an ancestor's.
const NEITHER: u64 = u64::MAX;

/// What a poll comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Pending,
    Ready,
    Cancelled,
}

impl Span<'_> {
    /// Ends it, and the call with it unless that's pending.
    #[cfg_attr(not(debug_assertions), inline(always))]
    #[cfg_attr(debug_assertions, inline(never))]
    pub(super) fn end(&mut self, end: End) {
        let Some(node) = self.node.take() else { return };
        self.outer.restore();
        // SAFETY: no field that outlives this has the lifetime.
        let thread = unsafe { ThisThread::until_return() };
        if self.call.extra.is_none()
            && self.start & FOREIGN == 0
            && self.start != ONLY_INSIDE
            && let Some(node) = thread.innermost(node)
        {
            node.stats().lock();
            let now = tsc::read();
            self.add(node, now.saturating_sub(self.start), now, end, move || guard::step_out(thread, node));
        } else {
            self.end_elsewhere(node, end);
        }
    }

    /// Polls of listed calls, where nothing else is to be thought of; or of whatever others.
    #[cold]
    #[inline(never)]
    fn end_elsewhere(&mut self, node: &'static Node, end: End) {
        this_thread(|thread| match thread.innermost(node) {
            Some(node)
                if end == End::Pending
                    && !matches!(self.start, ONLY_INSIDE | NEITHER)
                    && self.start & FOREIGN == 0
                    && !hook::is_any() =>
            {
                node.stats().lock();
                let now = tsc::read();
                self.add(node, now.saturating_sub(self.start), now, end, move || guard::step_out(thread, node));
                self.call.extra.watched().into_iter().for_each(|watched| watched.suspend(now));
            }
            _ => self.end_slowly(node, end, || ()),
        });
    }

    /// Ends it, with something to do when the clock was read, if it's timed.
    pub(super) fn end_around(&mut self, end: End, then: impl FnOnce()) {
        if let Some(node) = self.node.take() {
            self.outer.restore();
            self.end_slowly(node, end, then);
        }
    }

    /// Adds a poll's time to its node, which is locked, and does what's left to do when it's added.
    #[inline(always)]
    fn add(&mut self, node: Mine<'_, Node>, elapsed: u64, now: u64, end: End, then: impl FnOnce()) {
        let call = &mut *self.call;
        call.busy = call.busy.saturating_add(elapsed);
        node.stats().add_poll(elapsed);
        // A drop is no poll.
        if end != End::Cancelled {
            node.tasks().poll();
        }
        match end {
            End::Pending => {
                node.stats().unlock();
                then();
            }
            End::Ready => {
                call.stage = Stage::Over;
                node.tasks().complete(now.saturating_sub(call.begun), epochs());
                node.stats().record_locked::<{ keep::HISTOGRAM }>(call.busy, epochs(), then);
            }
            End::Cancelled => {
                call.stage = Stage::Over;
                node.stats().cancel();
                node.stats().unlock();
                then();
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn end_slowly(&mut self, node: &'static Node, end: End, then: impl FnOnce()) {
        let is_timed = !matches!(self.start, ONLY_INSIDE | NEITHER);
        let now = if is_timed || self.call.extra.watched().is_some() { ticks() } else { 0 };
        then();
        if is_timed {
            hook::end_poll(node, self.call.extra.carry(), end == End::Ready);
        }
        if let Some(watched) = self.call.extra.watched() {
            watched.suspend(now);
        }
        if end != End::Pending {
            self.call.extra = Extra::NONE;
        }
        this_thread(|thread| self.leave(thread, node, now, end));
    }

    /// Leaves the node, and counts the poll there.
    fn leave(&mut self, thread: ThisThread<'_>, node: &'static Node, now: u64, end: End) {
        let own = match self.start {
            NEITHER if end == End::Pending => return,
            NEITHER => guard::still_own(thread, node),
            _ => guard::leave(thread, node),
        };
        let Some(node) = own else {
            self.call.stage = if end == End::Pending { self.call.stage } else { Stage::Over };
            return;
        };
        if matches!(self.start, ONLY_INSIDE | NEITHER) {
            match end {
                End::Pending => return,
                End::Ready => node.count_aside(),
                End::Cancelled => node.stats().cancel(),
            }
            self.call.stage = Stage::Over;
            return;
        }
        // A signal handler may come amid the record, and have a span of the same node.
        let _inside = Inside::enter();
        node.stats().lock();
        self.add(node, now.saturating_sub(self.start & !FOREIGN), now, end, || ());
    }
}

impl Drop for Span<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.end(End::Pending);
    }
}
