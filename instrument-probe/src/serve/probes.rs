//! Probes that were added over the socket: a store in memory, and a manager of its own.

use crate::instrument::InstrumentStatus;
use crate::manager::{Follower, Manager, follow};
use crate::probe::{Probe, attach_to, probes};
use crate::sync::{Mutex, MutexGuard, lock};
use instrument_wire::remote::{Answer, ProbeRow, ProbeState};
use instrument_wire::{MemoryStore, Spec, SpecId, SpecStatus, SpecStore, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// Probes that are over are still listed, so many of them.
const OVER: usize = 20;

/// How often one who follows a log is told that it's still there.
const BEAT: Duration = Duration::from_secs(1);

struct Probes {
    store: Arc<MemoryStore>,
    manager: Manager,
}

/// One change at a time, so that what becomes of a spec is known to who added it.
fn own() -> MutexGuard<'static, Probes> {
    static PROBES: LazyLock<Mutex<Probes>> = LazyLock::new(|| {
        let store = Arc::new(MemoryStore::new());
        Mutex::new(Probes { manager: Manager::new(Arc::clone(&store)), store })
    });
    lock(&PROBES)
}

impl Probes {
    /// What became of each spec, those that fail or expired included.
    fn statuses(&self) -> Result<Vec<SpecStatus>, StoreError> {
        Ok(self.manager.apply()?.specs)
    }

    /// Forgets the oldest of those that are over.
    fn forget(&self) -> Result<(), StoreError> {
        let over: Vec<SpecId> = self.statuses()?.into_iter().filter(is_over).map(|status| status.id).collect();
        over.iter().take(over.len().saturating_sub(OVER)).try_for_each(|id| self.store.remove(id))
    }
}

fn is_over(status: &SpecStatus) -> bool {
    status.expired || status.error.is_some()
}

/// Adds a probe, and follows it from before its first line on, if that's wanted. It's there when this returns, or it isn't,
/// and the error says why.
pub(super) fn add(mut spec: Spec, follow: bool) -> Result<(SpecId, Option<Follow>), String> {
    spec.validate().map_err(|error| error.to_string())?;
    // However it was named, from here on it's called what everyone else calls it.
    let probe = attach_to(&spec.target).map_err(|error| error.to_string())?;
    spec.target = probe.target().path().to_owned();
    let id = spec.id();
    let follow = follow.then(|| Follow::new(id.clone()));
    let own = own();
    let text = |error: StoreError| error.to_string();
    own.forget().map_err(text)?;
    let known = own.statuses().map_err(text)?.into_iter().find(|status| status.id == id);
    match known {
        // The name of one that's over is free.
        Some(status) if is_over(&status) => own.store.update(spec),
        _ => own.store.add(spec),
    }
    .map_err(text)?;
    let status = own.statuses().map_err(text)?.into_iter().find(|status| status.id == id);
    match status.and_then(|status| status.error) {
        None => Ok((id, follow)),
        Some(error) => {
            own.store.remove(&id).map_err(text)?;
            own.statuses().map_err(text)?;
            Err(error)
        }
    }
}

/// Removes a probe that was added here.
pub(super) fn remove(id: &SpecId) -> Result<(), String> {
    let own = own();
    own.store.remove(id).and_then(|()| own.statuses()).map(drop).map_err(|error| match error {
        StoreError::Missing(id) => format!("no probe {id} was added from here; the program's own are its own business"),
        other => other.to_string(),
    })
}

/// All instruments of the process, then those of here that are over.
pub(super) fn list() -> Result<Vec<ProbeRow>, String> {
    let (specs, statuses) = {
        let own = own();
        let statuses = own.statuses().map_err(|error| error.to_string())?;
        (own.store.specs().map_err(|error| error.to_string())?, statuses)
    };
    let mut specs: HashMap<SpecId, Spec> = specs.into_iter().map(|spec| (spec.id(), spec)).collect();
    let mut rows = Vec::new();
    for probe in probes() {
        for found in probe.instruments() {
            let id = SpecId::new(probe.target().path(), found.name);
            let (state, error) = match found.status {
                InstrumentStatus::Running => (ProbeState::Running, None),
                InstrumentStatus::Stopped => (ProbeState::Stopped, None),
                InstrumentStatus::Expired => (ProbeState::Expired, None),
                InstrumentStatus::Failed { error } => (ProbeState::Failed, Some(error)),
            };
            let seconds_left = found.remaining.map(|left| left.as_secs_f64());
            rows.push(ProbeRow { spec: specs.remove(&id), id, state, error, calls: found.fired, seconds_left });
        }
    }
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    rows.extend(statuses.into_iter().filter_map(|status| {
        let spec = specs.remove(&status.id)?;
        let state = if status.expired { ProbeState::Expired } else { ProbeState::Failed };
        let SpecStatus { id, error, calls, .. } = status;
        Some(ProbeRow { id, spec: Some(spec), state, error, calls, seconds_left: None })
    }));
    Ok(rows)
}

/// Someone who follows a log.
pub(super) struct Follow {
    id: SpecId,
    probe: Option<Probe>,
    follower: Follower,
    /// Of the instrument when it was last seen.
    calls: u64,
    /// When the next beat is due.
    beat: Instant,
    /// Why there will be no more lines.
    over: Option<String>,
    failed: bool,
    ended: bool,
}

impl Follow {
    /// From now on; before a probe is added, so that no line is missed.
    pub(super) fn new(id: SpecId) -> Follow {
        let beat = Instant::now() + BEAT;
        let (probe, follower) = (attach_to(&id.target).ok(), follow(id.clone()));
        Follow { id, probe, follower, calls: 0, beat, over: None, failed: false, ended: false }
    }

    /// What's to be said next, and `None` after the end.
    pub(super) fn next_answer(&mut self) -> Option<Answer> {
        while !self.ended {
            if Instant::now() >= self.beat {
                self.beat = Instant::now() + BEAT;
                return Some(Answer::Beat { calls: self.calls, dropped: self.follower.dropped() });
            }
            if let Some(line) = self.follower.next(Duration::ZERO) {
                return Some(Answer::Line { line });
            }
            if let Some(reason) = self.over.take() {
                self.ended = true;
                let (failed, calls, dropped) = (self.failed, self.calls, self.follower.dropped());
                return Some(Answer::End { reason, failed, calls, dropped });
            }
            // Lines that come while it's looked at are printed before the end.
            let left = self.look();
            let due = self.beat.saturating_duration_since(Instant::now());
            let time = if self.over.is_some() { Duration::ZERO } else { due.min(left.unwrap_or(BEAT)) };
            if let Some(line) = self.follower.next(time) {
                return Some(Answer::Line { line });
            }
        }
        None
    }

    /// Looks at the instrument; what's left of its lifespan, if that's limited.
    fn look(&mut self) -> Option<Duration> {
        let name = &self.id.name;
        let found = self.probe.and_then(|probe| probe.instruments().into_iter().find(|found| found.name == *name));
        let why = match (self.probe.and_then(|probe| probe.status(name)), found) {
            (Some(InstrumentStatus::Running | InstrumentStatus::Stopped), Some(found)) => {
                self.calls = found.fired;
                // A moment more than what's left, so that it's over then.
                return found.remaining.map(|left| left + Duration::from_millis(1));
            }
            (Some(InstrumentStatus::Failed { error }), _) => {
                self.failed = true;
                format!("has failed: {error}")
            }
            (None, _) => "was removed".to_owned(),
            _ => "has expired".to_owned(),
        };
        self.over = Some(format!("{} {why}", self.id));
        // There were calls since the last look.
        let last = own().statuses().unwrap_or_default().into_iter().find(|status| status.id == self.id);
        self.calls = last.map_or(self.calls, |status| status.calls);
        None
    }
}
