//! The names that expressions find in a call.

use super::bounds::{spend_on, spend_on_text};
use super::{convert, functions};
use crate::targets::{Call, now};
use crate::value::Value;
use cel::common::types::CelString;
use cel::common::value::CowVal;
use cel::context::VariableResolver;

/// A call's variables, made when they're asked for.
pub(super) struct Variables<'c> {
    call: &'c Call<'c>,
    /// The thread of the call, if that isn't the one that asks.
    thread: Option<Value>,
}

impl<'c> Variables<'c> {
    pub(super) fn of(call: &'c Call<'c>) -> Self {
        Variables { call, thread: None }
    }

    /// To be asked on another thread.
    pub(super) fn with_thread(call: &'c Call<'c>) -> Self {
        Variables { call, thread: Some(thread()) }
    }
}

impl VariableResolver for Variables<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        let call = self.call;
        let made = match name {
            "result" => return shown(call.result()),
            "error" => return shown(call.error()),
            "elapsed" => call.elapsed().map_or(Value::Null, |elapsed| Value::Float(elapsed.as_secs_f64())),
            "now" => Value::Float(now()),
            "thread" => self.thread.clone().unwrap_or_else(thread),
            "args" => call.arguments.to_value(),
            _ => match call.argument(name) {
                Some(value) => return shown(Some(value)),
                None => functions::value(name)?,
            },
        };
        charged(convert::to_cel(&made))
    }
}

/// A value, borrowed if it's text.
fn shown(value: Option<&Value>) -> Option<CowVal<'_, '_>> {
    match value {
        Some(Value::String(text)) => {
            spend_on_text(text).ok()?;
            Some(CowVal::owned(CelString::from(&**text)))
        }
        Some(value) => charged(convert::to_cel(value)),
        None => Some(convert::to_cel(&Value::Null)),
    }
}

/// The evaluation fails as a whole once the budget is used up, so it doesn't matter that the name isn't found.
fn charged<'b>(value: CowVal<'b, 'b>) -> Option<CowVal<'b, 'b>> {
    spend_on(value.as_ref()).ok()?;
    Some(value)
}

fn thread() -> Value {
    let (name, id) = instrument_core::shared::calling_thread();
    Value::from(vec![("name", Value::from(name.as_deref())), ("id", Value::from(id))])
}
