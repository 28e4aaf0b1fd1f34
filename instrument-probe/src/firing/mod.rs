//! Hot and cold halves of a probed call: what expansions run.
//!
//! Without a probe a call loads one byte and tests one pointer. All else is in functions of their own, marked cold.

mod asynchronous;
mod delay;
mod fire;
mod injecting;
mod outcome;

pub use asynchronous::{AsyncProbe, Begin, Keeping, Keeps, KeepsResult, OfBody, PassesResult, Passing, pause};
pub use injecting::{InjectMessage, InjectPlain, InjectResult, Into as InjectInto, NoInjection};
pub use outcome::{
    AsDebug, AsDebugError, AsDisplayError, AsOpaque, AsOpaqueError, AsPlain, AsResult, AsSerialize, AsSerializeError,
    Outcome, Peek, PeekCopy, PeekReference, Shown, ShownError,
};

use crate::guarded::catch_silently;
use crate::instrument::{Action, Injection, Laps, Slot};
use crate::probe::{List, State};
use crate::targets::{Arguments, Events, Plan, ProbeSite, Wanted};
use crate::value::Value;
use instrument_core::shared::Inside;
use instrument_wire::Event;
use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// A call that may have a probe; `None` in it means that it has none, or nothing that its end matters to.
#[derive(Debug)]
pub struct Calling(Option<Box<Active>>);

/// A call that's being watched.
pub(crate) struct Active {
    /// Of the function.
    state: &'static State,
    list: Arc<List>,
    skipped: fire::Skipped,
    arguments: Arguments,
    /// When its body began to run.
    started: Option<Instant>,
    is_async: bool,
    /// Whether the thread was unwinding already when it began, so that this tells nothing about its end.
    began_unwinding: bool,
    /// Whether its body is being polled.
    is_polled: bool,
    /// What its event asked it to do before it goes on, and who asked.
    actions: Vec<(Arc<Slot>, Action)>,
    /// What it will return in place of its result.
    replaced: Option<(Arc<Slot>, Injection)>,
}

impl ProbeSite {
    /// A call of a function begins, and something is attached. `arguments` captures those that are wanted.
    #[cold]
    #[inline(never)]
    pub fn begin(&'static self, arguments: &dyn Fn(&mut Arguments)) -> Calling {
        self.begin_attached(arguments, false)
    }

    /// As [`begin`](Self::begin), for an async function. What holds it up holds its future.
    #[cold]
    #[inline(never)]
    pub fn begin_async(&'static self, arguments: &dyn Fn(&mut Arguments)) -> Calling {
        self.begin_attached(arguments, true)
    }

    fn begin_attached(&'static self, arguments: &dyn Fn(&mut Arguments), is_async: bool) -> Calling {
        if !instrument_core::is_enabled(instrument_core::Switch::Probes) {
            return Calling(None);
        }
        // All that's done here may be the program's own: its allocator, say, and that may be the function.
        let Some(inside) = Inside::to_record() else { return Calling(None) };
        let Some(state) = State::of(self) else { return Calling(None) };
        let Some(list) = state.list.load_full() else { return Calling(None) };
        let skipped = fire::Skipped::of(state, &list);
        if skipped.has_all(&list) {
            return Calling(None);
        }
        let mut active = Box::new(Active {
            state,
            skipped,
            arguments: Arguments::new(self.arguments(), list.plan.arguments),
            started: None,
            is_async,
            began_unwinding: thread::panicking(),
            is_polled: false,
            actions: Vec::new(),
            replaced: None,
            list,
        });
        let laps = active.capture(arguments);
        active.at(Event::Call, None, None, laps);
        drop(inside);
        // From here on it ends as a call does, also if it's made to panic.
        let mut calling = Calling(Some(active));
        if !is_async {
            calling.act();
        }
        calling.starts()
    }
}

impl Calling {
    /// A call that nobody watches.
    pub const NONE: Calling = Calling(None);

    /// The body runs from now on.
    fn starts(mut self) -> Self {
        match self.0.as_mut() {
            Some(active) if active.is_done() => self.leave(),
            Some(active) => active.started = Some(Instant::now()),
            None => {}
        }
        self
    }

    /// Runs the body, and shows how it ended.
    #[inline(always)]
    pub fn run<R>(mut self, body: impl FnOnce() -> R, show: impl FnOnce(&R, bool) -> Outcome) -> R {
        let result = body();
        if self.0.is_some() {
            self.ends(&result, show);
        }
        // Empty by now, if it wasn't all along. Dropping it would be a call, to find that out.
        mem::forget(self);
        result
    }

    /// The body ran in its place, and this is what it returned.
    #[inline(always)]
    pub fn returned<R>(mut self, result: &R, show: impl FnOnce(&R, bool) -> Outcome) {
        if self.0.is_some() {
            self.ends(result, show);
        }
        mem::forget(self);
    }

    #[cold]
    #[inline(never)]
    fn ends<R>(&mut self, result: &R, show: impl FnOnce(&R, bool) -> Outcome) {
        self.ended(result, show);
        self.act();
        self.leave();
    }

    /// Fires at the end of the call. What that asks for is left to be done.
    fn ended<R>(&mut self, result: &R, show: impl FnOnce(&R, bool) -> Outcome) {
        let _inside = Inside::enter();
        if let Some(active) = self.0.as_mut() {
            let mut show = Some(show);
            active.ended(&mut |wanted| show.take().map_or(Outcome::Unknown, |show| show(result, wanted)));
        }
    }

    /// Does what the event asked for, on this thread.
    fn act(&mut self) {
        while let Some((slot, action)) = self.0.as_mut().and_then(|active| active.next_action()) {
            match action {
                Action::Hold(ticket) => ticket.hold(),
                Action::Delay(delay) => thread::sleep(delay),
                Action::Panic(message) => {
                    catch_silently(move || drop(slot));
                    panic!("{message}");
                }
                Action::Replace(injection) => self.replace(slot, injection),
            }
        }
    }

    fn replace(&mut self, slot: Arc<Slot>, injection: Injection) {
        if let Some(active) = self.0.as_mut() {
            active.replaced = Some((slot, injection));
        }
    }

    /// The list may be the last trace of instruments that were removed meanwhile.
    fn leave(&mut self) {
        let active = self.0.take();
        catch_silently(move || drop(active));
    }

    #[cold]
    #[inline(never)]
    fn dropped(&mut self) {
        let Some(active) = self.0.as_mut() else { return };
        let unwinds = thread::panicking() && !active.began_unwinding;
        // A future that's dropped by something else that unwinds was dropped, and no more.
        if unwinds && (active.is_polled || !active.is_async) {
            let inside = Inside::enter();
            active.actions.clear();
            active.at(Event::Error, None, Some(&Value::from("panicked")), Laps::default());
            // No second panic amid the first, and nothing to replace: waiting is all that's left to do.
            let is_async = active.is_async;
            active.actions.retain(|(_, action)| !is_async && matches!(action, Action::Hold(_) | Action::Delay(_)));
            drop(inside);
            self.act();
        } else if !active.is_async {
            let inside = Inside::enter();
            active.ended(&mut |_| Outcome::Unknown);
            drop(inside);
            self.act();
        }
        self.leave();
    }
}

impl Drop for Calling {
    #[inline(always)]
    fn drop(&mut self) {
        if self.0.is_some() {
            self.dropped();
        }
    }
}

impl Active {
    /// Captures arguments, and returns the laps that it was one of.
    fn capture(&mut self, arguments: &dyn Fn(&mut Arguments)) -> Laps {
        let mut laps = Laps::default();
        if !self.arguments.are_wanted() {
            return laps;
        }
        let wanted_it = |plan: Plan| plan.arguments != Wanted::NONE;
        let (list, captured) = (&self.list, &mut self.arguments);
        if let Err(panic) = fire::capture(list, self.skipped, &mut laps, wanted_it, || arguments(captured)) {
            let message = format!("capturing the arguments panicked: {panic}");
            fire::fail_all(self.state, &self.list, &message, wanted_it);
        }
        laps
    }

    /// Fires at an event, and keeps what that asks for.
    fn at(&mut self, event: Event, result: Option<&Value>, error: Option<&Value>, laps: Laps) {
        if self.list.plan.events.contains(event) {
            let elapsed = (event != Event::Call).then(|| self.elapsed());
            fire::fire(self, event, result, error, elapsed, laps);
        }
    }

    /// Whether nothing that's left can happen to it.
    fn is_done(&self) -> bool {
        !self.list.plan.events.intersects(Events::ENDS) && self.actions.is_empty() && self.replaced.is_none()
    }

    /// Nothing, if its body never ran.
    fn elapsed(&self) -> Duration {
        self.started.map_or(Duration::ZERO, |started| started.elapsed())
    }

    fn ended(&mut self, show: &mut dyn FnMut(bool) -> Outcome) {
        let elapsed = self.elapsed();
        let wanted = self.list.plan.result && !self.state.target.site.redacts_result();
        let mut laps = Laps::default();
        // How it ended decides the event, so it has to be looked at even if nobody wants the value.
        let shown = fire::capture(&self.list, self.skipped, &mut laps, |plan| wanted && plan.result, || show(wanted));
        let outcome = shown.unwrap_or_else(|panic| {
            let message = format!("capturing the result panicked: {panic}");
            fire::fail_all(self.state, &self.list, &message, |plan| plan.result);
            Outcome::Unknown
        });
        let hidden = self.state.target.site.redacts_result().then(|| Value::from("<redacted>"));
        let (event, result, error) = match outcome {
            Outcome::Returned(value) => (Event::Return, hidden.or(value), None),
            Outcome::Failed(value) => (Event::Error, None, hidden.or(value)),
            Outcome::Unknown => (Event::Return, hidden, None),
        };
        if self.list.plan.events.contains(event) {
            fire::fire(self, event, result.as_ref(), error.as_ref(), Some(elapsed), laps);
        }
    }

    fn next_action(&mut self) -> Option<(Arc<Slot>, Action)> {
        if self.actions.is_empty() { None } else { Some(self.actions.remove(0)) }
    }
}

impl std::fmt::Debug for Active {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Active").field("site", &self.state.target.path()).finish_non_exhaustive()
    }
}
