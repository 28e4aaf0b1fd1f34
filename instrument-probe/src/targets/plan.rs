//! What an instrument looks at.

use super::{Events, Target, Wanted};
use crate::error::InstrumentError;
use instrument_model::text::nearest;

/// At which events an instrument fires, and what of a call has to be captured for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub(crate) events: Events,
    pub(crate) arguments: Wanted,
    pub(crate) result: bool,
}

impl Plan {
    /// Fires at these events, and looks at nothing but them and the time.
    pub fn new(events: impl Into<Events>) -> Self {
        Plan { events: events.into(), arguments: Wanted::NONE, result: false }
    }

    /// Looks at one argument, too.
    ///
    /// # Errors
    ///
    /// The function has none of that name, or one that's redacted.
    pub fn argument(mut self, target: &Target, name: &str) -> Result<Self, InstrumentError> {
        self.arguments.add(index_of(target, name)?);
        Ok(self)
    }

    /// Looks at all arguments.
    #[must_use]
    pub fn all_arguments(mut self) -> Self {
        self.arguments = Wanted::ALL;
        self
    }

    /// Looks at the result, or the error.
    #[must_use]
    pub fn result(mut self) -> Self {
        self.result = true;
        self
    }

    pub(crate) fn union(self, other: Plan) -> Self {
        Plan {
            events: self.events.union(other.events),
            arguments: self.arguments.union(other.arguments),
            result: self.result || other.result,
        }
    }
}

fn index_of(target: &Target, name: &str) -> Result<usize, InstrumentError> {
    let arguments = target.site.arguments();
    match arguments.iter().position(|argument| argument.name == name) {
        Some(index) if arguments.get(index).is_some_and(|argument| argument.redacted) => {
            Err(InstrumentError::new(format_args!("`{name}` of `{target}` is redacted: its value isn't to be seen")))
        }
        Some(index) => Ok(index),
        None => Err(InstrumentError::from(unknown_argument(target, name))),
    }
}

/// What to write instead of a name that stands for nothing.
pub(crate) fn unknown_argument(target: &Target, name: &str) -> String {
    let names: Vec<_> = target.arguments().collect();
    let hint = match (nearest(name, names.iter().copied()), names.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, true) => "it has no arguments that can be seen".to_owned(),
        (None, false) => format!("it has `{}`", names.join("`, `")),
    };
    format!("`{name}` is no argument of `{target}`: {hint}")
}
