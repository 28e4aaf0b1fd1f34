//! Conditions on rows of figures, in CEL: `own_ms > 5 && count < 10`.

use crate::failure::Failure;
use cel::{Context, Env, Program, Value};
use instrument_model::text::{nearest, printable};
use std::sync::Arc;

/// A condition, and what it looks at.
pub(crate) struct Filter {
    option: &'static str,
    source: String,
    env: Arc<Env>,
    program: Program,
    /// The variables that it names.
    used: Vec<String>,
}

impl Filter {
    /// The condition that's written behind that option. `known` lists what it may name.
    ///
    /// # Errors
    /// What's wrong, and where.
    pub(crate) fn parse(option: &'static str, source: &str, known: &[String]) -> Result<Filter, Failure> {
        let env = Arc::new(Env::stdlib());
        let program = env.compile(source).map_err(|errors| {
            let first = errors.errors.first();
            let at = first.map_or(0, |error| usize::try_from(error.pos.1).unwrap_or(1).saturating_sub(1));
            let problem = first.map_or("it can't be read".to_owned(), |error| error.msg.clone());
            wrong(option, source, at, &problem)
        })?;
        let references = program.references();
        let mut used: Vec<String> = references.variables().iter().map(|name| (*name).to_owned()).collect();
        used.sort_by_key(|name| place_of(source, name));
        if let Some(unknown) = used.iter().find(|name| !known.contains(name)) {
            let near = nearest(unknown, known.iter().map(String::as_str));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known.join(", ")),
            };
            let problem = format!("there's no `{}`; {hint}", printable(unknown));
            return Err(wrong(option, source, place_of(source, unknown), &problem));
        }
        drop(references);
        Ok(Filter { option, source: source.to_owned(), env, program, used })
    }

    /// Whether it holds where variables have the values that `value` tells. What isn't known is NaN, and no comparison of that
    /// holds.
    ///
    /// # Errors
    /// Where types don't go together, or it's no condition.
    pub(crate) fn holds(&self, value: impl Fn(&str) -> Value) -> Result<bool, Failure> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        for name in &self.used {
            context.add_variable_from_value(name.as_str(), value(name));
        }
        match self.program.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => {
                let problem = format!("this is {}, where a condition is expected, as `own_ms > 5`", kind(&other));
                Err(wrong(self.option, &self.source, 0, &problem))
            }
            Err(error) => Err(wrong(self.option, &self.source, 0, &error.to_string())),
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Int(_) | Value::UInt(_) | Value::Float(_) => "a number",
        Value::String(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        _ => "something else",
    }
}

/// Where a name stands in a text, in bytes.
fn place_of(source: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let stands_alone = |at: &usize| {
        let (before, after) = (&source[..*at], &source[at + name.len()..]);
        !before.ends_with(is_word) && !before.ends_with('.') && !after.starts_with(is_word)
    };
    source.match_indices(name).map(|(at, _)| at).find(stands_alone).unwrap_or(0)
}

/// Wrong usage: the text, a mark below the place, and what's wrong there.
fn wrong(option: &str, source: &str, at: usize, problem: &str) -> Failure {
    let source = printable(source);
    let blanks = " ".repeat(source.chars().count().min(source.get(..at).map_or(at, |before| before.chars().count())));
    Failure::Usage(format!("{option}: {}\n  {source}\n  {blanks}^", printable(problem)))
}
