//! Specs: what to observe where, as data that a file, a server or another process can hand over.

mod bounds;
mod json;
mod parse;
mod saved;
mod status;
mod time;
mod validate;

pub use bounds::Bounds;
pub use json::Json;
pub use parse::ParseError;
pub(crate) use parse::parse;
pub use status::{ProcessId, ProcessStatus, SpecStatus};
pub use time::Timestamp;
pub use validate::{InvalidSpec, Problem};

use crate::event::Event;
use crate::fields::{object, words};
use instrument_model::text::printable;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// One instrument on one target, and for how long.
///
/// In JSON, where only `target`, `instrument.type` and `instrument.name` are required:
///
/// ```
/// let spec: instrument::probe::Spec = r#"{
///     "target": "shop::cart::Cart::add",
///     "instrument": {
///         "type": "log",
///         "name": "expensive",
///         "value": "result",
///         "event": "return",
///         "condition": "result > 10 && user_id == 42",
///         "tags": "{'user': user_id}",
///         "custom": { "what a type of your own": ["may", "want"] }
///     },
///     "lifespan": 5,
///     "share": 1,
///     "last_modified": "2026-11-21T07:50:00Z"
/// }"#.parse()?;
/// assert_eq!(spec.id().to_string(), "shop::cart::Cart::add/expensive");
/// spec.validate()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Specs of `diagnose`, the library for Python, are read as well: `lastmodified`, which may have no `Z`, the types `hist` and
/// `incr`, and `applied`, which means nothing here. Their target is to be written with `::`, and their value as CEL.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Spec {
    /// The full path of the probed function.
    pub target: String,
    /// What observes it.
    pub instrument: InstrumentSpec,
    /// Minutes, counted from `last_modified`, or where that's missing, from when a process first applied it. Without it
    /// the instrument stays until the spec is removed.
    pub lifespan: Option<f64>,
    /// Percent of each thread's time that it may take, above 0 and up to 100, as in `0.5`; beyond that it looks at some calls only.
    /// Without it it's what the program says, or `INSTRUMENT_PROBE_SHARE`, or 5.
    pub share: Option<f64>,
    /// When it was added or changed. A process that disabled a failed instrument tries anew when this changes.
    pub last_modified: Option<Timestamp>,
    /// Fields that were read and mean nothing here, as `applied` of specs that were written for `diagnose`, the library for
    /// Python. They aren't written.
    pub ignored: Vec<String>,
}

/// The instrument of a [`Spec`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct InstrumentSpec {
    /// `log`, `histogram`, `increment`, or what a program registered with its manager.
    pub kind: String,
    /// Tells it from the target's other instruments.
    pub name: String,
    /// The expression that's observed.
    pub value: Option<String>,
    /// When it fires. Without it, as soon as all is known that its expressions name: at the call, or for `result` and
    /// `elapsed` at the return.
    pub event: Option<Event>,
    /// The expression that has to be true for it to fire.
    pub condition: Option<String>,
    /// An expression that makes a map.
    pub tags: Option<String>,
    /// What types of the program's own want to know.
    pub custom: BTreeMap<String, Json>,
}

/// What a spec is known by, however often it changes: target and name of the instrument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpecId {
    /// The full path of the probed function.
    pub target: String,
    /// The instrument's name.
    pub name: String,
}

impl Spec {
    /// A spec of an instrument without value, event, condition, tags or lifespan, last modified now.
    ///
    /// ```
    /// use instrument::probe::Spec;
    /// let mut spec = Spec::new("shop::cart::Cart::add", "log", "expensive");
    /// spec.instrument.value = Some("result".into());
    /// spec.lifespan = Some(5.0);
    /// ```
    pub fn new(target: impl Into<String>, kind: impl Into<String>, name: impl Into<String>) -> Spec {
        Spec {
            target: target.into(),
            instrument: InstrumentSpec {
                kind: kind.into(),
                name: name.into(),
                value: None,
                event: None,
                condition: None,
                tags: None,
                custom: BTreeMap::new(),
            },
            lifespan: None,
            share: None,
            last_modified: Some(Timestamp::now()),
            ignored: Vec::new(),
        }
    }

    /// What it's known by.
    pub fn id(&self) -> SpecId {
        SpecId { target: self.target.clone(), name: self.instrument.name.clone() }
    }

    /// It as JSON, in one line: what's [parsed](str::parse) as the same again, and what a store of your own may keep.
    ///
    /// ```
    /// let spec: instrument::probe::Spec = r#"{"target": "f", "instrument": {"type": "log", "name": "n"}}"#.parse()?;
    /// assert_eq!(spec.to_json(), r#"{"target":"f","instrument":{"type":"log","name":"n"}}"#);
    /// assert_eq!(spec.to_json().parse(), Ok(spec));
    /// # Ok::<(), instrument::probe::ParseError>(())
    /// ```
    pub fn to_json(&self) -> String {
        String::from_utf8_lossy(&instrument_model::json::written(self)).into_owned()
    }

    /// What's in it and means nothing, in a sentence; `None` if there's nothing of the kind.
    ///
    /// ```
    /// let old = r#"{"target": "f", "instrument": {"type": "hist", "name": "n"}, "applied": {}}"#;
    /// let spec: instrument::probe::Spec = old.parse()?;
    /// assert_eq!(spec.warning().as_deref(), Some("the spec f/n: `applied` means nothing here, and is passed over"));
    /// # Ok::<(), instrument::probe::ParseError>(())
    /// ```
    pub fn warning(&self) -> Option<String> {
        let fields = self.ignored.join("`, `");
        let id = printable(&self.id().to_string());
        (!fields.is_empty()).then(|| format!("the spec {id}: `{fields}` means nothing here, and is passed over"))
    }

    /// Whether it's known by that.
    pub fn is(&self, id: &SpecId) -> bool {
        self.target == id.target && self.instrument.name == id.name
    }

    /// How much of its lifespan is left at `now`, if it was first applied at `applied`: `None` without a lifespan, zero
    /// when it has expired. A `last_modified` of another machine's clock that's ahead doesn't lengthen it.
    pub fn time_left(&self, applied: Timestamp, now: Timestamp) -> Option<Duration> {
        // A lifespan that isn't valid ends at once, rather than never.
        let lifespan = Duration::try_from_secs_f64(self.lifespan? * 60.0).unwrap_or(Duration::ZERO);
        let begun = self.last_modified.unwrap_or(applied).min(now);
        Some(lifespan.saturating_sub(now.since(begun)))
    }
}

impl SpecId {
    /// The spec of that instrument on that target.
    pub fn new(target: impl Into<String>, name: impl Into<String>) -> SpecId {
        SpecId { target: target.into(), name: name.into() }
    }
}

impl fmt::Display for SpecId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.target, self.name)
    }
}

object!(InstrumentSpec, Refused,
    needs { "type": kind, "name": name },
    may { "value": value, "event": event, "condition": condition, "tags": tags, "custom": custom });

object!(SpecId, Skipped, needs { "target": target, "name": name });

words!(Event { "call" Call, "return" Return, "error" Error });

#[cfg(test)]
mod tests;
