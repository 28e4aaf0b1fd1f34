//! Futures and streams that are timed, or that run in a context; and how to make them.
#![expect(unsafe_code, reason = "projects pins to the wrapped futures, and drops these where they belong")]

use super::layers::Timed;
use crate::base::inside::Inside;
use crate::site::{self, Site};
use crate::span::Context;
use crate::threads::this_thread;
use futures_core::Stream;
use std::borrow::Cow;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::pin::Pin;
use std::task::{self, Poll};

/// A future or stream that's polled and dropped in a context, see [`FutureExt::in_context`].
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct InContext<F> {
    context: Context,
    future: ManuallyDrop<F>,
}

impl<F> InContext<F> {
    fn new(context: Context, future: F) -> Self {
        InContext { context, future: ManuallyDrop::new(future) }
    }

    #[inline(always)]
    fn project(self: Pin<&mut Self>) -> (Context, Pin<&mut F>) {
        // SAFETY: the reference isn't used to move anything out of `self`.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `future` is pinned because `self` is: it's never moved, it's dropped in place by `drop` before its memory
        // is used again, and `InContext` is `Unpin` only if `F` is.
        (this.context, unsafe { Pin::new_unchecked(&mut *this.future) })
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let (context, future) = self.project();
        let _attached = context.attach();
        future.poll(cx)
    }
}

impl<S: Stream> Stream for InContext<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<S::Item>> {
        let (context, stream) = self.project();
        let _attached = context.attach();
        stream.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.future.size_hint()
    }
}

impl<F> Drop for InContext<F> {
    fn drop(&mut self) {
        let _attached = self.context.attach();
        // SAFETY: dropped here and nowhere else; nothing uses it afterwards.
        unsafe { ManuallyDrop::drop(&mut self.future) };
    }
}

/// What async code that can't be annotated is timed with.
pub trait FutureExt: Future + Sized {
    /// Times the future as `#[timer]` times an async fn: each poll is a span below whatever polls it; when it's ready, that's
    /// one observation of its busy time, the sum of its polls. Wall time, polls and cancellations are kept beside.
    ///
    /// Costs a look into a small hash map here, and per poll little more than a span.
    ///
    /// ```
    /// use instrument_core::FutureExt;
    ///
    /// async fn answer() -> u32 {
    ///     async { 42 }.timed("think").await
    /// }
    /// ```
    ///
    /// The name may be made at run time: `.timed(format!("shard {n}"))`. There may be 10,000 such names; calls by further ones
    /// aren't timed, and counted as lost.
    #[track_caller]
    fn timed(self, name: impl Into<Cow<'static, str>>) -> Timed<Self> {
        site_here(name.into(), Location::caller()).task(self)
    }

    /// Polls and drops the future in a context, be it on another thread: its spans hang below the context's path.
    ///
    /// ```
    /// use instrument_core::{Context, FutureExt};
    ///
    /// fn spawn(task: impl Future<Output = ()> + Send + 'static) { /* … */ }
    ///
    /// spawn(async { /* … */ }.in_context(Context::current()));
    /// ```
    fn in_context(self, context: Context) -> InContext<Self> {
        InContext::new(context, self)
    }
}

impl<F: Future> FutureExt for F {}

/// As [`FutureExt`], for streams.
pub trait StreamExt: Stream + Sized {
    /// Times the stream: one call from its first poll to its end, each poll a span; one that's dropped before it has ended
    /// was cancelled.
    #[track_caller]
    fn timed_stream(self, name: impl Into<Cow<'static, str>>) -> Timed<Self> {
        site_here(name.into(), Location::caller()).task(self)
    }

    /// Polls and drops the stream in a context.
    fn stream_in_context(self, context: Context) -> InContext<Self> {
        InContext::new(context, self)
    }
}

impl<S: Stream> StreamExt for S {}

/// The site of a call of `timed`: by its place if the name is a constant, else by the name.
fn site_here(name: Cow<'static, str>, caller: &'static Location<'static>) -> &'static Site {
    let name = match name {
        Cow::Borrowed(name) => name,
        Cow::Owned(name) => return named(&name),
    };
    let find = || site::at(name, caller);
    let key = (std::ptr::from_ref(caller).addr(), name.as_ptr().addr());
    this_thread(|thread| match thread.cells() {
        Some(cells) => cells.site_of(key, find),
        // It may be polled elsewhere.
        None => Inside::to_record().map_or(&NAMELESS, |_inside| find()),
    })
}

/// Stands for all names that there's no room for, and those inside the toolkit: its calls are never begun.
static NAMELESS: Site = Site::new(Some(""), site::Location::new("", "", 0, 0, || "")).disabled();

fn named(name: &str) -> &'static Site {
    this_thread(|thread| {
        let Some(cells) = thread.cells() else {
            let sites = Inside::to_record().and_then(|_inside| site::named(name));
            return sites.map_or(&NAMELESS, |sites| &sites.task);
        };
        cells.named(name).map(|sites| &sites.task).unwrap_or_else(|| {
            cells.lost().too_many_names();
            &NAMELESS
        })
    })
}
