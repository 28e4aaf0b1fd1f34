//! `HistogramInstrument`: a number for each call, counted among the others.

use super::Instrument;
use super::common::{Observes, Options, Ready, number, options};
use crate::error::InstrumentError;
use crate::sink::Reading;
use crate::targets::{Call, Plan, Target};
use std::time::Duration;

/// Observes the value of a CEL expression, a number for each call: the table of measurements gets its count, mean,
/// extremes and deviation, as `measure!` does.
///
/// ```
/// use instrument_probe::HistogramInstrument;
///
/// let instrument = HistogramInstrument::new("seconds in the queue", "elapsed").condition("elapsed > 0.001");
/// # let _ = instrument;
/// ```
#[derive(Debug)]
pub struct HistogramInstrument {
    name: String,
    value: String,
    options: Options,
    ready: Option<Ready>,
}

options!(HistogramInstrument);

impl HistogramInstrument {
    /// Observes that expression's value under that name.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        HistogramInstrument { name: name.into(), value: value.into(), options: Options::default(), ready: None }
    }
}

impl Instrument for HistogramInstrument {
    fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError> {
        let (ready, plan) = self.options.prepare(&self.name, &self.value, target, Observes::Numbers)?;
        self.ready = Some(ready);
        Ok(plan)
    }

    fn fire(&self, call: &Call<'_>) -> Result<(), InstrumentError> {
        let ready = self.ready.as_ref().ok_or("it was added to no probe")?;
        ready.observe(call, |value| Ok(number(value)?.map(Reading::Histogram)))
    }

    fn lifespan(&self) -> Option<Duration> {
        self.options.lifespan
    }

    fn share(&self) -> Option<f64> {
        self.options.share
    }
}
