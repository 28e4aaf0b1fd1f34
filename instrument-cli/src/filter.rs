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
    /// The condition that's written behind that option. `known` lists what it may name, and `others` says it shortly.
    ///
    /// # Errors
    /// What's wrong, and where.
    pub(crate) fn parse(option: &'static str, source: &str, known: &[String], others: &str) -> Result<Filter, Failure> {
        let env = Arc::new(Env::stdlib());
        let program = env.compile(source).map_err(|errors| {
            let first = errors.errors.first();
            let at = first.map_or(0, |error| usize::try_from(error.pos.1).unwrap_or(1).saturating_sub(1));
            let problem = first.map_or("it can't be read".to_owned(), |error| readable(&error.msg));
            wrong(option, source, at, &problem)
        })?;
        let references = program.references();
        let mut used: Vec<String> = references.variables().iter().map(|name| (*name).to_owned()).collect();
        used.sort_by_key(|name| place_of(source, name));
        used.retain(|name| known.contains(name) || !is_bound(source, name));
        if let Some(unknown) = used.iter().find(|name| !known.contains(name)) {
            let with_unit = format!("{unknown}_ms");
            let hint = match near(unknown, known) {
                _ if known.contains(&with_unit) => {
                    format!("times have a unit behind them: write `{with_unit}`, or _ns, _us, _s")
                }
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {others}"),
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
        let mut is_short = false;
        for name in &self.used {
            let value = value(name);
            is_short |= matches!(value, Value::Float(number) if number.is_nan());
            context.add_variable_from_value(name.as_str(), value);
        }
        match self.program.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(other) => {
                let problem = format!("this is {}, where a condition is expected, as `own_ms > 5`", kind(&other));
                Err(wrong(self.option, &self.source, 0, &problem))
            }
            // Numbers can be compared, but for NaN.
            Err(_) if is_short => Ok(false),
            Err(error) => Err(wrong(self.option, &self.source, 0, &error.to_string())),
        }
    }
}

/// What's wrong with the text, without the parser's lists of all that would be right.
fn readable(problem: &str) -> String {
    let Some(syntax) = problem.strip_prefix("Syntax error: ") else { return problem.to_owned() };
    let token = ["input '", "error at: '"].iter().find_map(|before| syntax.split_once(before)).map(|(_, rest)| rest);
    let token =
        token.and_then(|rest| rest.split_once("' expecting").map(|(token, _)| token).or(rest.strip_suffix('\'')));
    let instead = |operator: &str, meant: &str| format!("write `{operator}` for {meant}");
    match token.map(str::trim) {
        Some("<EOF>") => "the condition ends where a value is expected".to_owned(),
        Some("=") => instead("==", "equal"),
        Some("and" | "AND" | "&") => instead("&&", "and"),
        Some("or" | "OR" | "|") => instead("||", "or"),
        Some("not" | "NOT") => instead("!", "not"),
        Some(token) => format!("`{token}` can't be here"),
        None => problem.to_owned(),
    }
}

/// The known name that it may have been meant to be; of one with a unit, one with the same.
fn near(unknown: &str, known: &[String]) -> Option<String> {
    let of_unit = || {
        let (name, unit) = unknown.rsplit_once('_')?;
        let names = known.iter().filter_map(|known| known.rsplit_once('_').filter(|(_, other)| *other == unit));
        nearest(name, names.map(|(name, _)| name)).map(|name| format!("{name}_{unit}"))
    };
    nearest(unknown, known.iter().map(String::as_str)).map(str::to_owned).or_else(of_unit)
}

/// Whether a macro gives it its value, as in `stack.exists(s, s == "main")`.
fn is_bound(source: &str, name: &str) -> bool {
    let opens = |before: &str| before.trim_end().ends_with('(');
    source
        .match_indices(name)
        .any(|(at, _)| opens(&source[..at]) && source[at + name.len()..].trim_start().starts_with(','))
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
