//! A slot of a probe: an instrument with its name, its state and its end.

use super::Instrument;
use super::share::{self, Lap};
use crate::error::InstrumentError;
use crate::gate::Ticket;
use crate::targets::{Call, Events, Plan};
use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// What became of an instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstrumentStatus {
    /// It fires, if its probe is started.
    Running,
    /// It was stopped.
    Stopped,
    /// Its lifespan is over: it no longer fires, and is removed.
    Expired,
    /// It had an error or panicked, and doesn't fire until it's replaced.
    Failed {
        /// What went wrong.
        error: String,
    },
}

/// An instrument of a probe, as it is at this moment.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InstrumentInfo {
    /// The name that it was added by.
    pub name: String,
    /// Whether it fires.
    pub status: InstrumentStatus,
    /// At which events.
    pub events: Events,
    /// How often it fired so far; a condition that was false counts, too.
    pub fired: u64,
    /// Calls that it didn't look at, since it would have taken more of its thread's time than its
    /// [share](super::Instrument::share).
    pub skipped: u64,
    /// How long it will fire, if that's limited.
    pub remaining: Option<Duration>,
}

/// What a slot does.
pub(crate) enum Work {
    Observe(Box<dyn Instrument>),
    Intercept(Box<dyn Intercept>),
}

/// Something that may change what a call does: breakpoints, injections.
pub(crate) trait Intercept: Send + Sync {
    fn intercept(&self, call: &Call<'_>) -> Result<Option<Action>, InstrumentError>;
}

/// What a call has to do before it goes on.
pub(crate) enum Action {
    /// Wait until that's released.
    Hold(Ticket),
    /// Wait so long.
    Delay(Duration),
    /// Unwind with that message.
    Panic(String),
    /// Return this instead.
    Replace(Injection),
}

/// Makes one more of what's injected.
pub type Make = dyn Fn() -> Box<dyn Any> + Send + Sync;

/// What's returned instead of a result.
#[derive(Clone)]
pub enum Injection {
    /// The result itself, or what's in its `Ok`.
    Value(Arc<Make>),
    /// What's in its `Err`.
    Error(Arc<Make>),
    /// The same, to be made of a message.
    Message(String),
}

const RUNNING: u8 = 0;
const STOPPED: u8 = 1;
const FAILED: u8 = 2;
const EXPIRED: u8 = 3;
const REMOVED: u8 = 4;

pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) plan: Plan,
    pub(crate) work: Work,
    /// Fires although the probe isn't started: breakpoints are armed for themselves.
    pub(crate) independent: bool,
    state: AtomicU8,
    error: OnceLock<String>,
    fired: AtomicU64,
    holder: share::Holder,
    /// Of its thread's time; all, if it's none that can be left out.
    share: f64,
    skipped: AtomicU64,
    expires: Option<Instant>,
}

impl Slot {
    pub(crate) fn new(name: String, plan: Plan, work: Work, lifespan: Option<Duration>) -> Self {
        let share = match &work {
            Work::Observe(instrument) => instrument.share().map_or_else(share::usual, share::bounded),
            Work::Intercept(_) => 1.0,
        };
        Slot {
            name,
            plan,
            work,
            holder: share::Holder::new(),
            share,
            skipped: AtomicU64::new(0),
            independent: false,
            state: AtomicU8::new(RUNNING),
            error: OnceLock::new(),
            fired: AtomicU64::new(0),
            // Too far away to be told is as good as never.
            expires: lifespan.and_then(|lifespan| Instant::now().checked_add(lifespan)),
        }
        .sharing(None)
    }

    /// With another share of its thread's time than its instrument says, if there's one.
    pub(crate) fn sharing(mut self, share: Option<f64>) -> Self {
        self.share = share.map_or(self.share, share::bounded);
        if self.is_limited() {
            share::prepare();
        }
        self
    }

    pub(crate) fn independent(mut self) -> Self {
        self.independent = true;
        self
    }

    /// Whether it fires now.
    pub(crate) fn is_running(&self) -> bool {
        self.state.load(Ordering::Acquire) == RUNNING
    }

    pub(crate) fn fire(&self, call: &Call<'_>) -> Result<Option<Action>, InstrumentError> {
        self.fired.fetch_add(1, Ordering::Relaxed);
        match &self.work {
            Work::Observe(instrument) => instrument.fire(call).map(|()| None),
            Work::Intercept(intercept) => intercept.intercept(call),
        }
    }

    /// Whether the time that it takes is looked at.
    pub(crate) fn is_limited(&self) -> bool {
        self.share < 1.0
    }

    /// It has taken that time on this thread, or had something captured.
    pub(crate) fn took(&self, lap: Lap) {
        if self.is_limited() {
            share::took(self.holder, self.share, lap);
        }
    }

    /// Whether it may look at a call that begins on this thread; what's said if that's the first one that it may not.
    pub(crate) fn may_look(&self) -> Result<(), Option<String>> {
        if !self.is_limited() || share::has_left(self.holder, self.share) {
            return Ok(());
        }
        let is_first = self.skipped.fetch_add(1, Ordering::Relaxed) == 0;
        Err(is_first.then(|| {
            let share = share::shown(self.share);
            format!("takes more than {share} of its thread's time, so it looks at some calls only; INSTRUMENT_PROBE_SHARE=100% lets it look at all")
        }))
    }

    /// Whether its lifespan is over; from then on it's marked so.
    pub(crate) fn has_expired(&self) -> bool {
        let expired = self.expires.is_some_and(|expires| Instant::now() >= expires);
        if expired {
            let _ = self.change(RUNNING, EXPIRED).or_else(|_| self.change(STOPPED, EXPIRED));
        }
        expired
    }

    pub(crate) fn has_lifespan(&self) -> bool {
        self.expires.is_some()
    }

    /// Stops it for good. `true` for the one of several threads that came first, which is the one to tell.
    pub(crate) fn fail(&self, error: &str) -> bool {
        let first = self.error.set(error.to_owned()).is_ok();
        first && self.change(RUNNING, FAILED).or_else(|_| self.change(STOPPED, FAILED)).is_ok()
    }

    pub(crate) fn set_running(&self, running: bool) {
        let _ = if running { self.change(STOPPED, RUNNING) } else { self.change(RUNNING, STOPPED) };
    }

    pub(crate) fn retire(&self) {
        self.state.store(REMOVED, Ordering::Release);
    }

    fn change(&self, from: u8, to: u8) -> Result<u8, u8> {
        self.state.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
    }

    pub(crate) fn status(&self) -> InstrumentStatus {
        if self.has_expired() && self.error.get().is_none() {
            return InstrumentStatus::Expired;
        }
        match (self.state.load(Ordering::Acquire), self.error.get()) {
            (RUNNING, _) => InstrumentStatus::Running,
            (EXPIRED, _) => InstrumentStatus::Expired,
            (FAILED, error) => InstrumentStatus::Failed { error: error.cloned().unwrap_or_default() },
            _ => InstrumentStatus::Stopped,
        }
    }

    pub(crate) fn info(&self) -> InstrumentInfo {
        InstrumentInfo {
            name: self.name.clone(),
            status: self.status(),
            events: self.plan.events,
            fired: self.fired.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
            remaining: self.expires.map(|expires| expires.saturating_duration_since(Instant::now())),
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("name", &self.name).field("plan", &self.plan).finish_non_exhaustive()
    }
}
