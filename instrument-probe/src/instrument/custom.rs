//! `Custom`: an instrument from a closure.

use super::Instrument;
use super::common::{self, holds};
use crate::error::InstrumentError;
use crate::expression::Expression;
use crate::targets::{Call, Events, Plan, Target};
use std::fmt;
use std::time::Duration;

/// Calls a closure at the events of a call, with all arguments and the result.
///
/// ```
/// use instrument_probe::{Custom, Event};
///
/// let instrument = Custom::new([Event::Return, Event::Error], |call| {
///     println!("{} took {:?}", call.target(), call.elapsed());
///     Ok(())
/// });
/// # let _ = instrument;
/// ```
pub struct Custom {
    run: Box<Run>,
    events: Events,
    condition: Option<String>,
    compiled: Option<Expression>,
    lifespan: Option<Duration>,
}

type Run = dyn Fn(&Call<'_>) -> Result<(), InstrumentError> + Send + Sync;

impl Custom {
    /// Calls `run` at those events. Its errors and panics stop it.
    pub fn new(
        events: impl Into<Events>,
        run: impl Fn(&Call<'_>) -> Result<(), InstrumentError> + Send + Sync + 'static,
    ) -> Self {
        Custom { run: Box::new(run), events: events.into(), condition: None, compiled: None, lifespan: None }
    }

    /// Only for calls for which that CEL expression is true.
    #[must_use]
    pub fn condition(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Fires for that long, from the moment that it's added to a probe; then it's removed.
    #[must_use]
    pub fn lifespan(mut self, lifespan: Duration) -> Self {
        self.lifespan = Some(lifespan);
        self
    }
}

impl Instrument for Custom {
    fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError> {
        if let Some(condition) = &self.condition {
            let compiled = common::condition(condition, target)?;
            compiled.uses().check(self.events)?;
            self.compiled = Some(compiled);
        }
        Ok(Plan::new(self.events).all_arguments().result())
    }

    fn fire(&self, call: &Call<'_>) -> Result<(), InstrumentError> {
        match &self.compiled {
            Some(condition) if !holds(condition, call)? => Ok(()),
            _ => (self.run)(call),
        }
    }

    fn lifespan(&self) -> Option<Duration> {
        self.lifespan
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custom").field("events", &self.events).finish_non_exhaustive()
    }
}
