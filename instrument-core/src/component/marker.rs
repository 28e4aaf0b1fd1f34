//! Bundles that measure a block: guards, spans with components, and futures whose polls are measured.
#![expect(unsafe_code, reason = "projects a pin to the wrapped future")]

use super::bundle::Bundle;
use super::every;
use super::meter::Meter;
use crate::record::SampledGuard;
use crate::site::Site;
use futures_core::Stream;
use std::borrow::Cow;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A block that's measured: pushed and started when this is made, stopped and popped when it's dropped.
///
/// The macro `marker!` makes one. Held across an `.await`, it measures what else its thread does meanwhile, which is then
/// below it: measure a function's polls by `#[timer(components(…))]` instead.
///
/// ```
/// use instrument_core::component::{Marker, PeakRss, WallClock};
/// use instrument_core::storage;
///
/// {
///     let _marker = Marker::<(WallClock, PeakRss)>::new("load");
///     // …
/// }
/// assert_eq!(storage::<WallClock>().flat()[0].laps, 1);
/// ```
#[must_use = "the block ends when this guard is dropped: bind it, as in `let _marker = …`"]
#[derive(Debug)]
pub struct Marker<B: Bundle>(Meter<B>);

impl<B: Bundle> Marker<B> {
    /// Begins the block. Costs what [`Meter::push`] and [`Meter::start`] cost.
    pub fn new(label: impl Into<Cow<'static, str>>) -> Marker<B> {
        let mut meter = Meter::new(label);
        meter.push();
        meter.start();
        Marker(meter)
    }

    /// [`new`](Self::new) with the bundle told by a value, for `marker!`.
    #[doc(hidden)]
    pub fn of(label: impl Into<Cow<'static, str>>, _: PhantomData<B>) -> Marker<B> {
        Marker::new(label)
    }

    /// The meter, which goes on measuring.
    pub fn meter(&self) -> &Meter<B> {
        &self.0
    }
}

/// A span that measures components, too. Made by expansions.
#[must_use = "the span ends when this guard is dropped: bind it, as in `let _span = …`"]
#[derive(Debug)]
pub struct Measured<B: Bundle> {
    span: SampledGuard,
    components: Option<Marker<B>>,
}

/// The clock is read first, and last when it begins, so that the span doesn't time the components; it's recorded last, so
/// that the components don't measure what that takes.
impl<B: Bundle> Drop for Measured<B> {
    fn drop(&mut self) {
        let components = self.components.take();
        self.span.end_around(|| drop(components));
    }
}

impl Site {
    /// [`enter`](Site::enter) for a site with components: those of the calls that are timed.
    #[doc(hidden)]
    #[inline(never)]
    pub fn enter_with<B: Bundle>(&'static self) -> Measured<B> {
        let mut components = None;
        let span = self.enter_carefully(|| {
            every::leave_out(self, B::has);
            components = Some(Marker::new(self.label()));
        });
        Measured { span, components }
    }

    /// [`task`](Site::task) for a site with components: each poll is an observation.
    #[doc(hidden)]
    pub fn task_with<B: Bundle, F>(&'static self, future: F) -> MeasuredTask<B, crate::Timed<F>> {
        MeasuredTask { site: self, future: self.task(future), of: PhantomData }
    }
}

/// A timed future or stream whose polls are measured by components. Made by expansions.
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct MeasuredTask<B, F> {
    site: &'static Site,
    future: F,
    of: PhantomData<fn() -> B>,
}

impl<B: Bundle, F> MeasuredTask<B, F> {
    fn project(self: Pin<&mut Self>) -> (Marker<B>, Pin<&mut F>) {
        every::leave_out(self.site, B::has);
        let marker = Marker::new(self.site.label());
        // SAFETY: `future` is pinned because `self` is: nothing moves it, this type has no `Drop`, and it's `Unpin` only if
        // `F` is.
        (marker, unsafe { self.map_unchecked_mut(|this| &mut this.future) })
    }
}

impl<B: Bundle, F: Future> Future for MeasuredTask<B, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let (_marker, future) = self.project();
        future.poll(cx)
    }
}

impl<B: Bundle, S: Stream> Stream for MeasuredTask<B, S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let (_marker, stream) = self.project();
        stream.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.future.size_hint()
    }
}
