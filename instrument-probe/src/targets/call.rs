//! What instruments see of a call.

use super::{Argument, Target};
use crate::value::Value;
use instrument_wire::Event;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A call, at one of its events, as an instrument sees it.
///
/// Only what an instrument's [`Plan`](crate::Plan) asks for was captured.
#[derive(Debug)]
pub struct Call<'a> {
    pub(crate) target: &'a Target,
    pub(crate) event: Event,
    pub(crate) arguments: &'a Arguments,
    pub(crate) result: Option<&'a Value>,
    pub(crate) error: Option<&'a Value>,
    pub(crate) elapsed: Option<Duration>,
    pub(crate) is_async: bool,
}

impl<'a> Call<'a> {
    /// The function.
    pub fn target(&self) -> &'a Target {
        self.target
    }

    /// The moment.
    pub fn event(&self) -> Event {
        self.event
    }

    /// The argument of that name, as it was when the function was called.
    pub fn argument(&self, name: &str) -> Option<&'a Value> {
        self.arguments.get(name)
    }

    /// All arguments that were captured, by name.
    pub fn arguments(&self) -> impl Iterator<Item = (&'static str, &'a Value)> {
        self.arguments.iter()
    }

    /// What the function returns; within `Ok`, if it's a `Result`. `None` at other events than [`Event::Return`].
    pub fn result(&self) -> Option<&'a Value> {
        self.result
    }

    /// What's in the `Err` that the function returns, or `"panicked"` if it unwinds: the message is for the panic hook
    /// alone. `None` at other events than [`Event::Error`].
    pub fn error(&self) -> Option<&'a Value> {
        self.error
    }

    /// How long the call took; for an async function, since its first poll. `None` at [`Event::Call`].
    pub fn elapsed(&self) -> Option<Duration> {
        self.elapsed
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// The captured arguments of a call, which an expansion fills in.
#[derive(Debug, Default)]
pub struct Arguments {
    names: &'static [Argument],
    wanted: Wanted,
    values: Vec<Option<Value>>,
}

impl Arguments {
    pub(crate) fn new(names: &'static [Argument], wanted: Wanted) -> Self {
        Arguments { names, wanted, values: Vec::new() }
    }

    pub(crate) fn are_wanted(&self) -> bool {
        self.wanted != Wanted::NONE
    }

    /// Captures the argument of that name, if anybody wants it.
    pub fn add(&mut self, name: &str, value: impl FnOnce() -> Value) {
        let Some(index) = self.names.iter().position(|argument| argument.name == name) else { return };
        if self.wanted.contains(index) && self.names.get(index).is_some_and(|argument| !argument.redacted) {
            let value = value();
            self.values.resize(self.names.len(), None);
            if let Some(place) = self.values.get_mut(index) {
                *place = Some(value);
            }
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let index = self.names.iter().position(|argument| argument.name == name)?;
        self.values.get(index)?.as_ref()
    }

    fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        let values = self.names.iter().zip(&self.values);
        values.filter_map(|(argument, value)| Some((argument.name, value.as_ref()?)))
    }

    /// As expressions see them: all that may be seen, and the names of those that mustn't.
    pub(crate) fn to_value(&self) -> Value {
        let hidden = |argument: &Argument| argument.redacted.then(|| Value::from("<redacted>"));
        let entries = self.names.iter().enumerate().filter_map(|(index, argument)| {
            let value = hidden(argument).or_else(|| self.values.get(index)?.clone())?;
            Some((Value::from(argument.name), value))
        });
        Value::Map(entries.collect())
    }
}

/// Which arguments somebody wants, by index. Those from the 64th on share a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Wanted(u64);

impl Wanted {
    pub(crate) const NONE: Wanted = Wanted(0);
    pub(crate) const ALL: Wanted = Wanted(u64::MAX);

    pub(crate) fn add(&mut self, index: usize) {
        self.0 |= 1 << index.min(63);
    }

    pub(crate) fn union(self, other: Wanted) -> Self {
        Wanted(self.0 | other.0)
    }

    fn contains(self, index: usize) -> bool {
        self.0 & (1 << index.min(63)) != 0
    }
}
