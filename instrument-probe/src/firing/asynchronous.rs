//! Probed async functions: what holds a call up leaves its future pending, and no thread waits.
//!
//! A call is a layer of its future, the outermost one. The arguments are in the body, which captures them before anything
//! else when it's asked to ([`ProbeSite::begins`]), and is pending once then: the call's event is over before the layers
//! inside begin.

use super::injecting::{Into, NoInjection};
use super::{Calling, Outcome};
use crate::guarded::catch_silently;
use crate::instrument::{Action, Injection};
use crate::targets::{Arguments, ProbeSite};
use instrument_core::layers::{Around, Layer};
use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll};

thread_local! {
    /// The site whose body is asked for its arguments.
    static ASKED: Cell<*const ProbeSite> = const { Cell::new(ptr::null()) };
    /// What it made of them.
    static BEGUN: Cell<Option<Calling>> = const { Cell::new(None) };
}

impl ProbeSite {
    /// Whether a body that begins is asked for its arguments.
    #[inline(always)]
    pub fn begins(&'static self) -> bool {
        ASKED.with(|asked| ptr::eq(asked.get(), self))
    }

    /// Begins the call that has asked.
    #[cold]
    #[inline(never)]
    pub fn begin_asked(&'static self, arguments: &dyn Fn(&mut Arguments)) {
        ASKED.set(ptr::null());
        let calling = self.begin_async(arguments);
        // Where the thread's locals are gone, nobody watches.
        let _ = BEGUN.try_with(|begun| begun.set(Some(calling)));
    }
}

/// Pending once.
pub fn pause() -> impl Future<Output = ()> + Send + Sync {
    let mut is_over = false;
    poll_fn(move |_| if mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending })
}

/// The type of a body, which the compiler finds the best way for in the expansion.
///
/// A call that's held at its end keeps its result in the future meanwhile, which is `Send` only if the result is. So
/// that no future changes for being probed, results that aren't known to be `Send` aren't kept.
pub struct OfBody<F>(PhantomData<fn() -> F>);

impl<F> OfBody<F> {
    /// The type of this one.
    pub fn of(_: &F) -> Self {
        OfBody(PhantomData)
    }
}

impl<F> fmt::Debug for OfBody<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfBody")
    }
}

/// How an injection becomes a result.
pub type Inject<R> = fn(&Injection, Into<R>) -> Result<R, NoInjection>;

/// How a result is shown.
pub type Show<R> = fn(&R, bool) -> Outcome;

/// For results that are `Send`.
pub trait KeepsResult {
    /// What the body returns.
    type Output;

    /// A call of the function, as a layer.
    fn __instrument_call(
        &self,
        begin: Begin,
        show: Show<Self::Output>,
        inject: Option<Inject<Self::Output>>,
    ) -> AsyncProbe<Self::Output, Keeping<Self::Output>>;
}

impl<F: Future<Output: Send>> KeepsResult for &OfBody<F> {
    type Output = F::Output;

    fn __instrument_call(
        &self,
        begin: Begin,
        show: Show<F::Output>,
        inject: Option<Inject<F::Output>>,
    ) -> AsyncProbe<F::Output, Keeping<F::Output>> {
        AsyncProbe::new(begin, Keeping(None), show, inject)
    }
}

/// For results that aren't `Send`, or may not be.
pub trait PassesResult {
    /// What the body returns.
    type Output;

    /// A call of the function, as a layer.
    fn __instrument_call(
        &self,
        begin: Begin,
        show: Show<Self::Output>,
        inject: Option<Inject<Self::Output>>,
    ) -> AsyncProbe<Self::Output, Passing>;
}

impl<F: Future> PassesResult for OfBody<F> {
    type Output = F::Output;

    fn __instrument_call(
        &self,
        begin: Begin,
        show: Show<F::Output>,
        inject: Option<Inject<F::Output>>,
    ) -> AsyncProbe<F::Output, Passing> {
        AsyncProbe::new(begin, Passing, show, inject)
    }
}

/// Where a result is while the call is held at its end.
pub trait Keeps<R> {
    /// Keeps it, or gives it back if it can't be kept.
    fn keep(&mut self, result: R) -> Result<(), R>;
    /// Gives up what's kept.
    fn take(&mut self) -> Option<R>;
}

/// A place for a result.
#[derive(Debug)]
pub struct Keeping<R>(Option<Box<R>>);

impl<R> Keeps<R> for Keeping<R> {
    fn keep(&mut self, result: R) -> Result<(), R> {
        self.0 = Some(Box::new(result));
        Ok(())
    }

    fn take(&mut self) -> Option<R> {
        self.0.take().map(|result| *result)
    }
}

/// No place for one.
#[derive(Debug)]
pub struct Passing;

impl<R> Keeps<R> for Passing {
    fn keep(&mut self, result: R) -> Result<(), R> {
        Err(result)
    }

    fn take(&mut self) -> Option<R> {
        None
    }
}

/// How a call begins: when it's polled first, or by what was captured when its future was made.
#[derive(Debug)]
pub enum Begin {
    /// At the first poll.
    Polled(&'static ProbeSite),
    /// When it was made.
    Made(Calling),
}

/// Something to wait for, which gives the call back.
type Waits = Pin<Box<dyn Future<Output = Calling> + Send + Sync>>;

/// A call of an async function, as a layer.
pub struct AsyncProbe<R, K> {
    stage: Stage,
    kept: K,
    show: Show<R>,
    inject: Option<Inject<R>>,
}

/// How far it has come.
enum Stage {
    /// Not polled yet.
    New(Begin),
    /// It begins when that's over.
    Begins(Waits),
    /// Its body runs.
    Runs(Calling),
    /// It ends when that's over.
    Ends(Waits),
    /// Nobody watches, or not any more.
    Unseen,
}

impl<R, K: Keeps<R>> AsyncProbe<R, K> {
    const fn new(begin: Begin, kept: K, show: Show<R>, inject: Option<Inject<R>>) -> Self {
        AsyncProbe { stage: Stage::New(begin), kept, show, inject }
    }

    /// With something attached.
    #[cold]
    #[inline(never)]
    fn poll_watched<C: FnMut(&mut Context<'_>) -> Poll<R>>(
        &mut self,
        cx: &mut Context<'_>,
        core: &mut C,
        mut rest: impl FnMut(&mut Context<'_>, &mut C) -> Poll<R>,
    ) -> Poll<R> {
        loop {
            let result = match mem::replace(&mut self.stage, Stage::Unseen) {
                Stage::New(Begin::Polled(site)) => match ask(site, || core(cx)) {
                    Ok(calling) => self.begins(calling),
                    Err(result) => Some(result),
                },
                Stage::New(Begin::Made(calling)) => self.begins(calling),
                Stage::Begins(mut waits) => match waits.as_mut().poll(cx) {
                    Poll::Ready(calling) => self.begun(calling),
                    Poll::Pending => {
                        self.stage = Stage::Begins(waits);
                        return Poll::Pending;
                    }
                },
                // Who drops this when the body panics is this function.
                Stage::Runs(mut calling) => {
                    calling.set_polled(true);
                    let polled = rest(cx, core);
                    calling.set_polled(false);
                    match polled {
                        Poll::Ready(result) => self.ends(calling, result),
                        Poll::Pending => {
                            self.stage = Stage::Runs(calling);
                            return Poll::Pending;
                        }
                    }
                }
                Stage::Ends(mut waits) => match waits.as_mut().poll(cx) {
                    Poll::Ready(calling) => {
                        let kept = self.kept.take();
                        self.injected_late(calling).or(kept)
                    }
                    Poll::Pending => {
                        self.stage = Stage::Ends(waits);
                        return Poll::Pending;
                    }
                },
                Stage::Unseen => return rest(cx, core),
            };
            if let Some(result) = result {
                return Poll::Ready(result);
            }
        }
    }

    /// Begins, perhaps later. A result, if it ends at once.
    fn begins(&mut self, calling: Calling) -> Option<R> {
        if calling.has_actions() {
            self.stage = Stage::Begins(calling.acting());
            return None;
        }
        self.begun(calling)
    }

    /// Whatever holds it up before its body is over.
    fn begun(&mut self, mut calling: Calling) -> Option<R> {
        if calling.0.is_some()
            && let Some(result) = calling.injected_by(self.inject)
        {
            return self.ends(calling, result);
        }
        self.stage = match calling.starts() {
            Calling(None) => Stage::Unseen,
            calling => Stage::Runs(calling),
        };
        None
    }

    /// Ends, perhaps later.
    fn ends(&mut self, mut calling: Calling, result: R) -> Option<R> {
        calling.ended(&result, self.show);
        if !calling.has_actions() {
            return self.injected_late(calling).or(Some(result));
        }
        match self.kept.keep(result) {
            Ok(()) => {
                self.stage = Stage::Ends(calling.acting());
                None
            }
            Err(result) => {
                calling.act_without_waiting();
                self.injected_late(calling).or(Some(result))
            }
        }
    }

    fn injected_late(&self, mut calling: Calling) -> Option<R> {
        let late = calling.injected_by(self.inject);
        calling.leave();
        late
    }
}

/// Polls a body that begins, which captures its arguments and is pending then. A result, if it didn't.
fn ask<R>(site: &'static ProbeSite, body: impl FnOnce() -> Poll<R>) -> Result<Calling, R> {
    struct Asking(*const ProbeSite);
    impl Drop for Asking {
        fn drop(&mut self) {
            ASKED.set(self.0);
        }
    }
    let asking = Asking(ASKED.replace(site));
    let polled = body();
    drop(asking);
    let begun = BEGUN.try_with(Cell::take).ok().flatten();
    match polled {
        Poll::Ready(result) => Err(result),
        Poll::Pending => Ok(begun.unwrap_or(Calling::NONE)),
    }
}

impl<R, K> Layer for AsyncProbe<R, K> {}

impl<R, K: Keeps<R>> Around<R> for AsyncProbe<R, K> {
    #[inline(always)]
    fn poll<C>(
        &mut self,
        cx: &mut Context<'_>,
        core: &mut C,
        mut rest: impl FnMut(&mut Context<'_>, &mut C) -> Poll<R>,
        _is_over: impl Fn(&Poll<R>) -> bool + Copy,
    ) -> Poll<R>
    where
        C: FnMut(&mut Context<'_>) -> Poll<R>,
    {
        let is_seen = match &self.stage {
            Stage::Unseen => false,
            Stage::New(Begin::Polled(site)) => site.is_attached(),
            Stage::New(Begin::Made(calling)) => calling.0.is_some(),
            Stage::Begins(_) | Stage::Runs(_) | Stage::Ends(_) => true,
        };
        if is_seen {
            return self.poll_watched(cx, core, rest);
        }
        self.stage = Stage::Unseen;
        rest(cx, core)
    }
}

impl<R, K> fmt::Debug for AsyncProbe<R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AsyncProbe")
    }
}

impl Calling {
    #[inline(always)]
    fn set_polled(&mut self, is_polled: bool) {
        if let Some(active) = self.0.as_mut() {
            active.is_polled = is_polled;
        }
    }

    fn injected_by<R>(&mut self, inject: Option<Inject<R>>) -> Option<R> {
        inject.and_then(|inject| self.injected(&inject))
    }

    /// Does what the event asked for, but for what would wait: the result can't be kept.
    #[cold]
    fn act_without_waiting(&mut self) {
        if let Some(active) = self.0.as_mut() {
            for (_, action) in &active.actions {
                if let Action::Hold(ticket) = action {
                    ticket.refuse("the async function's result isn't known to be `Send`, so a call can't be held with it: use `Event::Call`");
                }
            }
            active.actions.retain(|(_, action)| !matches!(action, Action::Hold(_) | Action::Delay(_)));
        }
        self.act();
    }

    /// Whether there's anything to do before it goes on.
    fn has_actions(&self) -> bool {
        self.0.as_ref().is_some_and(|active| !active.actions.is_empty())
    }

    /// Does what the event asked for, without holding up the thread. That's rare, and takes much of a future, so it's in a
    /// box.
    fn acting(mut self) -> Waits {
        Box::pin(async move {
            while let Some((slot, action)) = self.0.as_mut().and_then(|active| active.next_action()) {
                match action {
                    Action::Hold(ticket) => ticket.held().await,
                    Action::Delay(delay) => super::delay::after(delay).await,
                    Action::Panic(message) => {
                        catch_silently(move || drop(slot));
                        panic!("{message}");
                    }
                    Action::Replace(injection) => self.replace(slot, injection),
                }
            }
            self
        })
    }
}
