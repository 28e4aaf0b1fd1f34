//! Probed async functions: what holds a call up leaves its future pending, and no thread waits.

use super::injecting::{Into, NoInjection};
use super::{Calling, Outcome};
use crate::guarded::catch_silently;
use crate::instrument::{Action, Injection};
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::Pin;

/// The type of a body, which the compiler finds the best way for in the expansion.
///
/// A call that's held at its end keeps its result in the future meanwhile, which is `Send` only if the result is. So
/// that no future changes for being probed, results that aren't known to be `Send` aren't kept.
pub struct OfBody<F>(PhantomData<fn() -> F>);

impl<F> OfBody<F> {
    /// The type of this one.
    pub fn of(_: &Pin<&mut F>) -> Self {
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

/// For results that are `Send`.
pub trait KeepsResult {
    /// The way to run it.
    fn way(&self) -> Keeping;
}

impl<F: Future<Output: Send>> KeepsResult for &OfBody<F> {
    fn way(&self) -> Keeping {
        Keeping
    }
}

/// For results that aren't `Send`, or may not be.
pub trait PassesResult {
    /// The way to run it.
    fn way(&self) -> Passing;
}

impl<F: Future> PassesResult for OfBody<F> {
    fn way(&self) -> Passing {
        Passing
    }
}

/// A body whose result can be kept while the call is held at its end.
#[derive(Debug)]
pub struct Keeping;

impl Keeping {
    /// The body, with its events around it.
    pub async fn polled<F: Future>(
        self,
        mut calling: Calling,
        body: Pin<&mut F>,
        show: fn(&F::Output, bool) -> Outcome,
        inject: Option<Inject<F::Output>>,
    ) -> F::Output {
        if calling.has_actions() {
            Box::pin(calling.act_async()).await;
        }
        let early = if calling.0.is_some() { calling.injected_by(inject) } else { None };
        let result = match early {
            Some(result) => result,
            None => {
                calling = calling.starts();
                calling.awaited(body).await
            }
        };
        if calling.0.is_none() {
            return result;
        }
        calling.ended(&result, show);
        if calling.has_actions() {
            Box::pin(calling.act_async()).await;
        }
        let late = calling.injected_by(inject);
        calling.leave();
        late.unwrap_or(result)
    }
}

/// A body whose result can't be kept.
#[derive(Debug)]
pub struct Passing;

impl Passing {
    /// The body, with its events around it. The one at its end can't hold it.
    pub async fn polled<F: Future>(
        self,
        mut calling: Calling,
        body: Pin<&mut F>,
        show: fn(&F::Output, bool) -> Outcome,
        inject: Option<Inject<F::Output>>,
    ) -> F::Output {
        if calling.has_actions() {
            Box::pin(calling.act_async()).await;
        }
        if calling.0.is_some() {
            if let Some(result) = calling.injected_by(inject) {
                return calling.ends_without_waiting(result, show, inject);
            }
            calling = calling.starts();
        }
        let result = calling.awaited(body).await;
        if calling.0.is_none() { result } else { calling.ends_without_waiting(result, show, inject) }
    }
}

impl Calling {
    /// The body. Who drops this has to know whether that's because the body panicked.
    async fn awaited<F: Future>(&mut self, mut body: Pin<&mut F>) -> F::Output {
        poll_fn(|context| {
            self.set_polled(true);
            let polled = body.as_mut().poll(context);
            self.set_polled(false);
            polled
        })
        .await
    }

    #[inline(always)]
    fn set_polled(&mut self, is_polled: bool) {
        if let Some(active) = self.0.as_mut() {
            active.is_polled = is_polled;
        }
    }

    fn injected_by<R>(&mut self, inject: Option<Inject<R>>) -> Option<R> {
        inject.and_then(|inject| self.injected(&inject))
    }

    #[cold]
    fn ends_without_waiting<R>(mut self, result: R, show: fn(&R, bool) -> Outcome, inject: Option<Inject<R>>) -> R {
        self.ended(&result, show);
        if let Some(active) = self.0.as_mut() {
            for (_, action) in &active.actions {
                if let Action::Hold(ticket) = action {
                    ticket.refuse("the async function's result isn't known to be `Send`, so a call can't be held with it: use `Event::Call`");
                }
            }
            active.actions.retain(|(_, action)| !matches!(action, Action::Hold(_) | Action::Delay(_)));
        }
        self.act();
        let late = self.injected_by(inject);
        self.leave();
        late.unwrap_or(result)
    }

    /// Whether there's anything to do before it goes on. That's rare, and takes much of a future, so it's in a box.
    fn has_actions(&self) -> bool {
        self.0.as_ref().is_some_and(|active| !active.actions.is_empty())
    }

    /// Does what the event asked for, without holding up the thread.
    async fn act_async(&mut self) {
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
    }
}
