//! What a meter measures: one component, or several as one.

use super::{Component, Sample, Unavailable};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::fork::Holder;
use crate::process::stderr;
use crate::threads::frames::{CallSum, Here, Place, Spot};
use crate::threads::lost::{LostPush, lost_push};
use crate::threads::{lost_here, this_thread};
use crate::tree::column::Laps;
use crate::tree::components;
use instrument_model::Spread;
use instrument_model::data::{self, Amount};
use members::Members;
use std::any::TypeId;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// What a [`Meter`](super::Meter) can measure: a [`Component`], or a tuple of up to eight, which may be tuples again.
///
/// The members of a tuple are started and stopped as one: each source is asked once for all of them, the last member is
/// started first, and the first one is stopped first, so that the others' cost is least in the first one's laps.
/// If a member can't be measured, the others can still.
///
/// In the call tree, each member has a column of its own: what `(WallClock, PeakRss)` measures is in the
/// [`storage`](crate::storage()) of `WallClock` and in that of `PeakRss`.
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
    use super::{Here, Sample, Spot, Unavailable};

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
        /// What the polls of an async call have measured so far.
        type Call: Default + Send + std::fmt::Debug;

        /// Whether the component of that name is among them.
        fn has(name: &str) -> bool;
        fn start(state: &mut Self::State, sample: &Sample);
        fn stop(state: &mut Self::State, sample: &Sample);
        fn abandon(state: &mut Self::State);
        /// Begins an observation in a node of this thread's tree.
        fn push(state: &mut Self::State, spot: Spot<'_>);
        /// Ends it.
        fn pop(state: &mut Self::State, here: Here<'_>);
        /// Ends it where it's a poll; the call is observed when it completes.
        fn pop_poll(state: &mut Self::State, here: Here<'_>, call: &mut Self::Call, completes: bool);
        fn values(state: &Self::State) -> Self::Values;
        fn laps(state: &Self::State) -> u64;
        fn error(state: &Self::State) -> Option<&Unavailable>;
        fn for_each(state: &Self::State, tell: &mut dyn FnMut(&'static str, String));
    }
}

/// One component's part of a meter.
#[doc(hidden)]
pub struct Member<C: Component> {
    /// What was read when the lap began.
    start: Option<C::Reading>,
    lapped: Lapped,
}

/// What laps came to: the part that's the same for each component, and so is compiled once.
#[derive(Default)]
struct Lapped {
    all: Laps,
    /// Those since the last push.
    pushed: Laps,
    place: Option<Place>,
    error: Option<Unavailable>,
}

impl<C: Component> Default for Member<C> {
    fn default() -> Self {
        Member { start: None, lapped: Lapped::default() }
    }
}

/// Components that it was said of that their figures are missing.
static SAID: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

inventory::submit! { Holder::new(95, || Box::new(lock(&SAID))) }

/// Counts a lap that can't be added up, and says what it was.
#[cold]
fn no_figure() -> &'static str {
    this_thread(|thread| match thread.cells() {
        Some(cells) => cells.lost().not_a_number(),
        None => lost_here(),
    });
    "a lap's figure was NaN, infinite or beyond ±1e144"
}

impl Lapped {
    /// Says why it's missing in the call tree, the first time that one is.
    #[cold]
    fn say_error(&self) {
        let Some(error) = &self.error else { return };
        let _inside = Inside::enter();
        let mut said = lock(&SAID);
        if said.contains(&error.component) || said.len() >= 100 {
            return;
        }
        said.push(error.component);
        drop(said);
        stderr::warn(&format!("{error}; its figures are missing in the call tree"));
    }

    fn add(&mut self, component: &'static str, lap: f64, per: f64) {
        let amount = Amount { sum: lap, per };
        if ![lap, per, amount.value()].into_iter().all(Spread::takes) || per < 0.0 {
            self.error = Some(Unavailable::new(component, no_figure()));
            return;
        }
        self.all.add(amount);
        if self.place.is_some() {
            self.pushed.add(amount);
        }
    }

    fn push(&mut self, spot: Spot<'_>, number: Option<u32>) {
        self.pushed = Laps::default();
        self.place = number.map(|number| spot.push(number));
        if self.place.is_none() {
            lost_push(LostPush::NoRoom);
        }
    }

    fn pop(&mut self, here: Here<'_>, poll: Option<(&mut CallSum, bool)>) {
        let Some(place) = self.place.take() else { return };
        let popped = {
            let _inside = Inside::enter();
            match poll {
                None => place.pop(here, self.pushed),
                Some((call, completes)) => place.pop_poll(here, self.pushed, call, completes),
            }
        };
        // A meter that outlives its thread's tree, or was sent to another thread against its will.
        if !popped {
            lost_here();
        }
        if self.error.is_some() {
            self.say_error();
        }
    }
}

impl<C: Component> Member<C> {
    pub(super) fn add(&mut self, lap: f64, per: f64) {
        self.lapped.add(C::NAME, lap, per);
    }

    /// The number of the component's column; `None` past the limit of components.
    fn number() -> Option<u32> {
        components::number_of(TypeId::of::<C>(), || data::Component {
            name: C::NAME.to_owned(),
            description: C::DESCRIPTION.to_owned(),
            unit: C::UNIT,
            is_event: C::KIND == super::Kind::Event,
            is_signed: C::KIND == super::Kind::Level,
            is_tally: false,
            is_sampled: false,
        })
    }
}

/// What a component's own code comes to: a panic of it is one more reason why there's no figure.
fn contained<C: Component, T>(read: impl FnOnce() -> Result<T, Unavailable>) -> Result<T, Unavailable> {
    let _inside = Inside::enter();
    if !C::MAY_PANIC {
        return read();
    }
    // A component has no state of ours, and what it has of its own it must expect to be in.
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Unavailable::new(C::NAME, "it panicked when it was read")))
}

/// Drops a reading, one at a time: its own code may panic as well.
fn discard<C: Component>(reading: C::Reading) {
    if std::mem::needs_drop::<C::Reading>() {
        let _ = contained::<C, _>(|| {
            drop(reading);
            Ok(())
        });
    }
}

/// A lap that runs when it's dropped is forgotten.
impl<C: Component> Drop for Member<C> {
    #[inline]
    fn drop(&mut self) {
        if let Some(start) = self.start.take() {
            discard::<C>(start);
        }
    }
}

impl<C: Component> Members for C {
    type State = Member<C>;
    type Values = f64;
    type Call = CallSum;

    fn has(name: &str) -> bool {
        C::NAME == name
    }

    fn start(state: &mut Member<C>, sample: &Sample) {
        if C::STORED {
            return;
        }
        match contained::<C, _>(|| C::read_in(sample)) {
            Ok(reading) => state.start = Some(reading),
            Err(error) => state.lapped.error = Some(error),
        }
    }

    fn stop(state: &mut Member<C>, sample: &Sample) {
        let Some(start) = state.start.take() else { return };
        let figures = contained::<C, _>(|| C::read_in(sample)).and_then(|end| {
            let figures = contained::<C, _>(|| Ok((C::lap(&start, &end), C::per(&start, &end).unwrap_or(0.0))));
            discard::<C>(end);
            figures
        });
        discard::<C>(start);
        match figures {
            // A clock that runs backwards stood still.
            Ok((lap, per)) if C::KIND == super::Kind::Total && lap < 0.0 => state.add(0.0, per),
            Ok((lap, per)) => state.add(lap, per),
            Err(error) => state.lapped.error = Some(error),
        }
    }

    fn abandon(state: &mut Member<C>) {
        if let Some(start) = state.start.take() {
            discard::<C>(start);
        }
        state.lapped.all = Laps::default();
        state.lapped.pushed = Laps::default();
        state.lapped.error = None;
    }

    fn push(state: &mut Member<C>, spot: Spot<'_>) {
        let _inside = Inside::enter();
        state.lapped.push(spot, Member::<C>::number());
    }

    fn pop(state: &mut Member<C>, here: Here<'_>) {
        state.lapped.pop(here, None);
    }

    fn pop_poll(state: &mut Member<C>, here: Here<'_>, call: &mut CallSum, completes: bool) {
        state.lapped.pop(here, Some((call, completes)));
    }

    fn values(state: &Member<C>) -> f64 {
        state.lapped.all.amount.value()
    }

    fn laps(state: &Member<C>) -> u64 {
        state.lapped.all.count
    }

    fn error(state: &Member<C>) -> Option<&Unavailable> {
        state.lapped.error.as_ref()
    }

    fn for_each(state: &Member<C>, tell: &mut dyn FnMut(&'static str, String)) {
        let figure = if state.lapped.all.count == 0 && state.lapped.error.is_some() {
            "unavailable".to_owned()
        } else {
            C::UNIT.format(state.lapped.all.amount.value())
        };
        tell(C::NAME, figure);
    }
}

macro_rules! tuples {
    ($(($($member:ident $index:tt),*) ($($last:ident $back:tt),*);)*) => { $(
        impl<$($member: Members),*> Members for ($($member,)*) {
            type State = ($($member::State,)*);
            type Values = ($($member::Values,)*);
            type Call = ($($member::Call,)*);

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

            fn push(state: &mut Self::State, spot: Spot<'_>) {
                $($member::push(&mut state.$index, spot);)*
            }

            fn pop(state: &mut Self::State, here: Here<'_>) {
                $($member::pop(&mut state.$index, here);)*
            }

            fn pop_poll(
                state: &mut Self::State,
                here: Here<'_>,
                call: &mut Self::Call,
                completes: bool,
            ) {
                $($member::pop_poll(&mut state.$index, here, &mut call.$index, completes);)*
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
