//! The profiler: marks that end steps, collected until the run ends.

use super::block::Kind;
use super::context::TraceContext;
use super::label::Words;
use super::nest;
use super::run::{Ending, Open, Shared, end};
use super::sink::Sink;
use super::summary::RemoteSummary;
use crate::state::timers_on;
use crate::time::ticks;
use crate::base::inside::Inside;
use crate::base::sync::lock;
use std::borrow::Cow;
use std::fmt::{Display, Write};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// Tells the story of one run: a line for each [`mark`](Profiler::mark), printed as a block when it's dropped.
///
/// It starts when it's made. A line has the step's time, the running total and the step's share; what ran between the
/// last mark and the end is the line `(end)`. Blocks go where reports go, by one write each; nothing is printed while
/// timers are switched off.
///
/// A profiler that ends while another one is open that was made earlier on the same thread is a part of that one's
/// block, below the step that it ran in, and printed with it, or not at all if that one isn't. It has to end on the
/// thread that it was made on, else it prints for itself. For tasks, which share their threads, see
/// [`task`](Profiler::task).
///
/// # Cost
/// Making one allocates; a mark costs a reading of the clock and, if its text isn't a literal, an allocation. A block has at most
/// 10,000 lines; marks beyond those are counted.
///
/// # Examples
/// ```
/// use instrument_core::Profiler;
///
/// let profiler = Profiler::new("start-up");
/// // … read the configuration …
/// profiler.mark("read the configuration");
/// // … connect …
/// profiler.mark(format_args!("connect to {}", "db"));
/// profiler.finish("ready");
/// ```
#[derive(Debug)]
#[must_use = "the run ends when this is dropped: bind it, as in `let profiler = …`"]
pub struct Profiler {
    state: State,
}

/// Small, and told apart by one look, since most profilers of most programs are off.
#[derive(Debug)]
enum State {
    Off,
    /// As good as off, but for the remote caller's context, which it hands on.
    HandsOn(Box<TraceContext>),
    On(Arc<Shared>),
}

impl Profiler {
    /// Starts a run of that title.
    pub fn new(msg: impl Into<Cow<'static, str>>) -> Self {
        Self::begin(msg, None)
    }

    /// Starts a run that a remote caller has caused: its [`context`](Profiler::context) continues the caller's trace.
    ///
    /// ```
    /// use instrument_core::{Profiler, TraceContext};
    ///
    /// let received = TraceContext::from_header("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    /// let server = Profiler::with_parent("handle the batch", &received);
    /// assert_eq!(server.context().trace_id(), received.trace_id());
    /// ```
    pub fn with_parent(msg: impl Into<Cow<'static, str>>, parent: &TraceContext) -> Self {
        Self::begin(msg, Some(*parent))
    }

    /// A profiler that does nothing.
    #[doc(hidden)]
    #[inline(always)]
    pub const fn none() -> Self {
        Profiler { state: State::Off }
    }

    fn off(caller: Option<TraceContext>) -> Self {
        Profiler { state: caller.map_or(State::Off, |caller| State::HandsOn(Box::new(caller))) }
    }

    /// What's on, and from now on isn't.
    #[inline]
    fn take(&mut self) -> Option<Arc<Shared>> {
        match std::mem::replace(&mut self.state, State::Off) {
            State::On(shared) => Some(shared),
            State::Off | State::HandsOn(_) => None,
        }
    }

    fn begin(msg: impl Into<Cow<'static, str>>, caller: Option<TraceContext>) -> Self {
        if !timers_on() {
            return Profiler::off(caller);
        }
        let Some(_inside) = Inside::to_record() else { return Profiler::off(caller) };
        let depth = nest::depth();
        if depth >= nest::DEEPEST {
            if let Some(outer) = nest::innermost() {
                lock(&outer.open).block.lost += 1;
            }
            return Profiler::off(caller);
        }
        let shared = Shared::new(msg.into(), depth, caller);
        nest::enter(&shared);
        Profiler { state: State::On(shared) }
    }

    /// Starts a run in a task, whatever is open on this thread.
    pub(super) fn in_task(title: Cow<'static, str>, task: &mut nest::Task) -> Self {
        let _inside = Inside::enter();
        let shared = Shared::new(title, nest::depth(), None);
        lock(&shared.open).in_task = true;
        task.enter(&shared);
        Profiler { state: State::On(shared) }
    }

    /// Prints only if the run took that long, or longer: only slow runs. Without effect on what's
    /// [`immediate`](Profiler::immediate).
    pub fn threshold(self, threshold: Duration) -> Self {
        self.change(|open| open.threshold = threshold)
    }

    /// Prints each line at its mark, as `[title] step  time  total`, and not as a block at the end. Other threads'
    /// lines may come in between.
    pub fn immediate(self) -> Self {
        self.change(|open| open.immediate = true)
    }

    /// Turns it off for good if `disabled`: nothing is kept, formatted or printed.
    pub fn disabled(mut self, disabled: bool) -> Self {
        let _inside = disabled.then(Inside::enter);
        if disabled && let Some(shared) = self.take() {
            shared.discard();
            return Profiler::off(shared.caller);
        }
        self
    }

    /// Hands the text to `sink` instead of printing it: whole lines, each block in one call. Of nested profilers it's
    /// the outermost one's sink that gets the block. A sink that panics is ignored.
    pub fn sink(self, sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.change(|open| open.sink = Some(Sink::new(sink)))
    }

    fn change(self, change: impl FnOnce(&mut Open)) -> Self {
        if let State::On(shared) = &self.state {
            let _inside = Inside::enter();
            change(&mut lock(&shared.open));
        }
        self
    }

    /// Ends a step, and names it.
    ///
    /// The label is formatted now, since what it borrows may be gone later; not if the profiler is off. A run that
    /// turns out to be faster than its threshold has formatted its labels for nothing: short literals cost next to
    /// nothing.
    #[inline]
    pub fn mark(&self, label: impl Display) {
        if let State::On(shared) = &self.state {
            shared.mark_label(label, || Kind::Mark);
        }
    }

    /// Ends a step that was a remote call, and splits it into the server's time and transport.
    ///
    /// `server` is what the server's [`summarize`](Profiler::summarize) gave. Transport is the step's time without the
    /// server's, each by the clock of its own machine; where there's no summary, a line says that it's missing.
    ///
    /// ```
    /// # let received = String::new();
    /// let client = instrument_core::Profiler::new("client");
    /// // … send the batch and client.context(), receive the answer and the summary …
    /// client.mark_remote("batch call", received.parse().ok());
    /// ```
    pub fn mark_remote(&self, label: impl Display, server: impl Into<Option<RemoteSummary>>) {
        if let State::On(shared) = &self.state {
            shared.mark_label(label, || Kind::Remote(server.into().map(Box::new)));
        }
    }

    /// A step of an async function.
    pub(super) fn mark_at(&self, at: u64, label: &str, busy: Option<u64>) {
        if let State::On(shared) = &self.state {
            shared.mark(at, label, busy.map_or(Kind::Mark, |busy| Kind::Polled { busy }));
        }
    }

    /// Ends the run; `msg` names what came after the last mark.
    pub fn finish(mut self, msg: impl Display) {
        if let State::On(_) = self.state {
            let at = ticks();
            let mut words = Words::default();
            let _ = write!(words, "{msg}");
            self.end(at, Ending::Named(words.as_str()));
        }
    }

    /// Ends the run as dropping does, and returns what a remote caller needs for its
    /// [`mark_remote`](Profiler::mark_remote); `None` if the profiler is off.
    pub fn summarize(mut self) -> Option<RemoteSummary> {
        self.end(ticks(), Ending::Summarized)
    }

    /// Ends a call of a function with `#[checkpoints]`, all of whose lines are marked already.
    pub(super) fn end_of_call(mut self, cancelled: bool) {
        self.end(ticks(), if cancelled { Ending::Named("(cancelled)") } else { Ending::Marked });
    }

    /// The trace context to send along with a remote call: a `traceparent` header by its `Display`.
    ///
    /// Its trace is that of the caller that [`with_parent`](Profiler::with_parent) was given, or of a profiler around
    /// this one that has a context, else a fresh and sampled one. The same at each call. A profiler that's off hands
    /// its caller's context on unchanged, or one of a trace that isn't sampled.
    pub fn context(&self) -> TraceContext {
        let shared = match &self.state {
            State::On(shared) => shared,
            State::HandsOn(caller) => return **caller,
            State::Off => return TraceContext::unsampled(),
        };
        *shared.context.get_or_init(|| {
            let outer = shared.caller.or_else(|| nest::around(shared, |outer| outer.context.get().copied()));
            outer.map_or_else(TraceContext::fresh, |outer| outer.child())
        })
    }

    /// The future, as a task of its own: profilers that are made in it nest among themselves, and nothing else that
    /// runs on its threads becomes a part of them. `#[checkpoints]` does this for each async function.
    ///
    /// ```
    /// # use instrument_core::Profiler;
    /// # async fn suspend() {}
    /// let task = Profiler::task(async {
    ///     let profiler = Profiler::new("request");
    ///     suspend().await;
    ///     profiler.mark("read");
    /// });
    /// # let _ = task;
    /// ```
    pub async fn task<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        let mut task = nest::Task::default();
        std::future::poll_fn(move |context| task.during(|| future.as_mut().poll(context))).await
    }
}

impl Drop for Profiler {
    #[inline]
    fn drop(&mut self) {
        if let State::On(_) = self.state {
            self.end(ticks(), Ending::Dropped);
        }
    }
}

impl Profiler {
    #[inline(never)]
    fn end(&mut self, at: u64, how: Ending<'_>) -> Option<RemoteSummary> {
        // Until it's dropped: what frees memory may have a profiler, too.
        let _inside = Inside::enter();
        let shared = self.take()?;
        end(&shared, at, how)
    }
}
