//! Expressions: CEL over a call, compiled once, and bounded in time and size.

mod bounds;
mod compile;
mod convert;
mod functions;
mod library;
mod variables;

pub(crate) use functions::hold;
pub use functions::{register_function, register_value};

use crate::error::InstrumentError;
use crate::guarded::{inside, panic_message};
use crate::targets::{Call, Events, Plan, Target, Wanted};
use crate::value::Value;
use cel::common::ast::IdedExpr;
use cel::{Context, Env};
use instrument_wire::Event;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::thread;
use variables::Variables;

/// The standard library, and functions of our own.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut environment = Env::stdlib().with_optional_support(false);
    bounds::declare(&mut environment);
    functions::declare(&mut environment);
    Arc::new(environment)
});

/// Makes what all expressions share.
pub(crate) fn prepare() {
    LazyLock::force(&ENVIRONMENT);
    functions::prepare();
}

/// A CEL expression that fits a target.
pub(crate) struct Expression {
    root: IdedExpr,
    uses: Uses,
    /// It has so many parts within parts that the thread of a call may not have the stack for it.
    is_deep: bool,
}

/// Parts within parts that are evaluated on the thread of a call. Each takes 35 KiB of its stack in a debug build, and
/// 3 KiB in a release build.
const SHALLOW: usize = 12;
/// The stack for all others.
const STACK: usize = 16 << 20;

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
        Plan { events: event.into(), arguments: self.arguments, result: self.result || self.error }
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
        if !self.is_deep {
            return self.evaluate_here(&Variables::of(call));
        }
        let variables = Variables::with_thread(call);
        thread::scope(|scope| {
            let evaluator = thread::Builder::new().name("instrument-evaluator".into()).stack_size(STACK);
            evaluator
                .spawn_scoped(scope, || inside(|| self.evaluate_here(&variables)))
                .map_err(|error| InstrumentError::new(format_args!("no thread to evaluate it on: {error}")))?
                .join()
                .unwrap_or_else(|panic| {
                    Err(InstrumentError::new(format_args!("it panicked: {}", panic_message(panic))))
                })
        })
    }

    fn evaluate_here(&self, variables: &Variables<'_>) -> Result<Value, InstrumentError> {
        bounds::within_budget(|| {
            let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
            context.set_variable_resolver(variables);
            let value = cel::Value::resolve_val(&self.root, &context).map_err(|error| convert::told(&error))?;
            convert::from_cel(value.as_ref())
        })
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").field("uses", &self.uses).finish_non_exhaustive()
    }
}
