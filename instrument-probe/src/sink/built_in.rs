//! The sinks that need nothing of the outside.

use super::{Observation, Reading, Sink, SinkError};
use crate::sync::{Mutex, lock};
use instrument_core::shared::{outside, write_line};
use instrument_model::text::printable;
use std::sync::Arc;

/// Writes a line for each observation to where the toolkit's reports go: stderr, unless `INSTRUMENT_OUTPUT` says
/// otherwise. Lines are never mixed with others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stderr;

impl Sink for Stderr {
    fn receive(&self, observation: &Observation) -> Result<(), SinkError> {
        match &observation.reading {
            // A line of our own, about an instrument.
            Reading::Line(line) if observation.name.is_empty() => write_line(&printable(line)),
            _ => write_line(&printable(&observation.to_string())),
        }
        Ok(())
    }
}

/// Takes everything and keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Null;

impl Sink for Null {
    fn receive(&self, _: &Observation) -> Result<(), SinkError> {
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

/// Feeds the table of measurements, as `measure!` does: numbers by the instrument's name, with the tags behind it.
/// Lines have no place in a table, and are refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct Report;

impl Sink for Report {
    fn receive(&self, observation: &Observation) -> Result<(), SinkError> {
        let (Reading::Histogram(number) | Reading::Increment(number)) = observation.reading else {
            return Err("a line has no place in a table".into());
        };
        if observation.tags.is_empty() {
            outside(|| instrument_core::measure(&observation.name, number));
        } else {
            let tags: Vec<_> = observation.tags.iter().map(|(tag, value)| format!("{tag}={value}")).collect();
            let name = format!("{} {{{}}}", observation.name, tags.join(", "));
            outside(|| instrument_core::measure(&name, number));
        }
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

/// Keeps everything in memory, for tests. Clones share it.
///
/// ```
/// use instrument_probe::{LogInstrument, Memory};
///
/// let memory = Memory::default();
/// let instrument = LogInstrument::new("sum", "a + b").sink(memory.clone());
/// assert_eq!(memory.lines(), Vec::<String>::new());
/// # let _ = instrument;
/// ```
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Vec<Observation>>>);

impl Memory {
    /// All that was observed so far.
    pub fn observations(&self) -> Vec<Observation> {
        lock(&self.0).clone()
    }

    /// The lines among that, without names and tags; numbers as text.
    pub fn lines(&self) -> Vec<String> {
        let line = |observation: &Observation| match &observation.reading {
            Reading::Line(line) => line.clone(),
            Reading::Histogram(number) | Reading::Increment(number) => number.to_string(),
        };
        lock(&self.0).iter().map(line).collect()
    }
}

impl Sink for Memory {
    fn receive(&self, observation: &Observation) -> Result<(), SinkError> {
        lock(&self.0).push(observation.clone());
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}
