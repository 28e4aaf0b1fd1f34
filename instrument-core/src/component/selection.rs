//! A bundle that's chosen while the program runs, by the names of its members.

use super::bundle::members::Members;
use super::catalogue::{self, AnyMember, Known, UnknownComponent};
use super::{Sample, Unavailable, all_spans};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::fork::Holder;
use crate::process::stderr;
use crate::state::{self, Setup};
use crate::threads::frames::{CallSum, Here, Spot};
use std::sync::Mutex;

/// The components that were chosen by `INSTRUMENT_COMPONENTS` or by [`choose`], as a bundle.
///
/// A meter of it measures those that were chosen when it was made: [`get`](super::Meter::get) is a list of names and
/// figures. Making one costs an allocation for each member, and one more.
///
/// ```
/// use instrument_core::component::{self, Chosen, Meter};
///
/// component::choose(&["trip_count", "wall_clock"])?;
/// let mut meter = Meter::<Chosen>::new("load");
/// meter.start();
/// meter.stop();
/// let figures = meter.get();
/// assert_eq!((figures[0].0, figures[0].1), ("trip_count", 1.0));
/// # component::choose(&[])?;
/// # Ok::<(), component::UnknownComponent>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Chosen;

static CHOSEN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

inventory::submit! { Holder::new(91, || Box::new(lock(&CHOSEN))) }
inventory::submit! { Setup(|settings| choose_from(&settings.components)) }

/// From now on every span, of `#[timer]`, `scope!` or a timed future's poll, measures these components besides its time,
/// which makes a column of the report, and of their [`storage`](crate::storage()). None of them ends that.
///
/// Only spans that are timed: not the calls that a site with `sample`, or a throttled one, only counts. What a span
/// measures by `components(…)` isn't measured twice.
///
/// A span then costs what the components cost, and for each an observation and a call through a table. Overrides `INSTRUMENT_COMPONENTS`. Components that
/// can't be measured here are left out; the first time one is, a line on stderr says why.
///
/// # Errors
/// [`UnknownComponent`] for the first name that isn't one; then nothing changes.
pub fn choose(names: &[&str]) -> Result<(), UnknownComponent> {
    // First the environment, which this overrides.
    state::decide();
    let chosen = names.iter().map(|name| catalogue::find(name)).collect::<Result<Vec<_>, _>>()?;
    set(chosen);
    Ok(())
}

/// What the environment asks for; what's wrong with it is said.
fn choose_from(names: &[String]) {
    if names.is_empty() {
        return;
    }
    let mut chosen: Vec<Known> = Vec::new();
    for name in names {
        match catalogue::find(name) {
            Ok(known) => chosen.push(known),
            Err(unknown) => {
                stderr::warn(&format!(
                    "INSTRUMENT_COMPONENTS={}: {unknown}; ignoring it",
                    unknown.shown()
                ));
            }
        }
    }
    set(chosen);
}

fn set(mut chosen: Vec<Known>) {
    let _inside = Inside::enter();
    let mut seen = Vec::new();
    chosen.retain(|known| {
        let again = seen.contains(&known.name);
        seen.push(known.name);
        !again && known.choosable().inspect_err(|error| stderr::warn(&error.to_string())).is_ok()
    });
    let any = !chosen.is_empty();
    *lock(&CHOSEN) = chosen;
    all_spans::set(any);
}

/// The bundle's members, and which of them a span measures by itself.
#[doc(hidden)]
pub struct State {
    members: Vec<Box<dyn AnyMember>>,
    pub(super) without: Option<all_spans::Has>,
}

/// What the polls of an async call have measured so far, by component: another choice may be made between two of them.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Sums(Vec<(&'static str, CallSum)>);

impl State {
    fn members(&mut self) -> impl DoubleEndedIterator<Item = &mut Box<dyn AnyMember>> {
        let without = self.without;
        self.members.iter_mut().filter(move |member| without.is_none_or(|has| !has(member.name())))
    }
}

impl Default for State {
    fn default() -> Self {
        // The environment may choose.
        state::decide();
        // None inside the toolkit, which may be making some.
        let Some(_inside) = Inside::enter() else { return State { members: Vec::new(), without: None } };
        State { members: lock(&CHOSEN).iter().map(|known| (known.member)()).collect(), without: None }
    }
}

/// What frees memory may measure what's chosen, too.
impl Drop for State {
    fn drop(&mut self) {
        if !self.members.is_empty() {
            let _inside = Inside::enter();
            self.members = Vec::new();
        }
    }
}

impl Members for Chosen {
    type State = State;
    type Values = Vec<(&'static str, f64)>;
    type Call = Sums;

    /// Nothing else is chosen.
    fn has(_: &str) -> bool {
        true
    }

    fn start(state: &mut State, sample: &Sample) {
        state.members().rev().for_each(|member| member.start(sample));
    }

    fn stop(state: &mut State, sample: &Sample) {
        state.members.iter_mut().for_each(|member| member.stop(sample));
    }

    fn abandon(state: &mut State) {
        state.members.iter_mut().for_each(|member| member.abandon());
    }

    fn push(state: &mut State, spot: Spot<'_>) {
        state.members().for_each(|member| member.push(spot));
    }

    fn pop(state: &mut State, here: Here<'_>) {
        state.members.iter_mut().for_each(|member| member.pop(here));
    }

    fn pop_poll(state: &mut State, here: Here<'_>, call: &mut Sums, completes: bool) {
        for member in &mut state.members {
            let name = member.name();
            let at = call.0.iter().position(|(of, _)| *of == name).unwrap_or_else(|| {
                call.0.push((name, CallSum::default()));
                call.0.len() - 1
            });
            member.pop_poll(here, &mut call.0[at].1, completes);
        }
    }

    fn values(state: &State) -> Self::Values {
        state.members.iter().map(|member| (member.name(), member.value())).collect()
    }

    fn laps(state: &State) -> u64 {
        state.members.iter().map(|member| member.laps()).max().unwrap_or(0)
    }

    fn error(state: &State) -> Option<&Unavailable> {
        state.members.iter().find_map(|member| member.error())
    }

    fn for_each(state: &State, tell: &mut dyn FnMut(&'static str, String)) {
        state.members.iter().for_each(|member| member.tell(tell));
    }
}
