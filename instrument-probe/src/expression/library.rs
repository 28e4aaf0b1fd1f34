//! The functions that are there from the start, beside CEL's own.

use super::budget;
use crate::value::Value;
use regex_lite::{Regex, RegexBuilder};
use std::cell::RefCell;

/// Bytes of a compiled pattern: some hundred states, and each of them may be looked at for each byte of a text.
const LARGEST_PATTERN: usize = 8 << 10;

thread_local! {
    /// The last pattern, since an expression has one, mostly, and looks for it in each call.
    static LAST: RefCell<Option<(String, Regex)>> = const { RefCell::new(None) };
}

/// `mag(x)`: the decimal order of magnitude.
pub(super) fn magnitude(arguments: &[Value]) -> Result<Value, String> {
    match arguments {
        [Value::Null] => Ok(Value::Null),
        [number] => match number.as_number() {
            Some(0.0) => Ok(Value::Int(0)),
            // The logarithm of 1,000 is a hair below 3, by some systems' reckoning.
            Some(number) if number.is_finite() => Ok(Value::Int((number.abs().log10() + 1e-12).floor() as i64)),
            _ => Err(format!("mag takes a number, and got {}", number.told())),
        },
        _ => Err(format!("mag takes one number, and got {}", arguments.len())),
    }
}

/// `text.matches(pattern)`: CEL's own, but bounded. Whether the regular expression is found anywhere in the text.
pub(super) fn matches(arguments: &[Value]) -> Result<Value, String> {
    let (text, pattern) = match arguments {
        [Value::String(text), Value::String(pattern)] => (text, pattern),
        [Value::Null, _] | [_, Value::Null] => return Ok(Value::Null),
        _ => return Err("it takes a text and a pattern, as in `name.matches('^a+$')`".to_owned()),
    };
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(known, _)| **known != **pattern) {
            let regex = RegexBuilder::new(pattern)
                .size_limit(LARGEST_PATTERN)
                .build()
                .map_err(|error| format!("the pattern: {error}"))?;
            *last = Some((pattern.to_string(), regex));
        }
        let Some((_, regex)) = last else { return Err("there's no pattern".to_owned()) };
        budget::spend_on_search(text.len()).map_err(|error| error.to_string())?;
        Ok(Value::Bool(regex.is_match(text)))
    })
}
