//! What one evaluation may cost: steps, and parts of values that it makes or looks at.
//!
//! A few words can ask for a lot: `a.map(x, a.map(y, a.map(z, …)))`, or a text that's doubled thirty times. Values share
//! their parts, so that what's made costs no more than what's written of it, but who walks through a value pays for all
//! that's seen, however often it's the same.

use crate::error::InstrumentError;
use crate::value::Value;
use std::cell::Cell;

/// Some milliseconds' worth.
const BUDGET: u64 = 100_000;
/// Bytes of text that count as one part.
const BYTES: usize = 16;
const USED_UP: &str =
    "it takes too long or makes too much: loop over less, put fewer loops into one another, or make smaller values";

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(BUDGET) };
}

/// Evaluates with a budget of its own. When it's used up the whole fails, also if a part of it took that for `false`.
pub(super) fn within_budget<R>(evaluate: impl FnOnce() -> Result<R, InstrumentError>) -> Result<R, InstrumentError> {
    LEFT.set(BUDGET);
    let result = evaluate();
    if LEFT.get() == 0 { Err(InstrumentError::from(USED_UP)) } else { result }
}

/// Takes so many parts from the budget.
pub(super) fn spend(parts: usize) -> Result<(), InstrumentError> {
    let left = LEFT.get().saturating_sub(parts as u64);
    LEFT.set(left);
    if left == 0 { Err(InstrumentError::from(USED_UP)) } else { Ok(()) }
}

/// For text that's made, or compared.
pub(super) fn spend_on_text(length: usize) -> Result<(), InstrumentError> {
    spend(1 + length / BYTES)
}

/// For a search in so many bytes, which takes many steps for each.
pub(super) fn spend_on_search(length: usize) -> Result<(), InstrumentError> {
    spend(1 + length.saturating_mul(8))
}

/// For a value that's walked through. Stops where the budget does.
pub(super) fn spend_on(value: &Value) -> Result<(), InstrumentError> {
    match value {
        Value::String(text) => spend_on_text(text.len()),
        Value::List(elements) => {
            spend(1)?;
            elements.iter().try_for_each(spend_on)
        }
        Value::Map(entries) => {
            spend(1)?;
            entries.iter().try_for_each(|(key, value)| spend_on(key).and_then(|()| spend_on(value)))
        }
        _ => spend(1),
    }
}
