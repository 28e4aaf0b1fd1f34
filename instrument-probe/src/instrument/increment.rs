//! `IncrementInstrument`: a number for each call, added up.

use super::Instrument;
use super::common::{Observes, Options, Ready, number, options};
use crate::error::InstrumentError;
use crate::sink::Reading;
use crate::targets::{Call, Plan, Target};
use std::time::Duration;

/// Adds the value of a CEL expression up, a number for each call: the table of measurements has its sum.
///
/// ```
/// use instrument_probe::IncrementInstrument;
///
/// let instrument = IncrementInstrument::new("bytes read", "result").tags(r#"{"file": path}"#);
/// # let _ = instrument;
/// ```
#[derive(Debug)]
pub struct IncrementInstrument {
    name: String,
    value: String,
    options: Options,
    ready: Option<Ready>,
}

options!(IncrementInstrument);

impl IncrementInstrument {
    /// Adds that expression's value to the sum of that name. `"1"` counts calls.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        IncrementInstrument { name: name.into(), value: value.into(), options: Options::default(), ready: None }
    }
}

impl Instrument for IncrementInstrument {
    fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError> {
        let (ready, plan) = self.options.prepare(&self.name, &self.value, target, Observes::Numbers)?;
        self.ready = Some(ready);
        Ok(plan)
    }

    fn fire(&self, call: &Call<'_>) -> Result<(), InstrumentError> {
        let ready = self.ready.as_ref().ok_or("it was added to no probe")?;
        ready.observe(call, |value| Ok(number(value)?.map(Reading::Increment)))
    }

    fn lifespan(&self) -> Option<Duration> {
        self.options.lifespan
    }

    fn share(&self) -> Option<f64> {
        self.options.share
    }
}
