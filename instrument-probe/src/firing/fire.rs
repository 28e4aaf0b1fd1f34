//! One event: each instrument in turn, each by itself.

use super::Active;
use crate::error::LONGEST;
use crate::guarded::catch;
use crate::instrument::{Laps, Slot};
use crate::probe::{List, State};
use crate::targets::{Call, Plan};
use crate::value::{Value, cut};
use instrument_wire::Event;
use std::sync::Arc;
use std::time::Duration;

#[cold]
pub(super) fn fire(
    active: &mut Active,
    event: Event,
    result: Option<&Value>,
    error: Option<&Value>,
    elapsed: Option<Duration>,
    mut laps: Laps,
) {
    let Active { state, list, arguments, actions, is_async, skipped, .. } = active;
    let call = Call { target: &state.target, event, arguments, result, error, elapsed, is_async: *is_async };
    let mut expired = false;
    for (place, slot) in list.slots.iter().enumerate() {
        if !slot.plan.events.contains(event) || !slot.is_running() || skipped.has(place) {
            continue;
        }
        if slot.has_lifespan() && slot.has_expired() {
            expired = true;
            continue;
        }
        if slot.is_limited() {
            laps.begin();
        }
        let fired = catch(|| slot.fire(&call));
        if slot.is_limited() {
            slot.took(laps.end());
        } else {
            laps.interrupt();
        }
        match fired {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(action))) => actions.push((Arc::clone(slot), action)),
            Ok(Err(error)) => fail(state, slot, &error.to_string()),
            Err(panic) => fail(state, slot, &format!("it panicked: {panic}")),
        }
    }
    if expired {
        state.sweep();
    }
}

/// Slots of a list that don't look at a call, neither at its beginning nor at its end.
#[derive(Clone, Copy, Default)]
pub(super) struct Skipped(u64);

impl Skipped {
    /// Those that don't run, or have had their share of this thread's time. The first of them are looked at, as many as a
    /// word has bits.
    pub(super) fn of(state: &State, list: &List) -> Skipped {
        let mut skipped = Skipped::default();
        for (place, slot) in list.slots.iter().enumerate().take(u64::BITS as usize) {
            // For one that was stopped, or failed, nothing is captured: nobody would bound that.
            if !slot.is_running() {
                skipped.0 |= 1 << place;
                continue;
            }
            if let Err(said) = slot.may_look() {
                skipped.0 |= 1 << place;
                crate::sink::skip();
                if let Some(said) = said {
                    let (name, target) = (&slot.name, &state.target);
                    crate::sink::complain(format!("instrument: probe `{name}` of `{target}` {said}"));
                }
            }
        }
        skipped
    }

    pub(super) fn has(self, place: usize) -> bool {
        u32::try_from(place).ok().and_then(|place| self.0.checked_shr(place)).is_some_and(|bits| bits & 1 != 0)
    }

    pub(super) fn has_all(self, list: &List) -> bool {
        self.0 != 0 && self.0.count_ones() as usize == list.slots.len()
    }
}

/// Captures something. It takes the time of all that look at the call and wanted it.
pub(super) fn capture<R>(
    list: &List,
    skipped: Skipped,
    laps: &mut Laps,
    wanted_it: impl Fn(Plan) -> bool,
    capture: impl FnOnce() -> R,
) -> Result<R, String> {
    let pays = |(place, slot): &(usize, &Arc<Slot>)| slot.is_limited() && !skipped.has(*place) && wanted_it(slot.plan);
    let mut paying = list.slots.iter().enumerate().filter(pays).peekable();
    if paying.peek().is_none() {
        return catch(capture);
    }
    laps.begin();
    let captured = catch(capture);
    let lap = laps.end();
    paying.for_each(|(_, slot)| slot.took(lap));
    captured
}

/// Stops an instrument, and says so once.
pub(super) fn fail(state: &State, slot: &Slot, error: &str) {
    let kept = cut(error, LONGEST);
    if slot.fail(kept) {
        let (name, target) = (&slot.name, &state.target);
        crate::sink::complain(format!("instrument: probe `{name}` of `{target}` is stopped: {kept}"));
    }
}

/// Stops all that wanted what couldn't be had.
pub(super) fn fail_all(state: &State, list: &List, error: &str, wanted_it: impl Fn(Plan) -> bool) {
    for slot in list.slots.iter().filter(|slot| wanted_it(slot.plan)) {
        fail(state, slot, error);
    }
}
