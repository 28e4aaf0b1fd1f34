//! Expressions: CEL over a call, compiled once, and bounded in time and size.

mod budget;
mod compile;
mod evaluate;
mod functions;
mod lexer;
mod library;
mod operators;
mod parser;
mod standard;
mod syntax;
mod variables;

pub(crate) use functions::hold;
pub use functions::{register_function, register_value};

use crate::error::InstrumentError;
use crate::targets::{Call, Events, Plan, Target, Wanted};
use crate::value::Value;
use instrument_wire::Event;
use std::fmt;
use syntax::Node;
use variables::Variables;

/// Makes what all expressions share.
pub(crate) fn prepare() {
    functions::prepare();
}

/// A CEL expression that fits a target.
pub(crate) struct Expression {
    root: Node,
    uses: Uses,
}

/// What of a call an expression looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Uses {
    pub(crate) arguments: Wanted,
    pub(crate) result: bool,
    pub(crate) error: bool,
    pub(crate) elapsed: bool,
}

impl Uses {
    pub(crate) fn union(self, other: Uses) -> Self {
        Uses {
            arguments: self.arguments.union(other.arguments),
            result: self.result || other.result,
            error: self.error || other.error,
            elapsed: self.elapsed || other.elapsed,
        }
    }

    /// Whether it looks at what the function returned.
    pub(crate) fn looks_at_end(self) -> bool {
        self.result || self.error
    }

    /// The event to fire at: the one that's asked for, else the first at which all is known.
    pub(crate) fn event(self, asked: Option<Event>) -> Result<Event, InstrumentError> {
        let event = asked.unwrap_or(match self {
            Uses { error: true, .. } => Event::Error,
            Uses { result: true, .. } | Uses { elapsed: true, .. } => Event::Return,
            _ => Event::Call,
        });
        self.check(event.into()).map(|()| event)
    }

    /// Whether all that's looked at is known at one of those events.
    pub(crate) fn check(self, events: Events) -> Result<(), InstrumentError> {
        let has = |event| events.contains(event);
        let message = match self {
            Uses { result: true, error: true, .. } => {
                "a call has either a `result` or an `error`: make two instruments of it, one for each"
            }
            Uses { result: true, .. } if !has(Event::Return) => "`result` is known at the event return alone",
            Uses { error: true, .. } if !has(Event::Error) => "`error` is known at the event error alone",
            Uses { elapsed: true, .. } if !events.intersects(Events::ENDS) => {
                "`elapsed` is known at the events return and error"
            }
            _ => return Ok(()),
        };
        Err(InstrumentError::from(message))
    }

    pub(crate) fn plan(self, event: Event) -> Plan {
        Plan { events: event.into(), arguments: self.arguments, result: self.looks_at_end() }
    }
}

impl Expression {
    /// Compiles it for that function.
    ///
    /// # Errors
    ///
    /// It's no CEL, names what there isn't, or is too long or too deep.
    pub(crate) fn compile(source: &str, target: &Target) -> Result<Self, InstrumentError> {
        compile::compile(source, target)
    }

    pub(crate) fn uses(&self) -> Uses {
        self.uses
    }

    /// Its value for that call.
    ///
    /// # Errors
    ///
    /// Types that don't go together, an index out of bounds, and so on; or too much work.
    pub(crate) fn evaluate(&self, call: &Call<'_>) -> Result<Value, InstrumentError> {
        budget::within_budget(|| evaluate::evaluate(&self.root, &Variables(call)))
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").field("uses", &self.uses).finish_non_exhaustive()
    }
}
