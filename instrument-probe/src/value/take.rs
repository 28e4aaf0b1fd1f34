//! Taking a value from a program's: what it is made of, within bounds, however large it is.

use super::known::{Meaning, is_lock};
use super::{Bounded, Value};
use serde_core::Serialize;
use std::any::type_name;
use std::fmt::{Debug, Display, Write as _};

/// Bytes of one text.
pub(super) const LONGEST_TEXT: usize = 1024;
/// Elements of one collection.
pub(super) const MOST_ELEMENTS: usize = 100;
/// Elements past those, which are passed over before the rest isn't even looked at.
pub(super) const MOST_PASSED_OVER: usize = 1_000;
/// Collections within collections.
pub(super) const DEEPEST: usize = 8;
/// Levels of `Some` and of structs that wrap one value, all together.
const MOST_WRAPPED: usize = 64;
/// Parts of one value.
pub(super) const MOST_PARTS: usize = 1_000;

/// By its `Serialize`.
pub(crate) fn serialized<T: Serialize + ?Sized>(value: &T) -> Value {
    let mut builder = Builder::default();
    match builder.take(value) {
        Ok(()) | Err(Stop::Full) => builder.finish(),
        Err(Stop::Failed(message)) => Value::from(format!("<can't be serialized: {message}>")),
    }
}

/// By its `Debug`.
pub(crate) fn debugged<T: Debug + ?Sized>(value: &T) -> Value {
    let mut text = Bounded { text: String::new(), length: LONGEST_TEXT };
    if write!(text, "{value:?}").is_err() {
        text.text.push('…');
    }
    Value::from(text.text)
}

/// By its `Display`.
pub(crate) fn displayed<T: Display + ?Sized>(value: &T) -> Value {
    let mut text = Bounded { text: String::new(), length: LONGEST_TEXT };
    if write!(text, "{value}").is_err() {
        text.text.push('…');
    }
    Value::from(text.text)
}

/// By nothing but the name of its type; of what it refers to, if it's a reference.
pub(crate) fn opaque<T: ?Sized>() -> Value {
    Value::from(format!("<{}>", type_name::<T>().trim_start_matches('&')))
}

/// Why no more is taken.
#[derive(Debug)]
pub(crate) enum Stop {
    /// There's enough of it.
    Full,
    /// The value's own error.
    Failed(String),
}

/// What has been taken so far. It isn't in the serializers, which are gone when a value is too large.
#[derive(Default)]
pub(crate) struct Builder {
    open: Vec<Open>,
    done: Option<Value>,
    parts: usize,
    passed_over: usize,
    /// Levels of what's no collection: `Some`, and structs that wrap one value.
    wrapped: usize,
    /// The type that's being serialized.
    pub(super) of: &'static str,
}

/// A collection that isn't complete yet.
enum Open {
    List(Vec<Value>),
    Map(Vec<(Value, Value)>, Option<Value>),
    /// Bytes that are shown as text.
    Text(Vec<u8>),
    /// One more level around a variant's fields.
    Variant(&'static str),
}

impl Builder {
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Takes a part of the value, or the whole.
    pub(super) fn take<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Stop> {
        let around = std::mem::replace(&mut self.of, type_name::<T>());
        let taken = if is_lock(self.of) { self.put(opaque::<T>()) } else { value.serialize(&mut *self) };
        self.of = around;
        taken
    }

    /// Goes into what wraps one value, unless it's too deep in such: they take stack, too.
    pub(super) fn unwrap(&mut self, inner: impl FnOnce(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if self.wrapped >= MOST_WRAPPED {
            return self.put(Value::from("…"));
        }
        self.wrapped += 1;
        let result = inner(self);
        self.wrapped -= 1;
        result
    }

    /// Adds a value to the innermost collection, or takes it as the whole.
    pub(super) fn put(&mut self, value: Value) -> Result<(), Stop> {
        if let (Some(Open::Text(bytes)), Value::Int(byte)) = (self.open.last_mut(), &value) {
            bytes.extend(u8::try_from(*byte));
            return Ok(());
        }
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(Stop::Full);
        }
        self.place(value);
        Ok(())
    }

    pub(super) fn put_text(&mut self, text: &str) -> Result<(), Stop> {
        // Long text counts as several parts, so that a value's size is bounded and not only its shape.
        self.parts += text.len().min(LONGEST_TEXT) / 64;
        let kept = super::cut(text, LONGEST_TEXT);
        self.put(if kept.len() < text.len() { Value::from(format!("{kept}…")) } else { Value::from(kept) })
    }

    fn place(&mut self, value: Value) {
        let mut value = value;
        loop {
            match self.open.last_mut() {
                Some(Open::List(elements)) => return elements.push(value),
                Some(Open::Map(entries, key)) => match key.take() {
                    Some(key) => return entries.push((key, value)),
                    None => {
                        *key = Some(value);
                        return;
                    }
                },
                // Nothing but bytes comes there.
                Some(Open::Text(_)) => return,
                Some(Open::Variant(name)) => {
                    value = Value::from(vec![(*name, value)]);
                    self.open.pop();
                }
                None => {
                    self.done = Some(value);
                    return;
                }
            }
        }
    }

    pub(super) fn open_list(&mut self) {
        self.open.push(Open::List(Vec::new()));
    }

    pub(super) fn open_text(&mut self) {
        self.open.push(Open::Text(Vec::new()));
    }

    /// Whether what comes next are the bytes of a text.
    pub(super) fn is_in_text(&self) -> bool {
        matches!(self.open.last(), Some(Open::Text(_)))
    }

    pub(super) fn open_map(&mut self) {
        self.open.push(Open::Map(Vec::new(), None));
    }

    pub(super) fn open_variant(&mut self, name: &'static str) {
        self.open.push(Open::Variant(name));
    }

    /// Whether the innermost collection takes one more element.
    pub(super) fn has_room(&mut self) -> Result<bool, Stop> {
        let length = match self.open.last() {
            // One more than is kept, so that it's seen to be cut.
            Some(Open::Text(bytes)) if bytes.len() > LONGEST_TEXT => return Ok(false),
            Some(Open::List(elements)) => elements.len(),
            Some(Open::Map(entries, _)) => entries.len(),
            _ => 0,
        };
        if length < MOST_ELEMENTS { Ok(true) } else { self.pass_over().map(|()| false) }
    }

    /// Leaves an element out.
    pub(super) fn pass_over(&mut self) -> Result<(), Stop> {
        match self.open.last_mut() {
            Some(Open::List(elements)) if elements.len() == MOST_ELEMENTS => elements.push(Value::from("…")),
            Some(Open::Map(entries, _)) if entries.len() == MOST_ELEMENTS => {
                entries.push((Value::from("…"), Value::Null));
            }
            _ => {}
        }
        self.passed_over += 1;
        if self.passed_over > MOST_PASSED_OVER { Err(Stop::Full) } else { Ok(()) }
    }

    /// The innermost collection is complete.
    pub(super) fn close(&mut self) {
        let value = match self.open.pop() {
            Some(Open::List(elements)) => Value::List(elements.into()),
            Some(Open::Map(entries, _)) => Value::Map(entries.into()),
            Some(Open::Text(bytes)) => return drop(self.put_text(&String::from_utf8_lossy(&bytes))),
            Some(Open::Variant(name)) => Value::from(name),
            None => return,
        };
        self.place(value);
    }

    /// The innermost collection is complete, and was a struct of that meaning.
    pub(super) fn close_as(&mut self, meaning: Meaning) {
        match self.open.last() {
            Some(Open::Map(entries, None)) => match meaning.value(entries) {
                Some(value) => {
                    self.open.pop();
                    self.place(value);
                }
                None => self.close(),
            },
            _ => self.close(),
        }
    }

    /// The whole, with a `…` in what isn't complete.
    fn finish(mut self) -> Value {
        while let Some(open) = self.open.last_mut() {
            match open {
                Open::List(elements) if elements.len() <= MOST_ELEMENTS => elements.push(Value::from("…")),
                Open::Map(entries, key) if entries.len() <= MOST_ELEMENTS => {
                    entries.push((key.take().unwrap_or_else(|| Value::from("…")), Value::from("…")));
                }
                _ => {}
            }
            self.close();
        }
        self.done.unwrap_or(Value::Null)
    }
}
