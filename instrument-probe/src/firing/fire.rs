//! One event: each instrument in turn, each by itself.

use super::Active;
use crate::error::LONGEST;
use crate::guarded::catch;
use crate::instrument::Slot;
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
) {
    let Active { state, list, arguments, actions, is_async, .. } = active;
    let call = Call { target: &state.target, event, arguments, result, error, elapsed, is_async: *is_async };
    let mut expired = false;
    for slot in &list.slots {
        if !slot.plan.events.contains(event) || !slot.is_running() {
            continue;
        }
        if slot.has_lifespan() && slot.has_expired() {
            expired = true;
            continue;
        }
        match catch(|| slot.fire(&call)) {
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
