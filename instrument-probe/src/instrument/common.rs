//! What the ready-made instruments have in common: a value, a condition, tags, an event, a lifespan, an outlet.

use crate::error::InstrumentError;
use crate::expression::{Expression, Uses};
use crate::sink::{Observation, Outlet, Reading};
use crate::targets::{Call, Plan, Target};
use crate::value::Value;
use instrument_wire::Event;
use std::sync::Arc;
use std::time::Duration;

/// Tags of one observation.
const MOST_TAGS: usize = 32;
/// Bytes of one tag, and of its name.
const LONGEST_TAG: usize = 200;

/// What a user may set.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    pub(super) condition: Option<String>,
    pub(super) tags: Option<String>,
    pub(super) event: Option<Event>,
    pub(super) lifespan: Option<Duration>,
    pub(super) outlet: Option<Outlet>,
    pub(super) share: Option<f64>,
}

/// What an instrument makes of its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Observes {
    /// Text, for people.
    Lines,
    /// Numbers, for the report.
    Numbers,
}

/// An instrument that fits its target.
#[derive(Debug)]
pub(super) struct Ready {
    name: Arc<str>,
    target: Arc<str>,
    value: Expression,
    condition: Option<Expression>,
    tags: Option<Expression>,
    outlet: Outlet,
}

impl Options {
    pub(super) fn prepare(
        &self,
        name: &str,
        value: &str,
        target: &Target,
        observes: Observes,
    ) -> Result<(Ready, Plan), InstrumentError> {
        let value = match observes {
            Observes::Lines => compile("value", value, target)?,
            Observes::Numbers => compile_to_look_at("value", value, target)?,
        };
        let condition = self.condition.as_ref().map(|source| condition(source, target)).transpose()?;
        let tags = self.tags.as_ref().map(|source| compile("tags", source, target)).transpose()?;
        let uses = [Some(&value), condition.as_ref(), tags.as_ref()]
            .into_iter()
            .flatten()
            .fold(Uses::default(), |uses, expression| uses.union(expression.uses()));
        let event = uses.event(self.event)?;
        let outlet = self.outlet.clone().unwrap_or_else(match observes {
            Observes::Lines => Outlet::stderr,
            Observes::Numbers => Outlet::report,
        });
        outlet.open()?;
        let ready = Ready { name: name.into(), target: target.path().into(), value, condition, tags, outlet };
        Ok((ready, uses.plan(event)))
    }
}

/// Compiles a condition.
pub(crate) fn condition(source: &str, target: &Target) -> Result<Expression, InstrumentError> {
    compile_to_look_at("condition", source, target)
}

fn compile(what: &str, source: &str, target: &Target) -> Result<Expression, InstrumentError> {
    Expression::compile(source, target)
        .map_err(|error| InstrumentError::new(format_args!("the {what} `{}`: {error}", shortened(source))))
}

/// Compiles what's of no use where only `<redacted>` is to be seen.
fn compile_to_look_at(what: &str, source: &str, target: &Target) -> Result<Expression, InstrumentError> {
    let compiled = compile(what, source, target)?;
    let name = if compiled.uses().error { "error" } else { "result" };
    if compiled.uses().looks_at_end() && target.site.redacts_result() {
        return Err(InstrumentError::new(format_args!(
            "the {what} `{}`: `{name}` of `{target}` is redacted: its value isn't to be seen",
            shortened(source)
        )));
    }
    Ok(compiled)
}

fn shortened(source: &str) -> String {
    Value::from(source).to_text(100)
}

impl Ready {
    /// Observes the call, if its condition holds, and if `reading` makes anything of the value.
    pub(super) fn observe(
        &self,
        call: &Call<'_>,
        reading: impl FnOnce(&Value) -> Result<Option<Reading>, InstrumentError>,
    ) -> Result<(), InstrumentError> {
        if let Some(condition) = &self.condition
            && !holds(condition, call)?
        {
            return Ok(());
        }
        let value = self.value.evaluate(call).map_err(|error| in_the("value", &error))?;
        let Some(reading) = reading(&value)? else { return Ok(()) };
        let tags = match &self.tags {
            Some(tags) => tags.evaluate(call).map_err(|error| in_the("tags", &error)).and_then(|tags| pairs(&tags))?,
            None => Vec::new(),
        };
        self.outlet.send(Observation {
            name: Arc::clone(&self.name),
            target: Arc::clone(&self.target),
            event: call.event(),
            reading,
            tags,
        });
        Ok(())
    }
}

/// Whether a condition holds, which one of what isn't there doesn't.
pub(crate) fn holds(condition: &Expression, call: &Call<'_>) -> Result<bool, InstrumentError> {
    match condition.evaluate(call).map_err(|error| in_the("condition", &error))? {
        Value::Bool(truth) => Ok(truth),
        Value::Null => Ok(false),
        other => Err(InstrumentError::new(format_args!(
            "the condition has to be true or false, and is {}: compare it with something",
            other.told()
        ))),
    }
}

fn in_the(what: &str, error: &InstrumentError) -> InstrumentError {
    InstrumentError::new(format_args!("the {what}: {error}"))
}

fn pairs(tags: &Value) -> Result<Vec<(String, String)>, InstrumentError> {
    let entries = match tags {
        Value::Map(entries) => entries,
        Value::Null => return Ok(Vec::new()),
        other => {
            return Err(InstrumentError::new(format_args!(
                "the tags have to be a map, as `{{\"user\": user_id}}`, and are {}",
                other.told()
            )));
        }
    };
    if entries.len() > MOST_TAGS {
        return Err(InstrumentError::new(format_args!("there are {} tags: write at most {MOST_TAGS}", entries.len())));
    }
    let pair = |(tag, value): &(Value, Value)| (tag.to_text(LONGEST_TAG), value.to_text(LONGEST_TAG));
    let mut pairs: Vec<_> = entries.iter().map(pair).collect();
    // A CEL map has no order, and a series of figures is told from another by its tags as text.
    pairs.sort();
    Ok(pairs)
}

/// A number, for those that need one; `None` for null, which is none to be observed.
pub(super) fn number(value: &Value) -> Result<Option<f64>, InstrumentError> {
    let hint = match value {
        Value::Null => return Ok(None),
        Value::String(_) => "`size(…)` counts, `double(…)` reads",
        Value::List(_) => "`size(…)` counts, `…[0]` takes the first",
        _ => "`size(…)` counts, `….field` takes one of it",
    };
    match value.as_number() {
        Some(number) => Ok(Some(number)),
        None => {
            Err(InstrumentError::new(format_args!("the value has to be a number, and is {}: {hint}", value.told())))
        }
    }
}

/// The methods by which a ready-made instrument is set up.
macro_rules! options {
    ($Instrument:ident) => {
        impl $Instrument {
            /// Fires at that event. Unless said otherwise it's the first one at which all is known that its expressions
            /// name: the call, the return for `result` and `elapsed`, the error for `error`.
            #[must_use]
            pub fn event(mut self, event: instrument_wire::Event) -> Self {
                self.options.event = Some(event);
                self
            }

            /// Observes only calls for which that CEL expression is true. What it and the other expressions name of the
            /// call is captured before, so name no more than you need: a large argument costs its capture in every call.
            #[must_use]
            pub fn condition(mut self, condition: impl Into<String>) -> Self {
                self.options.condition = Some(condition.into());
                self
            }

            /// Tags the observation by a CEL map, as `{"user": user_id}`.
            #[must_use]
            pub fn tags(mut self, tags: impl Into<String>) -> Self {
                self.options.tags = Some(tags.into());
                self
            }

            /// Fires for that long, from the moment that it's added to a probe; then it's removed.
            #[must_use]
            pub fn lifespan(mut self, lifespan: ::std::time::Duration) -> Self {
                self.options.lifespan = Some(lifespan);
                self
            }

            /// As [`lifespan`](Self::lifespan), in minutes; what's less than none, or no number, is none.
            #[must_use]
            pub fn lifespan_minutes(mut self, minutes: f64) -> Self {
                // `max` takes the other one if one of them is no number.
                let lifespan = ::std::time::Duration::try_from_secs_f64(minutes.max(0.0) * 60.0);
                self.options.lifespan = lifespan.ok();
                self
            }

            /// May take that much of a thread's time, as in `0.2` for a fifth; see [`Instrument::share`](crate::Instrument::share).
            #[must_use]
            pub fn share(mut self, share: f64) -> Self {
                self.options.share = Some(share);
                self
            }

            /// Sends what it observes there.
            #[must_use]
            pub fn sink(mut self, sink: impl Into<$crate::sink::Outlet>) -> Self {
                self.options.outlet = Some(sink.into());
                self
            }
        }
    };
}
pub(super) use options;
