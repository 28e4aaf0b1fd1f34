//! What a meter measures: one component, or several as one.

use super::{Component, Sample, Unavailable};
use crate::storage::{Place, Scope};
use crate::sync::lock;
use members::Members;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// What a [`Meter`](super::Meter) can measure: a [`Component`], or a tuple of up to eight, which may be tuples again.
///
/// The members of a tuple are started and stopped as one: each source is asked once for all of them, the last member is
/// started first, and the first one is stopped first, so that the others' cost is least in the first one's laps.
/// If a member can't be measured, the others can still.
///
/// In the call graph, each member is an observation of its own, in its own [`storage`](crate::storage()): that of
/// `(WallClock, PeakRss)` is in those of `WallClock` and of `PeakRss`.
///
/// Implemented for these, and nothing else.
///
/// ```
/// use instrument_core::component::{Meter, PageRss, ThreadCpu, WallClock};
///
/// let mut meter = Meter::<(WallClock, ThreadCpu, PageRss)>::new("load");
/// meter.start();
/// meter.stop();
/// let (wall, cpu, bytes) = meter.get();
/// # let _ = (wall, cpu, bytes);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't made of components",
    label = "not a component, nor a tuple of up to eight of them",
    note = "implement `instrument::component::Component` for what's none yet"
)]
pub trait Bundle: Members {}

impl<B: Members> Bundle for B {}

/// The hidden half of [`Bundle`], which seals it.
pub(super) mod members {
    use super::{Sample, Scope, Unavailable};

    #[doc(hidden)]
    #[diagnostic::on_unimplemented(
        message = "`{Self}` isn't made of components",
        label = "not a component, nor a tuple of up to eight of them",
        note = "implement `instrument::component::Component` for what's none yet"
    )]
    pub trait Members: 'static {
        type State: Default;
        /// A figure, or a tuple of them.
        type Values;

        /// Whether the component of that name is among them.
        fn has(name: &str) -> bool;
        fn start(state: &mut Self::State, sample: &Sample);
        fn stop(state: &mut Self::State, sample: &Sample);
        fn abandon(state: &mut Self::State);
        fn push(state: &mut Self::State, label: &str, scope: Scope);
        fn pop(state: &mut Self::State);
        fn values(state: &Self::State) -> Self::Values;
        fn laps(state: &Self::State) -> u64;
        fn error(state: &Self::State) -> Option<&Unavailable>;
        fn for_each(state: &Self::State, tell: &mut dyn FnMut(&'static str, String));
    }
}

/// Laps added up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Laps {
    pub(crate) sum: f64,
    /// What `sum` is a share of, for ratios; 0 for others.
    pub(crate) per: f64,
    pub(crate) count: u64,
}

impl Laps {
    fn add(&mut self, sum: f64, per: f64) {
        self.sum += sum;
        self.per += per;
        self.count += 1;
    }

    /// These and others.
    pub(crate) fn merge(&mut self, other: &Laps) {
        self.sum += other.sum;
        self.per += other.per;
        self.count += other.count;
    }

    /// These without those that ran within them. Of a total it's never negative.
    pub(crate) fn without(mut self, within: Laps, may_be_negative: bool) -> Laps {
        self.sum -= within.sum;
        self.per -= within.per;
        if !may_be_negative {
            self.sum = self.sum.max(0.0);
        }
        self
    }

    /// These without others, as a figure of the same sort as `whole`: of a ratio without anything, 0.
    pub(crate) fn share_of(&self, whole: Laps) -> f64 {
        if whole.per > 0.0 && self.per <= 0.0 { 0.0 } else { self.value() }
    }

    /// The figure as people read it.
    pub(crate) fn value(&self) -> f64 {
        if self.per > 0.0 { self.sum / self.per } else { self.sum }
    }
}

/// One component's part of a meter.
#[doc(hidden)]
pub struct Member<C: Component> {
    /// What was read when the lap began.
    start: Option<C::Reading>,
    all: Laps,
    /// Those since the last push.
    pushed: Laps,
    place: Option<Place>,
    error: Option<Unavailable>,
}

impl<C: Component> Default for Member<C> {
    fn default() -> Self {
        Member { start: None, all: Laps::default(), pushed: Laps::default(), place: None, error: None }
    }
}

/// The square of a larger figure may be no number.
const LARGEST: f64 = 1e150;

impl<C: Component> Member<C> {
    /// Says why it's missing in the call graph, the first time that one is.
    #[cold]
    fn say_error(&self) {
        static SAID: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());
        let Some(error) = &self.error else { return };
        let mut said = lock(&SAID);
        if said.contains(&error.component) || said.len() >= 100 {
            return;
        }
        said.push(error.component);
        drop(said);
        crate::output::complain(&format!("{error}; its figures are missing in the call graph"));
    }

    pub(super) fn add(&mut self, lap: f64, per: f64) {
        if !(lap.abs() <= LARGEST && per.abs() <= LARGEST) {
            self.error = Some(Unavailable::new(C::NAME, "a lap's figure was no number, or above 1e150"));
            return;
        }
        self.all.add(lap, per);
        if self.place.is_some() {
            self.pushed.add(lap, per);
        }
    }
}

/// What a component's own code comes to: a panic of it is one more reason why there's no figure.
fn contained<C: Component, T>(read: impl FnOnce() -> Result<T, Unavailable>) -> Result<T, Unavailable> {
    if !C::MAY_PANIC {
        return read();
    }
    // A component has no state of ours, and what it has of its own it must expect to be in.
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Unavailable::new(C::NAME, "it panicked when it was read")))
}

impl<C: Component> Members for C {
    type State = Member<C>;
    type Values = f64;

    fn has(name: &str) -> bool {
        C::NAME == name
    }

    fn start(state: &mut Member<C>, sample: &Sample) {
        if C::STORED {
            return;
        }
        match contained::<C, _>(|| C::read_in(sample)) {
            Ok(reading) => state.start = Some(reading),
            Err(error) => state.error = Some(error),
        }
    }

    fn stop(state: &mut Member<C>, sample: &Sample) {
        let Some(start) = state.start.take() else { return };
        let figures = contained::<C, _>(|| {
            let end = C::read_in(sample)?;
            Ok((C::lap(&start, &end), C::per(&start, &end).unwrap_or(0.0)))
        });
        match figures {
            // A clock that runs backwards stood still.
            Ok((lap, per)) if C::KIND == super::Kind::Total && lap < 0.0 => state.add(0.0, per),
            Ok((lap, per)) => state.add(lap, per),
            Err(error) => state.error = Some(error),
        }
    }

    fn abandon(state: &mut Member<C>) {
        state.start = None;
        state.all = Laps::default();
        state.pushed = Laps::default();
        state.error = None;
    }

    fn push(state: &mut Member<C>, label: &str, scope: Scope) {
        state.pushed = Laps::default();
        state.place = Place::enter::<C>(label, scope);
    }

    fn pop(state: &mut Member<C>) {
        if let Some(place) = state.place.take() {
            place.leave::<C>(state.pushed);
            if state.error.is_some() {
                state.say_error();
            }
        }
    }

    fn values(state: &Member<C>) -> f64 {
        state.all.value()
    }

    fn laps(state: &Member<C>) -> u64 {
        state.all.count
    }

    fn error(state: &Member<C>) -> Option<&Unavailable> {
        state.error.as_ref()
    }

    fn for_each(state: &Member<C>, tell: &mut dyn FnMut(&'static str, String)) {
        let figure = if state.all.count == 0 && state.error.is_some() {
            "unavailable".to_owned()
        } else {
            C::UNIT.format(state.all.value())
        };
        tell(C::NAME, figure);
    }
}

macro_rules! tuples {
    ($(($($member:ident $index:tt),*) ($($last:ident $back:tt),*);)*) => { $(
        impl<$($member: Members),*> Members for ($($member,)*) {
            type State = ($($member::State,)*);
            type Values = ($($member::Values,)*);

            fn has(name: &str) -> bool {
                $($member::has(name))||*
            }

            fn start(state: &mut Self::State, sample: &Sample) {
                $($last::start(&mut state.$back, sample);)*
            }

            fn stop(state: &mut Self::State, sample: &Sample) {
                $($member::stop(&mut state.$index, sample);)*
            }

            fn abandon(state: &mut Self::State) {
                $($member::abandon(&mut state.$index);)*
            }

            fn push(state: &mut Self::State, label: &str, scope: Scope) {
                $($member::push(&mut state.$index, label, scope);)*
            }

            fn pop(state: &mut Self::State) {
                $($member::pop(&mut state.$index);)*
            }

            fn values(state: &Self::State) -> Self::Values {
                ($($member::values(&state.$index),)*)
            }

            fn laps(state: &Self::State) -> u64 {
                [$($member::laps(&state.$index)),*].into_iter().max().unwrap_or(0)
            }

            fn error(state: &Self::State) -> Option<&Unavailable> {
                [$($member::error(&state.$index)),*].into_iter().flatten().next()
            }

            fn for_each(state: &Self::State, tell: &mut dyn FnMut(&'static str, String)) {
                $($member::for_each(&state.$index, tell);)*
            }
        }
    )* };
}

tuples! {
    (A 0) (A 0);
    (A 0, B 1) (B 1, A 0);
    (A 0, B 1, C 2) (C 2, B 1, A 0);
    (A 0, B 1, C 2, D 3) (D 3, C 2, B 1, A 0);
    (A 0, B 1, C 2, D 3, E 4) (E 4, D 3, C 2, B 1, A 0);
    (A 0, B 1, C 2, D 3, E 4, F 5) (F 5, E 4, D 3, C 2, B 1, A 0);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6) (G 6, F 5, E 4, D 3, C 2, B 1, A 0);
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7) (H 7, G 6, F 5, E 4, D 3, C 2, B 1, A 0);
}
