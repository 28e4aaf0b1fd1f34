//! The manager: makes a process's probes what a store's specs say, now or again and again.

mod background;
mod built_in;
#[cfg_attr(not(unix), expect(dead_code, reason = "where there's no socket, nobody follows"))]
mod follow;
mod reconcile;

#[cfg(unix)]
pub(crate) use follow::{Follower, follow};

use crate::error::InstrumentError;
use crate::guarded::{catch, inside};
use crate::instrument::Instrument;
use crate::sync::{Mutex, lock};
use background::Background;
use instrument_core::shared::warn;
use instrument_wire::{ProcessId, ProcessStatus, Spec, SpecStore, StoreError};
use reconcile::{Applied, Round};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Makes an instrument of a spec.
type Factory = Arc<dyn Fn(&Spec) -> Result<Box<dyn Instrument>, InstrumentError> + Send + Sync>;

/// Adds, changes and removes instruments so that this process's are what a store's [`Spec`]s say.
///
/// It touches no instrument that it hasn't added itself. Its instruments fire whether or not their probe is
/// [started](crate::Probe::start). What became of each spec is written to the store, see [`ProcessStatus`]. A spec that
/// can't be applied, or an instrument that fails, concerns no other, and is tried again when the spec changes or the
/// process starts anew. While the store can't be read, what was applied stays.
///
/// Dropping it stops its thread and removes what it has added, so keep it in a variable: one that's dropped before it has applied
/// anything says so on stderr. In a process that's forked off it's an error; make a manager of its own there.
///
/// ```
/// use instrument_probe::{LogInstrument, Manager, MemoryStore, Spec, SpecStore};
/// use std::sync::Arc;
///
/// let store = Arc::new(MemoryStore::new());
/// let manager = Manager::new(Arc::clone(&store));
/// manager.register("shout", |spec: &Spec| Ok(LogInstrument::new(spec.instrument.name.to_uppercase(), "args")));
/// store.add(Spec::new("shop::Cart::add", "shout", "loud"))?;
///
/// let status = manager.apply()?;
/// // This program has no function of that path, and the status says so.
/// assert!(status.specs[0].error.as_ref().is_some_and(|error| error.contains("no target `shop::Cart::add`")));
/// # Ok::<(), instrument_probe::StoreError>(())
/// ```
#[must_use = "what it has applied goes when it's dropped: keep it in a variable, as in `let manager = …`"]
pub struct Manager {
    /// A forked child has a copy, whose locks may be held by threads that it doesn't have.
    process: u32,
    shared: Arc<Shared>,
    background: Mutex<Option<Background>>,
}

struct Shared {
    store: Box<dyn SpecStore>,
    factories: Mutex<BTreeMap<String, Factory>>,
    applied: Mutex<Applied>,
}

impl Manager {
    /// A manager of that store's specs, which knows the types `log`, `histogram` and `increment`. It does nothing yet.
    ///
    /// To use the store elsewhere, too, give it an `Arc` of it.
    pub fn new(store: impl SpecStore + 'static) -> Manager {
        let shared =
            Shared { store: Box::new(store), factories: Mutex::new(built_in::factories()), applied: Mutex::default() };
        Manager { process: std::process::id(), shared: Arc::new(shared), background: Mutex::new(None) }
    }

    /// Lets specs of a type of the program's own be applied: `factory` makes an instrument of each. A type that was known
    /// before, built-in ones included, is replaced, for specs that are applied from now on.
    ///
    /// An error or a panic of `factory` is that spec's status.
    pub fn register<I: Instrument>(
        &self,
        kind: impl Into<String>,
        factory: impl Fn(&Spec) -> Result<I, InstrumentError> + Send + Sync + 'static,
    ) -> &Manager {
        let factory: Factory = Arc::new(move |spec| factory(spec).map(|made| Box::new(made) as Box<dyn Instrument>));
        lock(&self.shared.factories).insert(kind.into(), factory);
        self
    }

    /// Applies the specs as they are now, and says what became of each of them; the store is told, too.
    ///
    /// Takes as long as the store does; each spec that's new or has changed is parsed.
    ///
    /// # Errors
    ///
    /// The specs couldn't be read: then everything is as before. Or they were applied, and the store couldn't be told. In a forked
    /// child there's nothing to be had of the parent's manager.
    pub fn apply(&self) -> Result<ProcessStatus, StoreError> {
        self.of_this_process()
            .map_err(|message| StoreError::Unavailable { place: "the manager".to_owned(), message })?;
        let Round { status, told, .. } = self.shared.apply()?;
        told.map(|()| status)
    }

    /// As [`apply_in_background`](Self::apply_in_background), for a manager that has just been made.
    ///
    /// # Errors
    ///
    /// There's no thread to be had.
    ///
    /// ```no_run
    /// use instrument_probe::{JsonFileStore, Manager};
    /// use std::time::Duration;
    ///
    /// let manager = Manager::new(JsonFileStore::new("probes.json")).applying_every(Duration::from_secs(5))?;
    /// # drop(manager);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn applying_every(self, period: Duration) -> io::Result<Manager> {
        self.apply_in_background(period).map(|()| self)
    }

    /// A thread that a forked child doesn't have may hold any lock of the manager's.
    fn of_this_process(&self) -> Result<(), String> {
        match self.process == std::process::id() {
            true => Ok(()),
            false => Err(format!("it's of process {}, which this one was forked from; make one here", self.process)),
        }
    }

    /// Applies the specs now, and every `period` from then on, on a thread of its own that ends with this manager. Called
    /// again, it changes the period. What goes wrong is said once on stderr, and, where that's possible, in the store.
    ///
    /// # Errors
    ///
    /// There's no thread to be had, or this is a forked child.
    pub fn apply_in_background(&self, period: Duration) -> io::Result<()> {
        self.of_this_process().map_err(io::Error::other)?;
        let mut background = lock(&self.background);
        // The old one is joined before there's a new one.
        *background = None;
        *background = Some(Background::start(Arc::clone(&self.shared), period)?);
        Ok(())
    }

    /// Ends the thread of [`apply_in_background`](Self::apply_in_background), if there's one, and waits for it. What was
    /// applied stays.
    pub fn stop_background(&self) {
        if self.of_this_process().is_err() {
            return;
        }
        let stopped = lock(&self.background).take();
        drop(stopped);
    }
}

impl Shared {
    fn apply(&self) -> Result<Round, StoreError> {
        inside(|| lock(&self.applied).apply(&*self.store, |spec| self.make(spec)))
    }

    fn make(&self, spec: &Spec) -> Result<Box<dyn Instrument>, InstrumentError> {
        let factories = lock(&self.factories);
        let kind = &spec.instrument.kind;
        // A type of the program's own may be called as an old one.
        let renamed = || factories.get(built_in::renamed(kind)?);
        let Some(factory) = factories.get(kind).or_else(renamed) else {
            let known: Vec<&str> = factories.keys().map(String::as_str).collect();
            let hint = instrument_model::text::nearest(kind, known.iter().copied());
            let hint = hint.map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default();
            let known = known.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
            return Err(InstrumentError::new(format_args!(
                "there's no type `{kind}`; this process knows {known}{hint}"
            )));
        };
        let factory = Arc::clone(factory);
        // It may register further types.
        drop(factories);
        catch(|| factory(spec)).unwrap_or_else(|panic| {
            Err(InstrumentError::new(format_args!("making an instrument of the type `{kind}` panicked: {panic}")))
        })
    }
}

impl Drop for Manager {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            return;
        }
        // It wasn't meant.
        if lock(&self.background).as_ref().is_some_and(|background| !background.has_applied()) {
            warn(
                "a manager of probes is dropped before it has applied anything; keep it in a variable, as in \
                 `let manager = Manager::new(…).applying_every(…)?`",
            );
        }
        self.stop_background();
        let had_status = inside(|| lock(&self.shared.applied).remove_all());
        if had_status {
            // Where the store can't be reached, it forgets a process that's gone by itself.
            let _ = catch(|| self.shared.store.remove_status(&ProcessId::current()));
        }
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Manager");
        if self.of_this_process().is_ok() {
            shown.field("specs", &lock(&self.shared.applied).len());
        }
        shown.finish_non_exhaustive()
    }
}
