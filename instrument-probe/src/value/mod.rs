//! Values: arguments and results as instruments see them, apart from the program they were taken from.

mod known;
mod serialize;
pub(crate) mod take;

use std::fmt::{self, Display, Write as _};
use std::sync::Arc;

/// Bytes of a value in a message.
const LONGEST_TOLD: usize = 100;

/// An argument, a result, or what an expression made of them.
///
/// Bounded: text is cut after 1,024 bytes, a collection after 100 elements, nesting after 8 levels, and one value has at
/// most 1,000 parts. Where something was cut, there's a `…`.
///
/// What's `Serialize` is what it serializes as, but for some types of the standard library, wherever they're nested: a
/// `Duration` is seconds, a `SystemTime` seconds since 1970, `OsString` and `CString` are text, and of a `Mutex` or `RwLock`
/// there's the type alone, since the value would have to be waited for. What's not `Serialize` is its `Debug`, as text.
///
/// ```
/// use instrument_probe::Value;
///
/// let value = Value::from(vec![Value::from(1), Value::from("a")]);
/// assert_eq!(value.to_string(), r#"[1, "a"]"#);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `()`, `None`.
    Null,
    /// `bool`.
    Bool(bool),
    /// Any integer that fits. Unsigned ones too, so that expressions can mix them with literals.
    Int(i64),
    /// An integer above `i64::MAX`.
    UInt(u64),
    /// `f32`, `f64`; seconds of a `Duration`, and since 1970 of a `SystemTime`.
    Float(f64),
    /// Text: strings, characters, variants without fields, and whatever has no better form than its `Debug`.
    String(Arc<str>),
    /// Sequences, tuples, sets, bytes.
    List(Arc<[Value]>),
    /// Maps and structs, in the order in which they came.
    Map(Arc<[(Value, Value)]>),
}

impl Value {
    /// A number, if it is one: `true` counts as 1.
    ///
    /// ```
    /// # use instrument_probe::Value;
    /// assert_eq!(Value::from(3).as_number(), Some(3.0));
    /// assert_eq!(Value::from("3").as_number(), None);
    /// ```
    pub fn as_number(&self) -> Option<f64> {
        match *self {
            Value::Bool(truth) => Some(f64::from(u8::from(truth))),
            Value::Int(number) => Some(number as f64),
            Value::UInt(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        }
    }

    /// The text, if it is one.
    ///
    /// ```
    /// # use instrument_probe::Value;
    /// assert_eq!(Value::from("a").as_str(), Some("a"));
    /// ```
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entry with that key, of a map or struct.
    ///
    /// ```
    /// # use instrument_probe::Value;
    /// let user = Value::from(vec![("id", Value::from(42))]);
    /// assert_eq!(user.get("id"), Some(&Value::from(42)));
    /// ```
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(entries) => {
                entries.iter().find(|(known, _)| known.as_str() == Some(key)).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// What kind of value it is, and which one, for messages: `the string "abc"`.
    pub(crate) fn told(&self) -> String {
        let kind = match self {
            Value::Null | Value::Bool(_) => return self.to_string(),
            Value::Int(_) | Value::UInt(_) => "integer",
            Value::Float(_) => "float",
            Value::String(_) => "string",
            Value::List(_) => "list",
            Value::Map(_) => "map",
        };
        let mut text = Bounded { text: String::new(), length: LONGEST_TOLD };
        let is_cut = match self {
            Value::String(string) => write!(text, "{string:?}"),
            other => write!(text, "{other}"),
        }
        .is_err();
        format!("the {kind} {}{}", text.text, if is_cut { "…" } else { "" })
    }

    /// As [`Display`] writes it, cut after `length` bytes.
    pub(crate) fn to_text(&self, length: usize) -> String {
        let mut text = Bounded { text: String::new(), length };
        if write!(text, "{self}").is_err() {
            text.text.push('…');
        }
        text.text
    }

    fn nested(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::String(text) => write!(f, "{text:?}"),
            other => write!(f, "{other}"),
        }
    }
}

/// Text that takes so many bytes and no more.
pub(crate) struct Bounded {
    pub(crate) text: String,
    pub(crate) length: usize,
}

impl fmt::Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = self.length - self.text.len();
        let fits = cut(more, room);
        self.text.push_str(fits);
        if fits.len() < more.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// The beginning of `text`, of at most `length` bytes.
pub(crate) fn cut(text: &str, length: usize) -> &str {
    if text.len() <= length {
        return text;
    }
    let end = (0..=length).rev().find(|&end| text.is_char_boundary(end)).unwrap_or_default();
    &text[..end]
}

/// Text stands as it is, but within collections it's in quotes.
impl Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(truth) => write!(f, "{truth}"),
            Value::Int(number) => write!(f, "{number}"),
            Value::UInt(number) => write!(f, "{number}"),
            Value::Float(number) => write!(f, "{number:?}"),
            Value::String(text) => f.write_str(text),
            Value::List(elements) => {
                f.write_char('[')?;
                for (at, element) in elements.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    element.nested(f)?;
                }
                f.write_char(']')
            }
            Value::Map(entries) => {
                f.write_char('{')?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    write!(f, "{key}: ")?;
                    value.nested(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Value::UInt(number), Value::Int)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Int(number.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Float(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text.into())
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(elements: Vec<V>) -> Self {
        Value::List(elements.into_iter().map(Into::into).collect())
    }
}

impl<K: Into<Value>, V: Into<Value>> From<Vec<(K, V)>> for Value {
    fn from(entries: Vec<(K, V)>) -> Self {
        Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}
