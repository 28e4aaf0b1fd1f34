//! Writes JSON: commas, escapes and numbers.

use super::Saved;
use std::io::{self, Write};

/// What's written at once.
const CHUNK: usize = 64 * 1024;
/// Whole numbers below this are exact as an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(crate) struct Writer<'a> {
    sink: &'a mut dyn Write,
    buffer: Vec<u8>,
    /// Whether the next value is the first of its list or follows its key, and so needs no comma.
    is_first: bool,
    /// The first failure of `sink`; nothing is written after it.
    failure: Option<io::Error>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(sink: &'a mut dyn Write) -> Writer<'a> {
        Writer { sink, buffer: Vec::with_capacity(CHUNK + CHUNK / 4), is_first: true, failure: None }
    }

    /// Writes what's left. No line break ends the text, so that whatever is cut off, it's incomplete.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush();
        self.failure.map_or(Ok(()), Err)
    }

    fn flush(&mut self) {
        if self.failure.is_none() {
            self.failure = self.sink.write_all(&self.buffer).err();
        }
        self.buffer.clear();
    }

    fn value(&mut self, text: &[u8]) {
        self.comma();
        self.buffer.extend_from_slice(text);
    }

    fn comma(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.buffer.push(b',');
        }
    }

    /// Goes to a new line, before a value or a key.
    pub(crate) fn line(&mut self) {
        self.comma();
        self.is_first = true;
        self.buffer.push(b'\n');
        if self.buffer.len() >= CHUNK {
            self.flush();
        }
    }

    pub(crate) fn object(&mut self, fields: &mut dyn FnMut(&mut Self)) {
        self.nested(b"{", b"}", fields);
    }

    pub(crate) fn array(&mut self, items: &mut dyn FnMut(&mut Self)) {
        self.nested(b"[", b"]", items);
    }

    fn nested(&mut self, open: &[u8], close: &[u8], content: &mut dyn FnMut(&mut Self)) {
        self.value(open);
        self.is_first = true;
        content(self);
        self.buffer.extend_from_slice(close);
        self.is_first = false;
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

    /// A field's name; its value is to follow. The names are ours: nothing in them has to be escaped.
    pub(crate) fn key(&mut self, name: &str) {
        self.comma();
        self.buffer.push(b'"');
        self.buffer.extend_from_slice(name.as_bytes());
        self.buffer.extend_from_slice(b"\":");
        self.is_first = true;
    }

    /// A field, unless its value is what a reader assumes.
    pub(crate) fn field<T: Saved>(&mut self, name: &str, value: &T) {
        if !value.is_blank() {
            self.key(name);
            value.write(self);
        }
    }

    pub(crate) fn bool(&mut self, value: bool) {
        self.value(if value { b"true" } else { b"false" });
    }

    pub(crate) fn string(&mut self, value: &str) {
        self.value(b"\"");
        for chunk in value.split_inclusive(|c: char| matches!(c, '"' | '\\' | '\0'..='\x1f')) {
            let last = chunk.as_bytes().last().copied().unwrap_or(0);
            let plain = &chunk.as_bytes()[..chunk.len() - 1];
            match last {
                b'"' | b'\\' => self.buffer.extend_from_slice(&[plain, &[b'\\', last]].concat()),
                0..=0x1f => self.buffer.extend_from_slice(&[plain, format!("\\u{last:04x}").as_bytes()].concat()),
                _ => self.buffer.extend_from_slice(chunk.as_bytes()),
            }
        }
        self.buffer.push(b'"');
    }

    pub(crate) fn whole(&mut self, value: u64) {
        self.format(format_args!("{value}"));
    }

    pub(crate) fn large(&mut self, value: u128) {
        self.format(format_args!("{value}"));
    }

    fn format(&mut self, value: std::fmt::Arguments<'_>) {
        self.comma();
        // Memory takes everything.
        let _ = self.buffer.write_fmt(value);
    }

    pub(crate) fn skipped(&mut self, count: u64) {
        self.value(b"-");
        self.is_first = true;
        self.whole(count);
    }

    /// The fewest digits that are read as the same number again. JSON has no infinity, and nothing that's no number.
    pub(crate) fn number(&mut self, value: f64) {
        if value.is_nan() {
            self.value(b"null");
        } else if value.is_infinite() {
            self.value(if value > 0.0 { b"\"inf\"" } else { b"\"-inf\"" });
        } else if (0.0..EXACT).contains(&value) && value.fract() == 0.0 && value.is_sign_positive() {
            self.whole(value as u64);
        } else {
            self.format(format_args!("{value:?}"));
            if self.buffer.ends_with(b".0") {
                self.buffer.truncate(self.buffer.len() - 2);
            }
        }
    }
}
