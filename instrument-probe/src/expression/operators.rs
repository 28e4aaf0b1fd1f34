//! What operators do to values. Numbers of different types are compared by what they are, and never added up.
//!
//! A null is what isn't there, and what's made of it isn't either: `null > 1` and `null * 2` are null. It's equal to itself
//! alone, and neither true nor false.

use super::budget::{spend, spend_on_text};
use super::syntax::Binary;
use crate::error::InstrumentError;
use crate::value::Value;
use std::cmp::Ordering;

pub(super) fn binary(operator: Binary, left: &Value, right: &Value) -> Result<Value, InstrumentError> {
    let ordered = |holds: fn(Ordering) -> bool| Ok(Value::Bool(order(left, right)?.is_some_and(holds)));
    match operator {
        Binary::Equal => equal(left, right).map(Value::Bool),
        Binary::Unequal => equal(left, right).map(|is_equal| Value::Bool(!is_equal)),
        Binary::In if *right == Value::Null => Ok(Value::Null),
        Binary::In => within(left, right).map(Value::Bool),
        _ if *left == Value::Null || *right == Value::Null => Ok(Value::Null),
        Binary::Less => ordered(Ordering::is_lt),
        Binary::LessOrEqual => ordered(Ordering::is_le),
        Binary::Greater => ordered(Ordering::is_gt),
        Binary::GreaterOrEqual => ordered(Ordering::is_ge),
        Binary::Add => add(left, right),
        Binary::Subtract | Binary::Multiply | Binary::Divide | Binary::Remainder => calculate(operator, left, right),
    }
}

/// Whether they're the same: numbers by what they are, maps in any order, values of different kinds never.
pub(super) fn equal(left: &Value, right: &Value) -> Result<bool, InstrumentError> {
    spend(1)?;
    Ok(match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::String(left), Value::String(right)) => {
            spend_on_text(left.len().min(right.len()))?;
            left == right
        }
        (Value::List(left), Value::List(right)) => {
            if left.len() != right.len() {
                return Ok(false);
            }
            for (left, right) in left.iter().zip(right.iter()) {
                if !equal(left, right)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(left), Value::Map(right)) => {
            if left.len() != right.len() {
                return Ok(false);
            }
            for (key, value) in left.iter() {
                match entry(right, key)? {
                    Some(other) if equal(value, other)? => {}
                    _ => return Ok(false),
                }
            }
            true
        }
        _ => numbers(left, right) == Some(Some(Ordering::Equal)),
    })
}

/// Whether it can be a key: as a literal's, or one that's looked for.
pub(super) fn key(value: &Value) -> Result<(), InstrumentError> {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::String(_) => Ok(()),
        other => {
            Err(InstrumentError::new(format_args!("a key is a number, a string, true or false, not {}", other.told())))
        }
    }
}

/// The value with that key.
pub(super) fn entry<'m>(entries: &'m [(Value, Value)], key: &Value) -> Result<Option<&'m Value>, InstrumentError> {
    for (known, value) in entries {
        if equal(known, key)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// How two numbers compare, if they're numbers; not at all, if one is no number.
fn numbers(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    Some(match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (Some(left), None) => float(right)?.partial_cmp_whole(left).map(Ordering::reverse),
        (None, Some(right)) => float(left)?.partial_cmp_whole(right),
        (None, None) => float(left)?.0.partial_cmp(&float(right)?.0),
    })
}

fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) => Some((*number).into()),
        Value::UInt(number) => Some((*number).into()),
        _ => None,
    }
}

struct Float(f64);

fn float(value: &Value) -> Option<Float> {
    match value {
        Value::Float(number) => Some(Float(*number)),
        _ => None,
    }
}

impl Float {
    /// Exactly: a 64-bit integer may have no `f64`.
    fn partial_cmp_whole(&self, whole: i128) -> Option<Ordering> {
        let floor = self.0.floor();
        if floor.is_nan() {
            return None;
        }
        // What's out of range becomes the nearest, which is out of the range of 64 bits, too.
        let order = (floor as i128).cmp(&whole);
        Some(if order.is_eq() && self.0 > floor { Ordering::Greater } else { order })
    }
}

fn order(left: &Value, right: &Value) -> Result<Option<Ordering>, InstrumentError> {
    Ok(match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::String(left), Value::String(right)) => {
            spend_on_text(left.len().min(right.len()))?;
            Some(left.cmp(right))
        }
        _ => match numbers(left, right) {
            Some(order) => order,
            None => {
                return Err(InstrumentError::new(format_args!(
                    "{} can't be compared with {}",
                    left.told(),
                    right.told()
                )));
            }
        },
    })
}

fn within(value: &Value, container: &Value) -> Result<bool, InstrumentError> {
    match container {
        Value::List(elements) => {
            for element in elements.iter() {
                if equal(element, value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(_) if *value == Value::Null => Ok(false),
        Value::Map(entries) => {
            key(value)?;
            Ok(entry(entries, value)?.is_some())
        }
        other => Err(InstrumentError::new(format_args!("`in` looks into a list or a map, and got {}", other.told()))),
    }
}

fn add(left: &Value, right: &Value) -> Result<Value, InstrumentError> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => {
            spend_on_text(left.len() + right.len())?;
            Ok(Value::from([&**left, right].concat()))
        }
        (Value::List(left), Value::List(right)) => {
            spend(left.len() + right.len())?;
            Ok(Value::List(left.iter().chain(right.iter()).cloned().collect()))
        }
        _ => calculate(Binary::Add, left, right),
    }
}

fn calculate(operator: Binary, left: &Value, right: &Value) -> Result<Value, InstrumentError> {
    let sign = match operator {
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Remainder => "%",
        _ => "+",
    };
    let divides = matches!(operator, Binary::Divide | Binary::Remainder);
    let by_zero = || InstrumentError::new(format_args!("Division by zero: `{left} {sign} 0`"));
    let overflow = || InstrumentError::new(format_args!("Overflow: `{left} {sign} {right}` is no 64-bit integer"));
    match (left, right) {
        (Value::Int(_), Value::Int(0)) | (Value::UInt(_), Value::UInt(0)) if divides => Err(by_zero()),
        (&Value::Int(left), &Value::Int(right)) => match operator {
            Binary::Subtract => left.checked_sub(right),
            Binary::Multiply => left.checked_mul(right),
            Binary::Divide => left.checked_div(right),
            Binary::Remainder => left.checked_rem(right),
            _ => left.checked_add(right),
        }
        .map(Value::Int)
        .ok_or_else(overflow),
        (&Value::UInt(left), &Value::UInt(right)) => match operator {
            Binary::Subtract => left.checked_sub(right),
            Binary::Multiply => left.checked_mul(right),
            Binary::Divide => left.checked_div(right),
            Binary::Remainder => left.checked_rem(right),
            _ => left.checked_add(right),
        }
        .map(Value::UInt)
        .ok_or_else(overflow),
        (&Value::Float(left), &Value::Float(right)) if operator != Binary::Remainder => {
            Ok(Value::Float(match operator {
                Binary::Subtract => left - right,
                Binary::Multiply => left * right,
                Binary::Divide => left / right,
                _ => left + right,
            }))
        }
        _ => Err(InstrumentError::new(format_args!(
            "`{sign}` has no meaning between {} and {}; types don't mix, so write `double(n) * elapsed`, or `2.0` for `2`",
            left.told(),
            right.told()
        ))),
    }
}

pub(super) fn not(value: &Value) -> Result<Value, InstrumentError> {
    Ok(truth(value)?.map_or(Value::Null, |truth| Value::Bool(!truth)))
}

pub(super) fn negative(value: &Value) -> Result<Value, InstrumentError> {
    match value {
        Value::Int(number) => number
            .checked_neg()
            .map(Value::Int)
            .ok_or_else(|| InstrumentError::new(format_args!("Overflow: `-({number})` is no 64-bit integer"))),
        Value::Float(number) => Ok(Value::Float(-number)),
        Value::Null => Ok(Value::Null),
        other => Err(InstrumentError::new(format_args!("`-` takes a number, and got {}", other.told()))),
    }
}

/// Whether it's true; `None` for null.
pub(super) fn truth(value: &Value) -> Result<Option<bool>, InstrumentError> {
    match value {
        Value::Bool(truth) => Ok(Some(*truth)),
        Value::Null => Ok(None),
        other => Err(InstrumentError::new(format_args!(
            "true or false is needed here, and it's {}: compare it with something",
            other.told()
        ))),
    }
}
