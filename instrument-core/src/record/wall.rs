//! Async calls: one observation of the wall time from the first poll to completion.
//!
//! The time goes into a node below whatever polls the future last, and isn't subtracted from its own time: while the
//! future was suspended, the poller did other things.

use super::enter::now;
use super::local::LOCAL;
use crate::record::stats::keep;
use crate::registry;
use crate::site::Site;
use crate::switch;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

impl Site {
    /// Observes the future's wall time when it completes; one that's dropped before isn't observed.
    ///
    /// `Send` if the future is.
    pub fn wall<F: Future>(&'static self, future: F) -> Wall<F> {
        Wall { site: self, start: None, future }
    }

    fn observe(&'static self, elapsed: u64) {
        self.concurrent.store(true, Ordering::Relaxed);
        let before = LOCAL.with(|local| local.current.get());
        if let super::enter::Place::In(node) = self.place::<true>() {
            node.stats.record::<{ keep::HISTOGRAM }>(elapsed, registry::epochs());
            LOCAL.with(|local| local.current.set(before.or(node.parent())));
        }
    }
}

/// A future whose completion is observed, see [`Site::wall`].
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct Wall<F> {
    site: &'static Site,
    start: Option<u64>,
    future: F,
}

impl<F: Future> Future for Wall<F> {
    type Output = F::Output;

    #[expect(unsafe_code, reason = "projects a pin to the wrapped future")]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the reference isn't used to move anything out of `self`.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `future` is pinned because `self` is: `Wall` has no `Drop`, never moves the field, and is `Unpin` only
        // if `F` is.
        let future = unsafe { Pin::new_unchecked(&mut this.future) };
        if this.start.is_none() && switch::decide() {
            this.start = Some(now());
        }
        let poll = future.poll(cx);
        if poll.is_ready()
            && let Some(start) = this.start.take()
        {
            this.site.observe(now().saturating_sub(start));
        }
        poll
    }
}
