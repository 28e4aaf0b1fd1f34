//! A probe: what's attached to one function.

mod fork;
mod state;

use state::states;
pub(crate) use state::{List, State};

use crate::error::InstrumentError;
use crate::guarded::catch_silently;
use crate::instrument::{Instrument, InstrumentInfo, InstrumentStatus, Slot, Work};
use crate::sync::lock;
use crate::targets::{self, AttachError, Events, Target};
use instrument_model::data;
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
    Ok(Probe::of(&targets::find(path)?))
}

/// The probes that were asked for so far.
pub fn probes() -> Vec<Probe> {
    states().map(|state| Probe { state }).collect()
}

inventory::submit! { instrument_core::shared::Probes(figures) }

/// All instruments, as snapshots have them.
fn figures() -> Vec<data::Probe> {
    let of = |probe: Probe| {
        let target = probe.target().path().to_owned();
        let instruments = probe.instruments().into_iter();
        instruments.map(move |instrument| data::Probe {
            target: target.clone(),
            name: instrument.name,
            calls: instrument.fired,
            error: match instrument.status {
                InstrumentStatus::Failed { error } => error,
                _ => String::new(),
            },
        })
    };
    probes().into_iter().flat_map(of).collect()
}

impl Probe {
    pub(crate) fn of(target: &Target) -> Self {
        fork::watch();
        Probe { state: State::made(target) }
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
        share: Option<f64>,
    ) -> Result<Arc<Slot>, InstrumentError> {
        let plan = instrument.prepare(self.target())?;
        if plan.events == Events::NONE {
            return Err(InstrumentError::new("it fires at no event: give its plan call, return or error"));
        }
        let slot = Slot::new(name.to_owned(), plan, Work::Observe(instrument), lifespan).sharing(share).independent();
        let slot = Arc::new(slot);
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
        catch_silently(move || drop(removed));
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
        catch_silently(move || drop(removed));
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
