//! The types of instruments that every manager knows.

use super::{Factory, follow};
use crate::error::InstrumentError;
use crate::instrument::{HistogramInstrument, IncrementInstrument, Instrument, LONGEST_LINE, LogInstrument};
use instrument_wire::{InstrumentSpec, Spec};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn factories() -> BTreeMap<String, Factory> {
    let known: [(&str, Factory); 3] =
        [("log", Arc::new(log)), ("histogram", Arc::new(histogram)), ("increment", Arc::new(increment))];
    known.into_iter().map(|(kind, factory)| (kind.to_owned(), factory)).collect()
}

/// What a type is called here that specs of `diagnose` call so.
pub(super) fn renamed(kind: &str) -> Option<&'static str> {
    match kind {
        "hist" => Some("histogram"),
        "incr" => Some("increment"),
        _ => None,
    }
}

/// What all of them can be told.
macro_rules! with_options {
    ($instrument:expr, $spec:expr) => {{
        let (mut instrument, spec): (_, &InstrumentSpec) = ($instrument, $spec);
        if let Some(event) = spec.event {
            instrument = instrument.event(event);
        }
        if let Some(condition) = &spec.condition {
            instrument = instrument.condition(condition);
        }
        if let Some(tags) = &spec.tags {
            instrument = instrument.tags(tags);
        }
        instrument
    }};
}

fn log(spec: &Spec) -> Result<Box<dyn Instrument>, InstrumentError> {
    let spec = &spec.instrument;
    let mut instrument = with_options!(LogInstrument::new(&spec.name, value(spec)?), spec).sink(follow::outlet());
    for (key, value) in &spec.custom {
        match (key.as_str(), value.as_u64().and_then(|bytes| usize::try_from(bytes).ok())) {
            ("max_length", Some(bytes)) if bytes <= LONGEST_LINE => instrument = instrument.max_length(bytes),
            ("max_length", _) => {
                return Err(InstrumentError::new(format_args!(
                    "`custom.max_length` has to be a number of bytes, such as 200, and at most {LONGEST_LINE}"
                )));
            }
            _ => return Err(unknown(key, "; it may have `max_length`, bytes of the value")),
        }
    }
    Ok(Box::new(instrument))
}

fn histogram(spec: &Spec) -> Result<Box<dyn Instrument>, InstrumentError> {
    let spec = &spec.instrument;
    no_custom(spec)?;
    Ok(Box::new(with_options!(HistogramInstrument::new(&spec.name, value(spec)?), spec)))
}

fn increment(spec: &Spec) -> Result<Box<dyn Instrument>, InstrumentError> {
    let spec = &spec.instrument;
    no_custom(spec)?;
    // Without a value it counts calls.
    Ok(Box::new(with_options!(IncrementInstrument::new(&spec.name, spec.value.as_deref().unwrap_or("1")), spec)))
}

fn value(spec: &InstrumentSpec) -> Result<&str, InstrumentError> {
    spec.value.as_deref().ok_or_else(|| {
        InstrumentError::new(format_args!("a {} needs a `value`, such as `result`, `elapsed` or `args`", spec.kind))
    })
}

fn no_custom(spec: &InstrumentSpec) -> Result<(), InstrumentError> {
    spec.custom.keys().next().map_or(Ok(()), |key| Err(unknown(key, "")))
}

fn unknown(key: &str, known: &str) -> InstrumentError {
    InstrumentError::new(format_args!("`custom.{key}` is nothing that this type of instrument knows{known}"))
}
