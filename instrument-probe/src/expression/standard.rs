//! The functions that CEL has.

use super::budget::{spend, spend_on_search, spend_on_text};
use super::operators::binary;
use super::syntax::Binary;
use crate::error::InstrumentError;
use crate::value::Value;
use std::fmt;
use std::str::FromStr;

/// Their names. A macro is one, too, to who looks for a name.
pub(super) const NAMES: [&str; 15] = [
    "bool",
    "bytes",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "int",
    "size",
    "startsWith",
    "string",
    "type",
    "uint",
    "has",
    "max",
    "min",
];

/// Types, which are values in CEL; here they're their names.
pub(super) const TYPES: [&str; 10] =
    ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

/// Calls one of them; `None` if there's none of that name.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Result<Value, InstrumentError>> {
    Some(match (name, arguments) {
        ("size", [Value::String(text)]) => spend_on_text(text.len()).map(|()| Value::from(text.chars().count() as u64)),
        ("size", [Value::List(elements)]) => Ok(Value::from(elements.len() as u64)),
        ("size", [Value::Map(entries)]) => Ok(Value::from(entries.len() as u64)),
        ("contains" | "startsWith" | "endsWith", [Value::String(text), Value::String(part)]) => {
            spend_on_search(text.len() / 8).map(|()| {
                Value::Bool(match name {
                    "contains" => text.contains(&**part),
                    "startsWith" => text.starts_with(&**part),
                    _ => text.ends_with(&**part),
                })
            })
        }
        ("type", [value]) => Ok(Value::from(type_of(value))),
        ("dyn", [value]) => Ok(value.clone()),
        ("max", [Value::List(elements)]) => extreme(Binary::Greater, elements),
        ("min", [Value::List(elements)]) => extreme(Binary::Less, elements),
        ("max", [_, ..]) => extreme(Binary::Greater, arguments),
        ("min", [_, ..]) => extreme(Binary::Less, arguments),
        // What's made of what isn't there isn't either.
        _ if NAMES.contains(&name) && arguments.contains(&Value::Null) => Ok(Value::Null),
        ("int", [value]) => int(value),
        ("uint", [value]) => uint(value),
        ("double", [value]) => double(value),
        ("string", [value]) => string(value),
        ("bool", [Value::Bool(truth)]) => Ok(Value::Bool(*truth)),
        ("bool", [Value::String(text)]) => match &**text {
            "true" | "TRUE" | "True" | "t" | "1" => Ok(Value::Bool(true)),
            "false" | "FALSE" | "False" | "f" | "0" => Ok(Value::Bool(false)),
            _ => Err(InstrumentError::new(format_args!("bool reads `true` and `false`, and got {}", told(arguments)))),
        },
        ("bytes", [Value::String(text)]) => spend(text.len()).map(|()| bytes(text.as_bytes())),
        ("bytes", [Value::List(_)]) => Ok(arguments.first().cloned().unwrap_or(Value::Null)),
        _ if NAMES.contains(&name) => {
            Err(InstrumentError::new(format_args!("`{name}` takes something else than {}", told(arguments))))
        }
        _ => return None,
    })
}

fn told(arguments: &[Value]) -> String {
    let told: Vec<String> = arguments.iter().map(Value::told).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(" and ") }
}

/// Bytes are lists of numbers, as in captured values.
pub(super) fn bytes(bytes: &[u8]) -> Value {
    Value::List(bytes.iter().map(|&byte| Value::Int(byte.into())).collect())
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null_type",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::UInt(_) => "uint",
        Value::Float(_) => "double",
        Value::String(_) => "string",
        Value::List(_) => "list",
        Value::Map(_) => "map",
    }
}

fn extreme(better: Binary, values: &[Value]) -> Result<Value, InstrumentError> {
    if values.is_empty() {
        return Err(InstrumentError::from("the list is empty: it has no largest or smallest element"));
    }
    let mut best = &Value::Null;
    for value in values.iter().filter(|value| **value != Value::Null) {
        spend(1)?;
        if *best == Value::Null || binary(better, value, best)? == Value::Bool(true) {
            best = value;
        }
    }
    Ok(best.clone())
}

/// No number of that type, for that reason.
fn none<T>(what: &str, value: &Value, why: impl fmt::Display) -> Result<T, InstrumentError> {
    Err(InstrumentError::new(format_args!("{} can't be made {what}: {why}", value.told())))
}

/// What `int("…")` and the like make of a text.
fn parsed<N: FromStr<Err: fmt::Display>>(what: &str, value: &Value) -> Result<N, InstrumentError> {
    match value {
        Value::String(text) => text.parse().or_else(|error| none(what, value, error)),
        _ => none(what, value, "it takes a number or a text"),
    }
}

fn int(value: &Value) -> Result<Value, InstrumentError> {
    const WHAT: &str = "an int";
    let number = match value {
        Value::Int(number) => *number,
        Value::UInt(number) => i64::try_from(*number).or_else(|error| none(WHAT, value, error))?,
        // The bounds as floats: the upper one is one too large to be an integer.
        Value::Float(number) if *number > i64::MIN as f64 && *number < i64::MAX as f64 => *number as i64,
        Value::Float(_) => return none(WHAT, value, "Overflow"),
        _ => parsed(WHAT, value)?,
    };
    Ok(Value::Int(number))
}

fn uint(value: &Value) -> Result<Value, InstrumentError> {
    const WHAT: &str = "a uint";
    let number = match value {
        Value::UInt(number) => *number,
        Value::Int(number) => u64::try_from(*number).or_else(|error| none(WHAT, value, error))?,
        Value::Float(number) if *number >= 0.0 && *number < u64::MAX as f64 => *number as u64,
        Value::Float(_) => return none(WHAT, value, "Overflow"),
        _ => parsed(WHAT, value)?,
    };
    Ok(Value::UInt(number))
}

fn double(value: &Value) -> Result<Value, InstrumentError> {
    const WHAT: &str = "a double";
    let number = match value {
        Value::Float(number) => *number,
        Value::Int(number) => *number as f64,
        Value::UInt(number) => *number as f64,
        _ => parsed(WHAT, value)?,
    };
    Ok(Value::Float(number))
}

fn string(value: &Value) -> Result<Value, InstrumentError> {
    const WHAT: &str = "a string";
    match value {
        Value::String(_) => Ok(value.clone()),
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) => Ok(Value::from(value.to_string())),
        // `1` for 1.0, as others print it.
        Value::Float(number) => Ok(Value::from(number.to_string())),
        _ => none(WHAT, value, "it takes a number, a text, true or false"),
    }
}
