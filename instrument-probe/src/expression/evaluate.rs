//! From an expression and a call to a value.

use super::budget::{spend, spend_on};
use super::operators::{binary, entry, key as key_of, negative, not, truth};
use super::syntax::{Loop, Node, Part};
use super::variables::Variables;
use super::{functions, standard};
use crate::error::InstrumentError;
use crate::value::Value;

/// Evaluates it. Recursive: see `compile` for how deep an expression can be.
pub(super) fn evaluate(root: &Node, variables: &Variables<'_>) -> Result<Value, InstrumentError> {
    let mut evaluation = Evaluation { variables, looping: Vec::new() };
    let value = evaluation.value(root)?;
    spend_on(&value)?;
    Ok(shown(&value))
}

struct Evaluation<'e> {
    variables: &'e Variables<'e>,
    /// What the loops around look at now.
    looping: Vec<Value>,
}

/// As who's outside of expressions sees it: integers are signed if they fit, and a map that was made of one without an
/// order, as a `HashMap` is, is the same text each time.
fn shown(value: &Value) -> Value {
    match value {
        Value::UInt(number) => Value::from(*number),
        Value::List(elements) => Value::List(elements.iter().map(shown).collect()),
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().map(|(key, value)| (shown(key), shown(value))).collect();
            entries.sort_by_cached_key(|(key, _)| key.to_string());
            Value::Map(entries.into())
        }
        other => other.clone(),
    }
}

impl Evaluation<'_> {
    fn value(&mut self, node: &Node) -> Result<Value, InstrumentError> {
        spend(1)?;
        match &node.part {
            Part::Literal(value) => Ok(value.clone()),
            Part::Name(name) => self.variables.get(name),
            Part::Local(number) => {
                self.looping.get(*number).cloned().ok_or_else(|| InstrumentError::from("a loop has no such name"))
            }
            Part::Field { of, name, asks } => field(&self.value(of)?, name, *asks),
            Part::Index(parts) => self.index(parts),
            Part::Not(part) => not(&self.value(part)?),
            Part::Negative(part) => negative(&self.value(part)?),
            Part::Binary(operator, parts) => {
                let [left, right] = &**parts;
                let left = self.value(left)?;
                binary(*operator, &left, &self.value(right)?)
            }
            Part::Every(parts) => self.decide(parts.iter(), false),
            Part::Any(parts) => self.decide(parts.iter(), true),
            Part::Choice(parts) => {
                let [condition, yes, no] = &**parts;
                let holds = truth(&self.value(condition)?)?;
                self.value(if holds == Some(true) { yes } else { no })
            }
            Part::List(elements) => Ok(Value::List(self.values(elements)?.into())),
            Part::Map(entries) => self.map(entries),
            Part::Call { name, arguments } => {
                let arguments = self.values(arguments)?;
                call(name, arguments)
            }
            Part::Loop { what, over, body } => self.run(*what, over, body),
        }
    }

    fn values(&mut self, nodes: &[Node]) -> Result<Vec<Value>, InstrumentError> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    /// `&&` and `||`: the first part that decides does so, also where one before it fails or is null.
    fn decide<'n>(&mut self, parts: impl Iterator<Item = &'n Node>, decisive: bool) -> Result<Value, InstrumentError> {
        let mut undecided = Undecided::default();
        for part in parts {
            let value = self.value(part).and_then(|value| truth(&value));
            if undecided.by(value, decisive) {
                return Ok(Value::Bool(decisive));
            }
        }
        undecided.end(decisive)
    }

    fn index(&mut self, [of, index]: &[Node; 2]) -> Result<Value, InstrumentError> {
        let of = self.value(of)?;
        let index = self.value(index)?;
        match &of {
            _ if of == Value::Null || index == Value::Null => Ok(Value::Null),
            Value::List(elements) => {
                let place = match &index {
                    Value::Int(place) => usize::try_from(*place).ok(),
                    Value::UInt(place) => usize::try_from(*place).ok(),
                    Value::Float(place) if place.fract() == 0.0 && *place >= 0.0 => Some(*place as usize),
                    other => {
                        return Err(InstrumentError::new(format_args!(
                            "a list has an element at an integer, not at {}",
                            other.told()
                        )));
                    }
                };
                let element = place.and_then(|place| elements.get(place)).cloned();
                element.ok_or_else(|| {
                    InstrumentError::new(format_args!("Index out of bounds: {index} of {} elements", elements.len()))
                })
            }
            Value::Map(entries) => entry(entries, &index)?.cloned().ok_or_else(|| no_key(&index)),
            other => Err(InstrumentError::new(format_args!("{} has no elements", other.told()))),
        }
    }

    fn map(&mut self, entries: &[(Node, Node)]) -> Result<Value, InstrumentError> {
        let mut made: Vec<(Value, Value)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.value(key)?;
            key_of(&key)?;
            if entry(&made, &key)?.is_some() {
                return Err(InstrumentError::new(format_args!("the map has two entries {}: write one", told(&key))));
            }
            let value = self.value(value)?;
            made.push((key, value));
        }
        Ok(Value::Map(made.into()))
    }

    fn run(&mut self, what: Loop, over: &Node, body: &[Node]) -> Result<Value, InstrumentError> {
        let elements: Vec<Value> = match self.value(over)? {
            Value::List(elements) => elements.to_vec(),
            Value::Map(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
            Value::Null => return Ok(Value::Null),
            other => return Err(InstrumentError::new(format_args!("{} can't be looped over", other.told()))),
        };
        spend(elements.len())?;
        let mut made = Vec::new();
        let mut undecided = Undecided::default();
        let decisive = what == Loop::Exists;
        let mut found = 0;
        for element in elements {
            self.looping.push(element.clone());
            let (last, conditions) = match body.split_last() {
                Some((last, conditions)) if what == Loop::Map => (Some(last), conditions),
                _ => (None, body),
            };
            let holds = match conditions.first() {
                Some(condition) => self.value(condition).and_then(|value| truth(&value)),
                None => Ok(Some(true)),
            };
            let value = match (&holds, last) {
                (Ok(Some(true)), Some(last)) => self.value(last).map(Some),
                _ => Ok(None),
            };
            self.looping.pop();
            match (what, holds) {
                // Another element may still decide.
                (Loop::All | Loop::Exists, holds) => {
                    if undecided.by(holds, decisive) {
                        return Ok(Value::Bool(decisive));
                    }
                }
                (_, Err(error)) => return Err(error),
                (Loop::ExistsOne, Ok(Some(true))) => found += 1,
                (Loop::Filter, Ok(Some(true))) => made.push(element),
                (_, Ok(_)) => made.extend(value?),
            }
        }
        match what {
            Loop::All | Loop::Exists => undecided.end(decisive),
            Loop::ExistsOne => Ok(Value::Bool(found == 1)),
            Loop::Filter | Loop::Map => Ok(Value::List(made.into())),
        }
    }
}

/// Conditions of which none has decided yet.
#[derive(Default)]
struct Undecided {
    failed: Option<InstrumentError>,
    has_null: bool,
}

impl Undecided {
    /// Whether this one decides.
    fn by(&mut self, holds: Result<Option<bool>, InstrumentError>, decisive: bool) -> bool {
        match holds {
            Ok(Some(holds)) => return holds == decisive,
            Ok(None) => self.has_null = true,
            Err(error) => self.failed = self.failed.take().or(Some(error)),
        }
        false
    }

    /// There's no further one.
    fn end(self, decisive: bool) -> Result<Value, InstrumentError> {
        match (self.failed, self.has_null) {
            (Some(error), _) => Err(error),
            (None, true) => Ok(Value::Null),
            (None, false) => Ok(Value::Bool(!decisive)),
        }
    }
}

fn field(of: &Value, name: &str, asks: bool) -> Result<Value, InstrumentError> {
    match of {
        Value::Map(_) => {}
        Value::Null => return Ok(if asks { Value::Bool(false) } else { Value::Null }),
        other => return Err(InstrumentError::new(format_args!("{} has no field `{name}`", other.told()))),
    }
    match of.get(name) {
        found if asks => Ok(Value::Bool(found.is_some())),
        Some(value) => Ok(value.clone()),
        None => Err(no_key(&Value::from(name))),
    }
}

fn no_key(key: &Value) -> InstrumentError {
    InstrumentError::new(format_args!("No such key: {}", told(key)))
}

fn told(key: &Value) -> String {
    key.to_text(100)
}

fn call(name: &str, arguments: Vec<Value>) -> Result<Value, InstrumentError> {
    if let Some(function) = functions::registered(name) {
        arguments.iter().try_for_each(spend_on)?;
        let arguments: Vec<Value> = arguments.iter().map(shown).collect();
        let result = function(&arguments).map_err(|error| InstrumentError::new(format_args!("`{name}`: {error}")))?;
        spend_on(&result)?;
        return Ok(result);
    }
    standard::call(name, &arguments)
        .unwrap_or_else(|| Err(InstrumentError::new(format_args!("there's no function `{name}`"))))
}
