//! Spans that measure components besides their time: of annotated functions, of blocks, of futures' polls.
#![expect(unsafe_code, reason = "projects a pin to the wrapped future")]

use super::all_spans;
use super::bundle::Bundle;
use super::meter::Meter;
use crate::site::Site;
use crate::span::SampledGuard;
use crate::state::timers_on;
use crate::tasks::Timed;
use crate::threads::lost::{LostPush, lost_push};
use crate::threads::{lost_here, this_thread};
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use futures_core::Stream;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A block that's measured: a span, with components besides its time, from when this is made to when it's dropped.
///
/// The macro `marker!` makes one. Held across an `.await`, it measures what else its thread does meanwhile, which is then
/// below it: measure a function's polls by `#[timer(components(…))]` instead.
///
/// ```
/// use instrument_core::component::{Marker, PeakRss, WallClock};
/// use instrument_core::{snapshot, storage};
///
/// {
///     let _marker = Marker::<(WallClock, PeakRss)>::new("load");
///     // …
/// }
/// assert_eq!(storage::<WallClock>().flat()[0].laps, 1);
/// assert!(snapshot().find(&["load"]).and_then(|node| node.column("wall_clock")).is_some());
/// ```
#[must_use = "the block ends when this guard is dropped: bind it, as in `let _marker = …`"]
#[derive(Debug)]
pub struct Marker<B: Bundle> {
    span: SampledGuard,
    meter: Meter<B>,
}

impl<B: Bundle> Marker<B> {
    /// Begins the block. Costs what a span costs, a look-up of the label, and what [`Meter::start`] costs.
    pub fn new(label: impl Into<Cow<'static, str>>) -> Marker<B> {
        let mut meter = Meter::new(label);
        let span = match site_of(meter.label()) {
            Some(site) => site.enter_carefully(|node| {
                meter.begin_at(site, node);
                all_spans::leave_out(site, B::has);
            }),
            None => SampledGuard::none(),
        };
        Marker { span, meter }
    }

    /// One that measures nothing, for `marker!` while timers are off.
    #[doc(hidden)]
    pub fn none() -> Marker<B> {
        Marker { span: SampledGuard::none(), meter: Meter::new("") }
    }

    /// [`new`](Self::new) with the bundle told by a value, for `marker!`.
    #[doc(hidden)]
    pub fn of(label: impl Into<Cow<'static, str>>, _: PhantomData<B>) -> Marker<B> {
        Marker::new(label)
    }

    /// The meter, which goes on measuring.
    pub fn meter(&self) -> &Meter<B> {
        &self.meter
    }
}

/// The clock is read first, and last when it begins, so that the span doesn't time the components; it's recorded last, so
/// that the components don't measure what that takes.
impl<B: Bundle> Drop for Marker<B> {
    fn drop(&mut self) {
        let Marker { span, meter } = self;
        span.end_around(|| meter.pop());
    }
}

/// The site of a name made at run time; where there's none, that's counted.
fn site_of(name: &str) -> Option<&'static Site> {
    if !timers_on() {
        return None;
    }
    this_thread(|thread| {
        let Some(cells) = thread.cells() else {
            lost_here();
            return None;
        };
        let site = cells.site_named(name);
        if site.is_none() {
            cells.lost().too_many_names();
            lost_push(LostPush::NoRoom);
        }
        site
    })
}

/// A span that measures components, too. Made by expansions.
#[must_use = "the span ends when this guard is dropped: bind it, as in `let _span = …`"]
#[derive(Debug)]
pub struct Measured<B: Bundle> {
    span: SampledGuard,
    meter: Option<Meter<B>>,
}

/// In the same order as a marker.
impl<B: Bundle> Drop for Measured<B> {
    fn drop(&mut self) {
        let Measured { span, meter } = self;
        span.end_around(|| meter.iter_mut().for_each(Meter::pop));
    }
}

impl Site {
    /// [`enter`](Site::enter) for a site with components: those of the calls that are timed.
    #[doc(hidden)]
    #[inline(never)]
    pub fn enter_with<B: Bundle>(&'static self) -> Measured<B> {
        let mut meter = None;
        let span = self.enter_carefully(|node| {
            meter.insert(Meter::new(self.label())).begin_at(self, node);
            all_spans::leave_out(self, B::has);
        });
        Measured { span, meter }
    }

    /// [`task`](Site::task) for a site with components: they measure its polls, and each call that completes is an
    /// observation.
    #[doc(hidden)]
    pub fn task_with<B: Bundle, F>(&'static self, future: F) -> MeasuredTask<B, F> {
        MeasuredTask { site: self, call: B::Call::default(), future: self.task(future) }
    }
}

/// A timed future or stream whose polls are measured by components. Made by expansions.
#[must_use = "futures do nothing unless polled"]
pub struct MeasuredTask<B: Bundle, F> {
    site: &'static Site,
    call: B::Call,
    future: Timed<F>,
}

impl<B: Bundle, F> fmt::Debug for MeasuredTask<B, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredTask").field("site", &self.site.label()).finish_non_exhaustive()
    }
}

impl<B: Bundle, F> MeasuredTask<B, F> {
    fn poll_with<T>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut F>, &mut Context<'_>) -> Poll<T>,
        is_over: impl FnOnce(&Poll<T>) -> bool,
    ) -> Poll<T> {
        // SAFETY: the reference isn't used to move anything out of `self`.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: `future` is pinned because `self` is: nothing moves it, this type has no `Drop`, and it's `Unpin` only if
        // `Timed<F>` is.
        let future = unsafe { Pin::new_unchecked(&mut this.future) };
        let (site, call) = (this.site, &mut this.call);
        let begin = |node: Mine<'_, Node>| {
            let mut meter = Meter::<B>::new(site.label());
            meter.begin_at(site, node);
            all_spans::leave_out(site, B::has);
            meter
        };
        future.poll_around(cx, begin, poll, is_over, |mut meter, completes| meter.end_poll(call, completes))
    }
}

impl<B: Bundle, F: Future> Future for MeasuredTask<B, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.poll_with(cx, F::poll, Poll::is_ready)
    }
}

impl<B: Bundle, S: Stream> Stream for MeasuredTask<B, S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.poll_with(cx, S::poll_next, |poll| matches!(poll, Poll::Ready(None)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.future.size_hint()
    }
}
