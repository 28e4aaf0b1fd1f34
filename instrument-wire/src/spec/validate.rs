//! What a spec that could be read has to keep: names that can be shown, lifespans that end, sizes within bounds.

use super::{Bounds, Spec, SpecId};
use instrument_model::json;
use std::fmt;

/// A spec that can't be applied, with all that's wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSpec {
    /// Which spec.
    pub id: SpecId,
    /// Never empty.
    pub problems: Vec<Problem>,
}

/// One thing that's wrong with a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, such as `instrument.name`.
    pub field: &'static str,
    /// What's wrong with it, and what to write instead.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.message)
    }
}

impl fmt::Display for InvalidSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the spec {}: {}", instrument_model::text::printable(&self.id.to_string()), self.what())
    }
}

impl InvalidSpec {
    /// The problems, for where it's said which spec it is.
    ///
    /// ```
    /// use instrument::probe::Spec;
    ///
    /// let invalid = Spec::new("", "log", "n").validate().unwrap_err();
    /// assert_eq!(invalid.to_string(), format!("the spec /n: {}", invalid.what()));
    /// ```
    pub fn what(&self) -> String {
        self.problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl std::error::Error for InvalidSpec {}

impl Spec {
    /// Checks everything that needs no running program.
    ///
    /// # Errors
    ///
    /// All that's wrong with it, by field, and what's allowed instead.
    ///
    /// ```
    /// let mut spec = instrument::probe::Spec::new("shop::Cart::add", "log", "expensive");
    /// spec.lifespan = Some(-1.0);
    /// let error = spec.validate().unwrap_err();
    /// assert!(error.to_string().contains("`lifespan` is -1"));
    /// ```
    pub fn validate(&self) -> Result<(), InvalidSpec> {
        let mut problems = Vec::new();
        let mut wrong = |field: &'static str, message: String| problems.push(Problem { field, message });
        let instrument = &self.instrument;

        for (field, text, most) in [
            ("target", &self.target, Bounds::TARGET),
            ("instrument.type", &instrument.kind, Bounds::NAME),
            ("instrument.name", &instrument.name, Bounds::NAME),
        ] {
            if text.trim().is_empty() {
                wrong(field, "is empty".to_owned());
            } else if text.len() > most {
                wrong(field, format!("has {} bytes; write at most {most}", text.len()));
            } else if text.contains(|c: char| c.is_control()) || text.trim() != text {
                wrong(field, "has control characters or space around it".to_owned());
            }
        }
        for (field, text) in [
            ("instrument.value", &instrument.value),
            ("instrument.condition", &instrument.condition),
            ("instrument.tags", &instrument.tags),
        ] {
            let Some(text) = text else { continue };
            if text.trim().is_empty() {
                wrong(field, "is empty; write an expression, or leave it out".to_owned());
            } else if text.len() > Bounds::EXPRESSION {
                wrong(field, format!("has {} bytes; write at most {}", text.len(), Bounds::EXPRESSION));
            }
        }
        if let Some(lifespan) = self.lifespan
            && !(lifespan > 0.0 && lifespan <= Bounds::LIFESPAN)
        {
            let most = Bounds::LIFESPAN;
            wrong("lifespan", format!("is {lifespan}; write minutes above 0 and up to {most}, or leave it out"));
        }
        if let Some(share) = self.share
            && !(share > 0.0 && share <= 100.0)
        {
            wrong("share", format!("is {share}; write percent above 0 and up to 100, such as 5, or leave it out"));
        }
        let custom = json::written(&instrument.custom).len();
        if custom > Bounds::CUSTOM {
            wrong("instrument.custom", format!("has {custom} bytes as JSON; write at most {}", Bounds::CUSTOM));
        }
        if problems.is_empty() { Ok(()) } else { Err(InvalidSpec { id: self.id(), problems }) }
    }
}
