//! Spans that measure components besides their time: of annotated functions, of blocks, of futures' polls.

use super::all_spans;
use super::bundle::Bundle;
use super::meter::Meter;
use crate::site::Site;
use crate::span::SampledGuard;
use crate::state::timers_on;
use crate::tasks::layers::{Around, Call, Layer};
use crate::threads::lost::{LostPush, lost_push};
use crate::threads::{lost_here, this_thread};
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
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

    /// [`call`](Site::call) for a site with components: they measure its polls, and each call that completes is an
    /// observation.
    #[doc(hidden)]
    pub fn call_with<B: Bundle>(&'static self) -> MeasuredCall<B> {
        MeasuredCall { site: self, measured: B::Call::default(), call: self.call() }
    }
}

/// An async call whose polls are measured by components, as a layer.
#[doc(hidden)]
pub struct MeasuredCall<B: Bundle> {
    site: &'static Site,
    measured: B::Call,
    call: Call,
}

impl<B: Bundle> fmt::Debug for MeasuredCall<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasuredCall").field("site", &self.site.label()).finish_non_exhaustive()
    }
}

impl<B: Bundle> Layer for MeasuredCall<B> {
    fn leave(&mut self) {
        self.call.leave();
    }
}

impl<B: Bundle, T> Around<T> for MeasuredCall<B> {
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
        let MeasuredCall { site, measured, call } = self;
        let begin = |node: Mine<'_, Node>| {
            let mut meter = Meter::<B>::new(site.label());
            meter.begin_at(site, node);
            all_spans::leave_out(site, B::has);
            meter
        };
        call.poll_around(cx, begin, |cx| rest(cx, core), is_over, |mut meter, completes| meter.end_poll(measured, completes))
    }
}
