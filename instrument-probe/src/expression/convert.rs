//! Between our values and CEL's.

use crate::error::InstrumentError;
use crate::value::{Value, cut};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt};
use cel::common::value::{CowVal, Val};
use cel::{ExecutionError, Value as Cel};
use std::collections::HashMap;

/// Bytes of an interpreter's message, which may have whole values in it.
const LONGEST_MESSAGE: usize = 300;

pub(super) fn to_cel<'b, 'v>(value: &Value) -> CowVal<'b, 'v> {
    CowVal::Owned(boxed(value))
}

fn boxed<'v>(value: &Value) -> Box<dyn Val + 'v> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(truth) => Box::new(CelBool::from(*truth)),
        Value::Int(number) => Box::new(CelInt::from(*number)),
        Value::UInt(number) => Box::new(CelUInt::from(*number)),
        Value::Float(number) => Box::new(CelDouble::from(*number)),
        Value::String(text) => Box::new(CelString::from(text.to_string())),
        Value::List(elements) => Box::new(CelList::from(elements.iter().map(boxed).collect::<Vec<_>>())),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (key_of(key), boxed(value)));
            Box::new(CelMap::from(entries.collect::<HashMap<_, _>>()))
        }
    }
}

/// CEL has no other keys than these; all else is a key by its text.
fn key_of(key: &Value) -> CelMapKey<'static> {
    match key {
        Value::Bool(truth) => CelMapKey::from(*truth),
        Value::Int(number) => CelMapKey::from(*number),
        Value::UInt(number) => CelMapKey::from(*number),
        other => CelMapKey::from(other.to_string()),
    }
}

pub(super) fn from_cel(value: &dyn Val) -> Result<Value, InstrumentError> {
    let value = Cel::try_from(value).map_err(|error| told(&error))?;
    ours(&value)
}

fn ours(value: &Cel) -> Result<Value, InstrumentError> {
    Ok(match value {
        Cel::Null => Value::Null,
        Cel::Bool(truth) => Value::Bool(*truth),
        Cel::Int(number) => Value::Int(*number),
        Cel::UInt(number) => Value::from(*number),
        Cel::Float(number) => Value::Float(*number),
        Cel::String(text) => Value::from(text.as_str()),
        Cel::Bytes(bytes) => Value::List(bytes.iter().map(|&byte| Value::from(u64::from(byte))).collect()),
        Cel::List(elements) => Value::List(elements.iter().map(ours).collect::<Result<_, _>>()?),
        Cel::Map(map) => {
            let mut entries = map
                .map
                .iter()
                .map(|(key, value)| Ok((ours(&Cel::from(key))?, ours(value)?)))
                .collect::<Result<Vec<_>, InstrumentError>>()?;
            // CEL's maps have no order, and lines are easier to read, and to compare, if they have one.
            entries.sort_by_cached_key(|(key, _)| key.to_string());
            Value::Map(entries.into())
        }
        other => {
            return Err(InstrumentError::new(format_args!(
                "it's a {:?}, which can't be shown: make it a number or a string",
                other.type_of()
            )));
        }
    })
}

/// An interpreter's error, as far as anybody would read it.
pub(super) fn told(error: &ExecutionError) -> InstrumentError {
    let message = error.to_string();
    let kept = cut(&message, LONGEST_MESSAGE);
    let hint = match error {
        ExecutionError::NoSuchOverload(_) | ExecutionError::UnsupportedBinaryOperator(..) => {
            "; types don't mix, so write `double(n) * elapsed`, or `2.0` for `2`"
        }
        _ => "",
    };
    InstrumentError::new(format_args!("{kept}{hint}"))
}
