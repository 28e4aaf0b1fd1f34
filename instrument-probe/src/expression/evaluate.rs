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
                self.value(if holds { yes } else { no })
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

    /// `&&` and `||`: the first part that decides does so, also where one before it fails.
    fn decide<'n>(&mut self, parts: impl Iterator<Item = &'n Node>, decisive: bool) -> Result<Value, InstrumentError> {
        let mut failed = None;
        for part in parts {
            match self.value(part).and_then(|value| truth(&value)) {
                Ok(value) if value == decisive => return Ok(Value::Bool(decisive)),
                Ok(_) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(Value::Bool(!decisive)), Err)
    }

    fn index(&mut self, [of, index]: &[Node; 2]) -> Result<Value, InstrumentError> {
        let of = self.value(of)?;
        let index = self.value(index)?;
        match &of {
            Value::List(elements) => {
                let place = match &index {
                    Value::Int(place) => usize::try_from(*place).ok(),
                    Value::UInt(place) => usize::try_from(*place).ok(),
                    Value::Float(place) if place.fract() == 0.0 && *place >= 0.0 => Some(*place as usize),
                    other => {
                        return Err(InstrumentError::new(format_args!(
                            "a list has an element at an integer, not at {}",
                            other.kind()
                        )));
                    }
                };
                let element = place.and_then(|place| elements.get(place)).cloned();
                element.ok_or_else(|| {
                    InstrumentError::new(format_args!("Index out of bounds: {index} of {} elements", elements.len()))
                })
            }
            Value::Map(entries) => entry(entries, &index)?.cloned().ok_or_else(|| no_key(&index)),
            other => Err(InstrumentError::new(format_args!("{} has no elements", other.kind()))),
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
            other => return Err(InstrumentError::new(format_args!("{} can't be looped over", other.kind()))),
        };
        spend(elements.len())?;
        let mut made = Vec::new();
        let mut failed = None;
        let mut found = 0;
        for element in elements {
            self.looping.push(element.clone());
            let (last, conditions) = match body.split_last() {
                Some((last, conditions)) if what == Loop::Map => (Some(last), conditions),
                _ => (None, body),
            };
            let holds =
                conditions.iter().try_fold(true, |holds, condition| Ok(holds && truth(&self.value(condition)?)?));
            let value = match (&holds, last) {
                (Ok(true), Some(last)) => self.value(last).map(Some),
                _ => Ok(None),
            };
            self.looping.pop();
            match (what, holds) {
                (Loop::All, Ok(false)) => return Ok(Value::Bool(false)),
                (Loop::Exists, Ok(true)) => return Ok(Value::Bool(true)),
                // Another element may still decide.
                (Loop::All | Loop::Exists, Err(error)) => failed = failed.or(Some(error)),
                (_, Err(error)) => return Err(error),
                (Loop::ExistsOne, Ok(true)) => found += 1,
                (Loop::Filter, Ok(true)) => made.push(element),
                (_, Ok(_)) => made.extend(value?),
            }
        }
        match what {
            Loop::All | Loop::Exists => failed.map_or(Ok(Value::Bool(what == Loop::All)), Err),
            Loop::ExistsOne => Ok(Value::Bool(found == 1)),
            Loop::Filter | Loop::Map => Ok(Value::List(made.into())),
        }
    }
}

fn field(of: &Value, name: &str, asks: bool) -> Result<Value, InstrumentError> {
    let Value::Map(_) = of else {
        return Err(InstrumentError::new(format_args!("{} has no field `{name}`", of.kind())));
    };
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
