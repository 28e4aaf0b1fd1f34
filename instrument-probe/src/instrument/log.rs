//! `LogInstrument`: a line for each call.

use super::Instrument;
use super::common::{Observes, Options, Ready, options};
use crate::error::InstrumentError;
use crate::sink::Reading;
use crate::targets::{Call, Plan, Target};
use std::time::Duration;

/// Bytes of a line, unless said otherwise.
const LENGTH: usize = 1_000;
/// Bytes of a line, whatever is said.
pub(crate) const LONGEST_LINE: usize = 1 << 16;

/// Logs the value of a CEL expression, a line for each call: `name: 42 (krate::module::f call)`.
///
/// Lines go to stderr, or where `INSTRUMENT_OUTPUT` says, through a queue that never makes a call wait.
///
/// ```
/// use instrument_probe::{Event, LogInstrument};
///
/// let instrument = LogInstrument::new("large sums", "[a, b, result]")
///     .condition("result > 10 && a != b")
///     .tags(r#"{"size": mag(result)}"#)
///     .lifespan_minutes(30.0);
/// # let _ = instrument;
/// ```
#[derive(Debug)]
pub struct LogInstrument {
    name: String,
    value: String,
    options: Options,
    longest: usize,
    ready: Option<Ready>,
}

options!(LogInstrument);

impl LogInstrument {
    /// Logs that expression's value under that name.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        LogInstrument {
            name: name.into(),
            value: value.into(),
            options: Options::default(),
            longest: LENGTH,
            ready: None,
        }
    }

    /// Cuts lines after so many bytes of the value, at most 65,536; by default after 1,000. A cut line ends with `…`.
    #[must_use]
    pub fn max_length(mut self, bytes: usize) -> Self {
        self.longest = bytes.min(LONGEST_LINE);
        self
    }
}

impl Instrument for LogInstrument {
    fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError> {
        let (ready, plan) = self.options.prepare(&self.name, &self.value, target, Observes::Lines)?;
        self.ready = Some(ready);
        Ok(plan)
    }

    fn fire(&self, call: &Call<'_>) -> Result<(), InstrumentError> {
        let ready = self.ready.as_ref().ok_or("it was added to no probe")?;
        ready.observe(call, |value| Ok(Some(Reading::Line(value.to_text(self.longest)))))
    }

    fn lifespan(&self) -> Option<Duration> {
        self.options.lifespan
    }

    fn share(&self) -> Option<f64> {
        self.options.share
    }
}
