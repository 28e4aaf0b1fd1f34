//! `Inject`: changes what a call does, on purpose.

use super::common::{self, holds};
use super::{Action, Injection, Instrument, Intercept};
use crate::error::InstrumentError;
use crate::expression::Expression;
use crate::targets::{Call, Plan, Target};
use instrument_wire::Event;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Changes what a call of a `#[probe(inject)]` function does: another result, an error, a delay or a panic.
///
/// At [`Event::Call`], which is the default, a result or an error takes the place of the body; at [`Event::Return`] and
/// [`Event::Error`], that of what the body has returned. Whether its type is the function's shows at the first call: if it
/// isn't, the instrument [fails](crate::InstrumentStatus::Failed), and the function does what it always does.
///
/// ```
/// use instrument::probe::{self, Inject};
///
/// #[instrument::probe(inject)]
/// fn load(id: u32) -> Result<String, String> {
///     Ok(format!("user {id}"))
/// }
///
/// let probe = probe::attach_to("load").expect("a target");
/// probe.instrument("broken", Inject::error("no disk".to_owned()).condition("id == 7")).expect("it fits");
/// probe.start();
/// assert_eq!(load(7), Err("no disk".to_owned()));
/// assert_eq!(load(8), Ok("user 8".to_owned()));
/// ```
pub struct Inject {
    what: What,
    event: Event,
    condition: Option<String>,
    lifespan: Option<Duration>,
    ready: Option<Interception>,
}

#[derive(Clone)]
enum What {
    Result(Injection),
    Delay(Duration),
    Panic(String),
}

/// What an instrument that changes calls becomes.
#[doc(hidden)]
pub struct Interception(pub(crate) Box<dyn Intercept>);

struct Injecting {
    what: What,
    condition: Option<Expression>,
}

impl Inject {
    /// Returns clones of that: of the function's type, or, if that's a `Result`, of what's in its `Ok`.
    pub fn value<T: Any + Clone + Send + Sync>(value: T) -> Self {
        Inject::with(move || value.clone())
    }

    /// Returns what `make` makes, for types that aren't `Clone`.
    pub fn with<T: Any>(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Inject::new(What::Result(Injection::Value(Arc::new(move || Box::new(make())))))
    }

    /// Returns `Err` of clones of that.
    pub fn error<E: Any + Clone + Send + Sync>(error: E) -> Self {
        Inject::error_with(move || error.clone())
    }

    /// Returns `Err` of what `make` makes, for types that aren't `Clone`.
    pub fn error_with<E: Any>(make: impl Fn() -> E + Send + Sync + 'static) -> Self {
        Inject::new(What::Result(Injection::Error(Arc::new(move || Box::new(make())))))
    }

    /// Waits that long. An async function's future is pending meanwhile, and its thread does other things.
    pub fn delay(delay: Duration) -> Self {
        Inject::new(What::Delay(delay))
    }

    /// Panics with that message.
    pub fn panic(message: impl Into<String>) -> Self {
        Inject::new(What::Panic(message.into()))
    }

    fn new(what: What) -> Self {
        Inject { what, event: Event::Call, condition: None, lifespan: None, ready: None }
    }

    /// At that event, instead of the call.
    #[must_use]
    pub fn event(mut self, event: Event) -> Self {
        self.event = event;
        self
    }

    /// Only for calls for which that CEL expression is true.
    #[must_use]
    pub fn condition(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// For that long, from the moment that it's added to a probe; then it's removed.
    #[must_use]
    pub fn lifespan(mut self, lifespan: Duration) -> Self {
        self.lifespan = Some(lifespan);
        self
    }
}

impl Instrument for Inject {
    fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError> {
        if !target.injects() {
            return Err(InstrumentError::new(format_args!(
                "`{target}` doesn't let itself be changed: write `#[probe(inject)]` on it"
            )));
        }
        let condition = self.condition.as_deref().map(|source| common::condition(source, target)).transpose()?;
        let uses = condition.as_ref().map(Expression::uses).unwrap_or_default();
        uses.event(Some(self.event))?;
        self.ready = Some(Interception(Box::new(Injecting { what: self.what.clone(), condition })));
        Ok(uses.plan(self.event))
    }

    fn fire(&self, _: &Call<'_>) -> Result<(), InstrumentError> {
        Ok(())
    }

    fn lifespan(&self) -> Option<Duration> {
        self.lifespan
    }

    fn interception(&mut self) -> Option<Interception> {
        self.ready.take()
    }
}

impl Intercept for Injecting {
    fn intercept(&self, call: &Call<'_>) -> Result<Option<Action>, InstrumentError> {
        if let Some(condition) = &self.condition
            && !holds(condition, call)?
        {
            return Ok(None);
        }
        Ok(Some(match &self.what {
            What::Result(injection) => Action::Replace(injection.clone()),
            What::Delay(delay) => Action::Delay(*delay),
            What::Panic(message) => Action::Panic(message.clone()),
        }))
    }
}

impl fmt::Debug for Inject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.what {
            What::Result(_) => "result",
            What::Delay(_) => "delay",
            What::Panic(_) => "panic",
        };
        f.debug_struct("Inject").field("what", &what).field("event", &self.event).finish_non_exhaustive()
    }
}
