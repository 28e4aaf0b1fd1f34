//! A probe: what's attached to one function.

use crate::event::Events;
use crate::firing::quietly;
use crate::instrument::{Instrument, InstrumentError, InstrumentInfo, InstrumentStatus, Plan, Slot, Work};
use crate::site::{ProbeSite, sites};
use crate::sync::{Mutex, lock};
use crate::target::{self, AttachError, Target};
use arc_swap::ArcSwapOption;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// The probe of a function: a list of instruments, each by its name.
///
/// There's one for each function, however often it's asked for, and it stays when this is dropped.
///
/// A call with an instrument takes a quarter of a microsecond longer, and as much again for what its expressions name and
/// do.
///
/// ```
/// use instrument::probe::{self, InstrumentStatus, LogInstrument, Memory};
///
/// #[instrument::probe]
/// fn plus13(arg: u64) -> u64 {
///     arg + 13
/// }
///
/// let probe = probe::attach_to("plus13").expect("a target");
/// let lines = Memory::default();
/// probe.instrument("foo", LogInstrument::new("foo", "arg").sink(lines.clone())).expect("CEL");
/// probe.start();
/// plus13(29);
/// probe.stop();
/// plus13(30);
/// assert_eq!(lines.lines(), ["29"]);
///
/// assert_eq!(probe.instruments()[0].fired, 1);
/// assert_eq!(probe.status("foo"), Some(InstrumentStatus::Running));
/// assert!(probe.remove("foo"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Probe {
    state: &'static State,
}

/// The instruments that fire, as calls find them. Never changed, only replaced: a call keeps the list that it began with.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) slots: Vec<Arc<Slot>>,
    pub(crate) plan: Plan,
}

/// What belongs to a site from its first attachment on.
///
/// Calls read the list through [`ArcSwapOption`], which has no lock: a call never waits for whoever changes the list, nor
/// for one that holds it while it's suspended by the scheduler, as readers of a `RwLock<Arc<_>>` may. A call keeps its
/// list alive by the `Arc`'s counter, one write to memory that threads share; so does each instrument that fires.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) target: Target,
    pub(crate) list: ArcSwapOption<List>,
    members: Mutex<Members>,
}

#[derive(Debug, Default)]
struct Members {
    slots: Vec<Arc<Slot>>,
    started: bool,
    /// The last ones that expired and were removed, so that one can still ask what became of them.
    expired: Vec<String>,
}

const MOST_EXPIRED: usize = 100;

impl State {
    pub(crate) fn of(site: &'static ProbeSite) -> Self {
        State { target: Target::of(site), list: ArcSwapOption::empty(), members: Mutex::new(Members::default()) }
    }

    /// Changes the members, and makes them known to calls that begin from now on.
    fn change<R>(&self, change: impl FnOnce(&mut Members) -> R) -> R {
        let mut gone = Vec::new();
        let (answer, old) = {
            let mut members = lock(&self.members);
            let answer = change(&mut members);
            members.remove_expired(&mut gone);
            (answer, self.publish(&members))
        };
        // Instruments are code of the user's, so they're dropped after the lock, and their panics are theirs.
        quietly(move || drop((gone, old)));
        answer
    }

    fn publish(&self, members: &Members) -> Option<Arc<List>> {
        let slots: Vec<_> =
            members.slots.iter().filter(|slot| members.started || slot.independent).map(Arc::clone).collect();
        let is_attached = !slots.is_empty();
        let old = self.list.swap(is_attached.then(|| {
            let nothing = Plan::new(Events::NONE);
            let plan = slots.iter().fold(nothing, |plan, slot| plan.union(slot.plan));
            Arc::new(List { plan, slots })
        }));
        self.target.site.set_attached(is_attached);
        old
    }

    /// Removes what has expired, if nobody is changing the list anyway; that one will do it.
    pub(crate) fn sweep(&self) {
        let mut gone = Vec::new();
        let old = match self.members.try_lock() {
            Ok(mut members) => {
                members.remove_expired(&mut gone);
                self.publish(&members)
            }
            Err(_) => return,
        };
        quietly(move || drop((gone, old)));
    }

    pub(crate) fn put(&self, slot: impl Into<Arc<Slot>>) {
        let slot = slot.into();
        let replaced = self.change(|members| {
            let replaced = members.take(&slot.name);
            members.slots.push(slot);
            replaced
        });
        quietly(move || drop(replaced));
    }

    pub(crate) fn remove(&self, name: &str) -> bool {
        let removed = self.change(|members| members.take(name));
        let was_there = removed.is_some();
        quietly(move || drop(removed));
        was_there
    }
}

impl Members {
    fn take(&mut self, name: &str) -> Option<Arc<Slot>> {
        let at = self.slots.iter().position(|slot| slot.name == name)?;
        let slot = self.slots.remove(at);
        slot.retire();
        Some(slot)
    }

    fn remove_expired(&mut self, gone: &mut Vec<Arc<Slot>>) {
        gone.extend(self.slots.extract_if(.., |slot| slot.has_expired()));
        self.expired.extend(gone.iter().map(|slot| slot.name.clone()));
        let surplus = self.expired.len().saturating_sub(MOST_EXPIRED);
        self.expired.drain(..surplus);
    }
}

/// The probe of the function with that path.
///
/// Takes the full path (`krate::module::Type::method`), the name that `#[probe(name = "…")]` gave it, or the end of a path
/// that no other target has (`Type::method`).
///
/// # Errors
///
/// No target is called so, in which case the error names the nearest ones; or several are.
///
/// ```
/// let error = instrument_probe::attach_to("krate::no_such_function").unwrap_err();
/// assert!(error.to_string().contains("no target `krate::no_such_function`"));
/// ```
pub fn attach_to(path: &str) -> Result<Probe, AttachError> {
    Ok(Probe::of(&target::find(path)?))
}

/// Held while a site's state is made.
static MAKING: Mutex<()> = Mutex::new(());

/// Keeps everybody else out while what's returned exists.
pub(crate) fn hold() -> Box<dyn Any> {
    let making = lock(&MAKING);
    let members: Vec<_> = sites().filter_map(ProbeSite::existing_state).map(|state| lock(&state.members)).collect();
    Box::new((making, members))
}

/// The probes that were asked for so far.
pub fn probes() -> Vec<Probe> {
    sites().filter_map(ProbeSite::existing_state).map(|state| Probe { state }).collect()
}

impl Probe {
    pub(crate) fn of(target: &Target) -> Self {
        crate::fork::watch();
        let _making = lock(&MAKING);
        Probe { state: target.site.state() }
    }

    /// The function.
    pub fn target(&self) -> &'static Target {
        &self.state.target
    }

    /// Adds an instrument, or replaces the one of that name. It fires once the probe is [started](Self::start).
    ///
    /// # Errors
    ///
    /// It isn't fit for this function: its expressions don't compile, or name what there isn't. Then nothing changes.
    pub fn instrument(&self, name: impl Into<String>, instrument: impl Instrument) -> Result<(), InstrumentError> {
        let lifespan = instrument.lifespan();
        self.instrument_for(name, Box::new(instrument), lifespan)
    }

    /// As [`instrument`](Self::instrument), with a lifespan that takes the place of its own.
    ///
    /// # Errors
    ///
    /// As [`instrument`](Self::instrument).
    pub fn instrument_for(
        &self,
        name: impl Into<String>,
        mut instrument: Box<dyn Instrument>,
        lifespan: Option<Duration>,
    ) -> Result<(), InstrumentError> {
        let name = name.into();
        let plan = instrument.prepare(self.target())?;
        if plan.events == Events::NONE {
            return Err(InstrumentError::new(format_args!(
                "`{name}` fires at no event: give its plan call, return or error"
            )));
        }
        let work = match instrument.interception() {
            Some(interception) => Work::Intercept(interception.0),
            None => Work::Observe(instrument),
        };
        self.put(Slot::new(name, plan, work, lifespan));
        Ok(())
    }

    /// As [`instrument_for`](Self::instrument_for), but it fires whether or not the probe is started: for instruments that
    /// come from outside of the program, whose own aren't to be started by them.
    pub(crate) fn manage(
        &self,
        name: &str,
        mut instrument: Box<dyn Instrument>,
        lifespan: Option<Duration>,
    ) -> Result<Arc<Slot>, InstrumentError> {
        let plan = instrument.prepare(self.target())?;
        if plan.events == Events::NONE {
            return Err(InstrumentError::new("it fires at no event: give its plan call, return or error"));
        }
        let slot = Arc::new(Slot::new(name.to_owned(), plan, Work::Observe(instrument), lifespan).independent());
        self.state.put(Arc::clone(&slot));
        Ok(slot)
    }

    /// Removes what [`manage`](Self::manage) has added, unless another instrument has taken its place.
    pub(crate) fn unmanage(&self, slot: &Arc<Slot>) {
        let removed = self.state.change(|members| {
            let at = members.slots.iter().position(|other| Arc::ptr_eq(other, slot))?;
            slot.retire();
            Some(members.slots.remove(at))
        });
        quietly(move || drop(removed));
    }

    /// Whether it's still there, expired or not.
    pub(crate) fn has(&self, slot: &Arc<Slot>) -> bool {
        lock(&self.state.members).slots.iter().any(|other| Arc::ptr_eq(other, slot))
    }

    pub(crate) fn put(&self, slot: Slot) {
        self.state.put(slot);
    }

    /// Removes the instrument of that name; `false` if there was none. Calls in flight on other threads may still be in it
    /// when this returns, none that begin later.
    pub fn remove(&self, name: &str) -> bool {
        self.state.remove(name)
    }

    /// Removes all instruments. Breakpoints stay.
    pub fn clear(&self) {
        let removed = self.state.change(|members| {
            let removed: Vec<_> = members.slots.extract_if(.., |slot| !slot.independent).collect();
            removed.iter().for_each(|slot| slot.retire());
            removed
        });
        quietly(move || drop(removed));
    }

    /// Lets the instruments fire, those that are there and those that will be added.
    pub fn start(&self) {
        self.state.change(|members| members.started = true);
    }

    /// Lets no instrument fire until it's started again.
    pub fn stop(&self) {
        self.state.change(|members| members.started = false);
    }

    /// Whether it's started.
    pub fn is_started(&self) -> bool {
        lock(&self.state.members).started
    }

    /// Lets one instrument fire that was stopped; `false` if there's none of that name. One that failed stays as it is.
    pub fn start_instrument(&self, name: &str) -> bool {
        self.set_running(name, true)
    }

    /// Stops one instrument; `false` if there's none of that name.
    pub fn stop_instrument(&self, name: &str) -> bool {
        self.set_running(name, false)
    }

    fn set_running(&self, name: &str, running: bool) -> bool {
        let members = lock(&self.state.members);
        let slot = members.slots.iter().find(|slot| slot.name == name);
        slot.inspect(|slot| slot.set_running(running)).is_some()
    }

    /// Its instruments, in the order in which they fire. Those that have expired are removed first.
    pub fn instruments(&self) -> Vec<InstrumentInfo> {
        self.state
            .change(|members| members.slots.iter().filter(|slot| !slot.has_expired()).map(|slot| slot.info()).collect())
    }

    /// What became of the instrument of that name; `None` if there was none, or if it was removed before it expired.
    pub fn status(&self, name: &str) -> Option<InstrumentStatus> {
        self.state.change(|members| {
            let slot = members.slots.iter().find(|slot| slot.name == name).map(|slot| slot.status());
            slot.or_else(|| members.expired.iter().any(|gone| gone == name).then_some(InstrumentStatus::Expired))
        })
    }
}
