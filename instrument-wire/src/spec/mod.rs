//! Specs: what to observe where, as data that a file, a server or another process can hand over.

mod bounds;
mod json;
mod parse;
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
use serde::{Deserialize, Serialize};
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
///     "last_modified": "2026-11-21T07:50:00Z"
/// }"#.parse()?;
/// assert_eq!(spec.id().to_string(), "shop::cart::Cart::add/expensive");
/// spec.validate()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Spec {
    /// The full path of the probed function.
    pub target: String,
    /// What observes it.
    pub instrument: InstrumentSpec,
    /// Minutes, counted from `last_modified`, or where that's missing, from when a process first applied it. Without it
    /// the instrument stays until the spec is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifespan: Option<f64>,
    /// When it was added or changed. A process that disabled a failed instrument tries anew when this changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<Timestamp>,
}

/// The instrument of a [`Spec`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct InstrumentSpec {
    /// `log`, `histogram`, `increment`, or what a program registered with its manager.
    #[serde(rename = "type")]
    pub kind: String,
    /// Tells it from the target's other instruments.
    pub name: String,
    /// The expression that's observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// When it fires. Without it, as soon as all is known that its expressions name: at the call, or for `result` and
    /// `elapsed` at the return.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "event")]
    pub event: Option<Event>,
    /// The expression that has to be true for it to fire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// An expression that makes a map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<String>,
    /// What types of the program's own want to know.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, Json>,
}

/// What a spec is known by, however often it changes: target and name of the instrument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
            last_modified: Some(Timestamp::now()),
        }
    }

    /// What it's known by.
    pub fn id(&self) -> SpecId {
        SpecId { target: self.target.clone(), name: self.instrument.name.clone() }
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

/// Events by their names.
mod event {
    use super::parse::text;
    use crate::event::Event;
    use serde::{Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(event: &Option<Event>, serializer: S) -> Result<S::Ok, S::Error> {
        event.map(Event::as_str).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Event>, D::Error> {
        text(deserializer, "`call`, `return` or `error`", |name| {
            let known = Event::ALL.into_iter().find(|event| event.as_str() == name);
            let unknown = || format!("unknown variant `{name}`, expected one of `call`, `return`, `error`");
            known.ok_or_else(unknown)
        })
    }
}

#[cfg(test)]
mod tests;
