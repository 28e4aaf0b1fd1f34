//! The names that expressions find in a call.

use super::functions;
use super::standard::TYPES;
use crate::error::InstrumentError;
use crate::targets::{Call, now};
use crate::value::Value;

/// A call's variables, made when they're asked for.
pub(super) struct Variables<'c>(pub(super) &'c Call<'c>);

impl Variables<'_> {
    pub(super) fn get(&self, name: &str) -> Result<Value, InstrumentError> {
        let call = self.0;
        let shown = |value: Option<&Value>| Ok(value.cloned().unwrap_or(Value::Null));
        match name {
            "result" => shown(call.result()),
            "error" => shown(call.error()),
            "elapsed" => Ok(call.elapsed().map_or(Value::Null, |elapsed| Value::Float(elapsed.as_secs_f64()))),
            "now" => Ok(Value::Float(now())),
            "thread" => Ok(thread()),
            "args" => Ok(call.arguments.to_value()),
            _ => match call.argument(name).cloned().or_else(|| functions::value(name)) {
                Some(value) => Ok(value),
                None if TYPES.contains(&name) => Ok(Value::from(name)),
                None => Err(InstrumentError::new(format_args!("there's nothing named `{name}`"))),
            },
        }
    }
}

fn thread() -> Value {
    let (name, id) = instrument_core::shared::calling_thread();
    Value::from(vec![("name", Value::from(name.as_deref())), ("id", Value::from(id))])
}
