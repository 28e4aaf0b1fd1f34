//! A future with layers: what attributes do around its polls, beside it and not around it.
//!
//! However many attributes a function has, its future is one struct around the user's, so that there's one copy of what that
//! owns, and the compiler has one type to look through for each function and not one for each attribute.
#![expect(unsafe_code, reason = "projects a pin to the wrapped future, and prolongs a lifetime")]

pub use super::call::Call;
pub use super::rebox::{Boxed, BoxesAnew, OfBox, Reboxes};
use crate::site::Site;
use futures_core::Stream;
use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};

/// What's done around the polls of a future or stream, and when it's dropped.
pub trait Layer {
    /// It's about to be dropped, be it complete or not. What's left to do then is done when this layer is dropped, as it is
    /// right after the future.
    fn leave(&mut self) {}
}

/// A layer for what is polled with that result.
pub trait Around<T>: Layer {
    /// Polls what's inside by `rest`, which polls `core` with the layers between; `is_over` tells of a result whether it's
    /// the last.
    fn poll<C>(
        &mut self,
        cx: &mut Context<'_>,
        core: &mut C,
        rest: impl FnMut(&mut Context<'_>, &mut C) -> Poll<T>,
        is_over: impl Fn(&Poll<T>) -> bool + Copy,
    ) -> Poll<T>
    where
        C: FnMut(&mut Context<'_>) -> Poll<T>;
}

/// Two layers, the inner one first, since that's the order in which they end.
impl<I: Layer, O: Layer> Layer for (I, O) {
    #[inline(always)]
    fn leave(&mut self) {
        self.1.leave();
        self.0.leave();
    }
}

impl<T, I: Around<T>, O: Around<T>> Around<T> for (I, O) {
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
        let (inside, outside) = self;
        outside.poll(cx, core, |cx, core| inside.poll(cx, core, &mut rest, is_over), is_over)
    }
}

/// A future or stream with layers. Made by expansions, and by what times futures.
///
/// The future isn't in a `ManuallyDrop`, for that would be one more type to look through: what's to be done around its drop
/// begins in [`Layer::leave`], and ends when the fields behind it are dropped.
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct Layers<F, L: Layer> {
    future: F,
    layers: L,
}

/// A timed future or stream, see [`FutureExt::timed`](crate::FutureExt::timed). 48 bytes larger than what it wraps.
pub type Timed<F> = Layers<F, Call>;

impl<F, L: Layer> Layers<F, L> {
    /// The future, with these around it.
    pub const fn new(future: F, layers: L) -> Self {
        Layers { future, layers }
    }

    #[inline(always)]
    fn project(self: Pin<&mut Self>) -> (Pin<&mut F>, &mut L) {
        // SAFETY: the reference isn't used to move anything out of `self`.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `future` is pinned because `self` is: it's never moved, also not by `drop`, and `Layers` is `Unpin` only if
        // `F` is.
        (unsafe { Pin::new_unchecked(&mut this.future) }, &mut this.layers)
    }
}

impl<F: Future, L: Around<F::Output>> Future for Layers<F, L> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let (mut future, layers) = self.project();
        layers.poll(cx, &mut |cx: &mut Context<'_>| future.as_mut().poll(cx), |cx, core| core(cx), Poll::is_ready)
    }
}

impl<S: Stream, L: Around<Option<S::Item>>> Stream for Layers<S, L> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let (mut stream, layers) = self.project();
        let is_over = |poll: &Poll<Option<S::Item>>| matches!(poll, Poll::Ready(None));
        layers.poll(cx, &mut |cx: &mut Context<'_>| stream.as_mut().poll_next(cx), |cx, core| core(cx), is_over)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.future.size_hint()
    }
}

/// As its future is: what layers keep is whole after a panic, too.
impl<F: UnwindSafe, L: Layer> UnwindSafe for Layers<F, L> {}
impl<F: RefUnwindSafe, L: Layer> RefUnwindSafe for Layers<F, L> {}

impl<F, L: Layer> Drop for Layers<F, L> {
    #[inline]
    fn drop(&mut self) {
        self.layers.leave();
    }
}

impl Site {
    /// The future, with each poll a span, and each call that completes an observation of its busy time.
    ///
    /// `Send` if the future is. What's wrapped may be a stream as well: it's complete when it ends.
    pub fn task<F>(&'static self, future: F) -> Timed<F> {
        Layers::new(future, self.call())
    }

    /// A call, as a layer.
    #[doc(hidden)]
    #[inline]
    pub const fn call(&'static self) -> Call {
        Call::of(self)
    }
}
