//! Writes JSON: commas, escapes and numbers.

use super::Saved;
use std::io::{self, Write};

/// What's written at once.
const CHUNK: usize = 64 * 1024;
/// Whole numbers below this are exact as an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What the next value is, and so what goes before it.
enum Next {
    /// The whole text, or what follows its key.
    Alone,
    /// Its list's or object's first.
    First,
    /// A further one.
    Another,
}

/// Writes a text, value by value.
pub struct Writer<'a> {
    /// None if the text stays in memory.
    sink: Option<&'a mut dyn Write>,
    buffer: Vec<u8>,
    next: Next,
    /// How deep it is, if each item is to have a line of its own.
    depth: Option<usize>,
    /// The first failure of `sink`; nothing is written after it.
    failure: Option<io::Error>,
}

impl<'a> Writer<'a> {
    /// Writes to `sink`, in pieces of some 64 KiB, as far as the text has [lines](Self::line).
    pub fn new(sink: &'a mut dyn Write) -> Writer<'a> {
        Writer { sink: Some(sink), buffer: Vec::with_capacity(CHUNK + CHUNK / 4), ..Writer::in_memory() }
    }

    pub(super) fn in_memory() -> Writer<'a> {
        Writer { sink: None, buffer: Vec::new(), next: Next::Alone, depth: None, failure: None }
    }

    /// Each item and each field goes on a line of its own.
    pub(super) fn indented(self) -> Writer<'a> {
        Writer { depth: Some(0), ..self }
    }

    /// What was written.
    pub(super) fn into_text(mut self) -> Vec<u8> {
        if self.depth.is_some() {
            self.buffer.push(b'\n');
        }
        self.buffer
    }

    /// Writes what's left. No line break ends the text, so that whatever is cut off, it's incomplete.
    ///
    /// # Errors
    /// The first of the sink's.
    pub fn finish(mut self) -> io::Result<()> {
        self.flush();
        self.failure.map_or(Ok(()), Err)
    }

    fn flush(&mut self) {
        let Some(sink) = &mut self.sink else { return };
        if self.failure.is_none() {
            self.failure = sink.write_all(&self.buffer).err();
        }
        self.buffer.clear();
    }

    fn value(&mut self, text: &[u8]) {
        self.comma();
        self.buffer.extend_from_slice(text);
    }

    fn comma(&mut self) {
        match std::mem::replace(&mut self.next, Next::Another) {
            Next::Alone => {}
            Next::First => self.indent(),
            Next::Another => {
                self.buffer.push(b',');
                self.indent();
            }
        }
    }

    /// Goes to a new line, before a value or a key.
    pub fn line(&mut self) {
        self.comma();
        self.next = Next::Alone;
        self.buffer.push(b'\n');
        if self.buffer.len() >= CHUNK {
            self.flush();
        }
    }

    /// An object, of whose fields `fields` writes [keys](Self::key) and values.
    pub fn object(&mut self, fields: &mut dyn FnMut(&mut Self)) {
        self.nested(b"{", b"}", fields);
    }

    /// A list, of which `items` writes the values.
    pub fn array(&mut self, items: &mut dyn FnMut(&mut Self)) {
        self.nested(b"[", b"]", items);
    }

    fn nested(&mut self, open: &[u8], close: &[u8], content: &mut dyn FnMut(&mut Self)) {
        self.value(open);
        self.next = Next::First;
        self.depth = self.depth.map(|depth| depth + 1);
        let begin = self.buffer.len();
        content(self);
        self.depth = self.depth.map(|depth| depth - 1);
        if self.buffer.len() > begin {
            self.indent();
        }
        self.buffer.extend_from_slice(close);
        self.next = Next::Another;
    }

    /// To a line of its own, if that's wanted.
    fn indent(&mut self) {
        if let Some(depth) = self.depth {
            self.buffer.push(b'\n');
            self.buffer.resize(self.buffer.len() + 2 * depth, b' ');
        }
    }

    /// One item on each line, so that people and `diff` can read it.
    pub(crate) fn lines<T: Saved>(&mut self, items: &[T]) {
        self.array(&mut |out| {
            for item in items {
                out.line();
                item.write(out);
            }
            out.last_line();
        });
    }

    /// Goes to a new line, before the end of a list or object.
    pub(crate) fn last_line(&mut self) {
        self.buffer.push(b'\n');
    }

    /// A field's name; its value is to follow. For names of ours, in which nothing has to be escaped.
    pub fn key(&mut self, name: &str) {
        self.comma();
        self.buffer.push(b'"');
        self.buffer.extend_from_slice(name.as_bytes());
        self.buffer.push(b'"');
        self.colon();
    }

    /// As [`key`](Self::key), for any name.
    pub fn any_key(&mut self, name: &str) {
        self.string(name);
        self.colon();
    }

    fn colon(&mut self) {
        self.buffer.extend_from_slice(if self.depth.is_some() { b": " } else { b":" });
        self.next = Next::Alone;
    }

    /// A field, unless its value is what a reader assumes.
    pub fn field<T: Saved>(&mut self, name: &str, value: &T) {
        if !value.is_blank() {
            self.key(name);
            value.write(self);
        }
    }

    /// True or false.
    pub fn bool(&mut self, value: bool) {
        self.value(if value { b"true" } else { b"false" });
    }

    /// Some text, escaped where it has to be.
    pub fn string(&mut self, value: &str) {
        self.value(b"\"");
        let mut rest = value.as_bytes();
        while let Some(plain) = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
            self.buffer.extend_from_slice(&rest[..plain]);
            match rest[plain] {
                control @ 0..=0x1f => self.buffer.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
                other => self.buffer.extend_from_slice(&[b'\\', other]),
            }
            rest = &rest[plain + 1..];
        }
        self.buffer.extend_from_slice(rest);
        self.buffer.push(b'"');
    }

    /// Nothing.
    pub fn null(&mut self) {
        self.value(b"null");
    }

    /// A number without a fraction.
    pub fn whole(&mut self, mut value: u64) {
        // Recordings are made of these, and formatting takes thrice as long.
        let mut digits = [b'0'; 20];
        let mut first = digits.len();
        while first == digits.len() || value > 0 {
            first -= 1;
            digits[first] += (value % 10) as u8;
            value /= 10;
        }
        self.value(&digits[first..]);
    }

    pub(crate) fn large(&mut self, value: u128) {
        self.plain(format_args!("{value}"));
    }

    /// What's JSON as `format!` writes it.
    pub fn plain(&mut self, value: std::fmt::Arguments<'_>) {
        self.comma();
        // Memory takes everything.
        let _ = self.buffer.write_fmt(value);
    }

    pub(crate) fn skipped(&mut self, count: u64) {
        self.value(b"-");
        self.next = Next::Alone;
        self.whole(count);
    }

    /// The fewest digits that are read as the same number again. JSON has no infinity, and nothing that's no number.
    pub fn number(&mut self, value: f64) {
        if value.is_nan() {
            self.value(b"null");
        } else if value.is_infinite() {
            self.value(if value > 0.0 { b"\"inf\"" } else { b"\"-inf\"" });
        } else if (0.0..EXACT).contains(&value) && value.fract() == 0.0 && value.is_sign_positive() {
            self.whole(value as u64);
        } else {
            self.plain(format_args!("{value:?}"));
            if self.buffer.ends_with(b".0") {
                self.buffer.truncate(self.buffer.len() - 2);
            }
        }
    }
}
