//! Reads JSON value by value, as what's expected, and says where something else is.

use super::{Fault, Saved};
use hifijson::SliceLexer;
use hifijson::num::LexWrite as _;
use hifijson::str::LexAlloc as _;
use hifijson::token::Lex as _;
use hifijson::{Read as _, str};
use std::borrow::Cow;

/// Closures are `dyn`, so that there's one copy of the code for each kind of value, not for each type: users compile it.
pub(crate) struct Reader<'a> {
    pub(super) lexer: SliceLexer<'a>,
    text: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Reader<'a> {
        Reader { lexer: SliceLexer::new(text), text }
    }

    /// Another reader at the same place.
    pub(crate) fn fork(&self) -> Reader<'a> {
        Reader { lexer: SliceLexer::new(self.lexer.as_slice()), text: self.text }
    }

    /// How many bytes were read.
    pub(crate) fn at(&self) -> usize {
        self.text.len() - self.lexer.as_slice().len()
    }

    /// What's wrong right here.
    pub(crate) fn fault(&self, problem: impl Into<String>) -> Fault {
        Fault::new(problem.into(), self.at())
    }

    /// Something else is here than what's expected.
    pub(crate) fn expected(&mut self, what: &str) -> Fault {
        let found = match self.lexer.ws_peek() {
            None => {
                return self.fault(format!(
                    "the text ends where {what} is expected: it was cut off, so take a copy that's complete"
                ));
            }
            Some(b'{') => "an object".to_owned(),
            Some(b'[') => "a list".to_owned(),
            Some(b'"') => "a string".to_owned(),
            Some(c) if c.is_ascii_alphanumeric() || c == b'-' => {
                let word = |c: &&u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'+' | b'.');
                let found = self.lexer.as_slice().iter().take_while(word).take(24);
                format!("`{}`", found.map(|&c| char::from(c)).collect::<String>())
            }
            Some(c @ b' '..=b'~') => format!("`{}`", char::from(c)),
            Some(c) => format!("the byte {c:#04x}"),
        };
        self.fault(format!("{what} is expected here, not {found}"))
    }

    /// The next byte that isn't blank, unless the text ends.
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.lexer.ws_peek()
    }

    pub(super) fn take(&mut self, byte: u8, what: &str) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return Err(self.expected(what));
        }
        self.lexer.take_next();
        Ok(())
    }

    /// Whether another item follows: takes the comma before it, or the end of the list or object.
    pub(super) fn next_item(&mut self, is_first: bool, end: u8) -> Result<bool, Fault> {
        match self.peek() {
            Some(byte) if byte == end => {
                self.lexer.take_next();
                Ok(false)
            }
            Some(_) if is_first => Ok(true),
            Some(b',') => {
                self.lexer.take_next();
                Ok(true)
            }
            _ => Err(self.expected(if end == b'}' { "`,` or `}`" } else { "`,` or `]`" })),
        }
    }

    /// A field's name and the colon after it.
    pub(super) fn key(&mut self) -> Result<Cow<'a, str>, Fault> {
        let key = self.text("the name of a field, in quotes,")?;
        self.take(b':', "`:`")?;
        Ok(key)
    }

    /// An object; `field` reads the value of each field, or [skips](Reader::skip) it.
    pub(crate) fn object(
        &mut self,
        what: &str,
        field: &mut dyn FnMut(&str, &mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.search(what, &mut |name, from| field(name, from).map(|()| false))
    }

    /// An object up to the field where `field` says that it has what it wants.
    pub(crate) fn search(
        &mut self,
        what: &str,
        field: &mut dyn FnMut(&str, &mut Self) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        self.take(b'{', what)?;
        let mut is_first = true;
        while self.next_item(is_first, b'}')? {
            is_first = false;
            let name = self.key()?;
            if field(&name, self).map_err(|fault| fault.in_field(&name))? {
                break;
            }
        }
        Ok(())
    }

    /// A list; `item` reads each value.
    pub(crate) fn array(
        &mut self,
        what: &str,
        item: &mut dyn FnMut(usize, &mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.take(b'[', what)?;
        let mut index = 0;
        while self.next_item(index == 0, b']')? {
            item(index, self).map_err(|fault| fault.in_item(index))?;
            index += 1;
        }
        Ok(())
    }

    /// A list of things of one kind.
    pub(crate) fn list<T: Saved>(&mut self) -> Result<Vec<T>, Fault> {
        let mut items = Vec::new();
        self.array("a list", &mut |_, from| {
            items.push(T::read(from)?);
            Ok(())
        })?;
        Ok(items)
    }

    pub(crate) fn bool(&mut self) -> Result<bool, Fault> {
        if let Some(b't' | b'f') = self.peek() {
            let mut ahead = self.fork();
            if let Some(Some(value)) = ahead.lexer.null_or_bool() {
                *self = ahead;
                return Ok(value);
            }
        }
        Err(self.expected("true or false"))
    }

    /// Whether null is here; takes it.
    pub(crate) fn null(&mut self) -> bool {
        self.peek();
        let mut ahead = self.fork();
        let is_null = ahead.lexer.null_or_bool() == Some(None);
        if is_null {
            *self = ahead;
        }
        is_null
    }

    /// Whether a list begins here.
    pub(crate) fn is_list(&mut self) -> bool {
        self.peek() == Some(b'[')
    }

    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.text("a string")
    }

    fn text(&mut self, what: &str) -> Result<Cow<'a, str>, Fault> {
        self.take(b'"', what)?;
        self.lexer.str_string().map_err(|error| match error {
            str::Error::Eof => {
                self.fault("the text ends within a string: it was cut off, so take a copy that's complete")
            }
            error => {
                self.fault(format!("this string is no JSON, {error}: write it as UTF-8, or as \\u and four digits"))
            }
        })
    }

    /// The digits of a number, and whether it's a whole one.
    fn digits(&mut self, what: &str) -> Result<(&'a str, bool), Fault> {
        if !matches!(self.peek(), Some(b'0'..=b'9' | b'-')) {
            return Err(self.expected(what));
        }
        let mut ahead = self.fork();
        let Ok((digits, parts)) = ahead.lexer.num_string().validated() else { return Err(self.expected(what)) };
        *self = ahead;
        Ok((digits, parts.is_int()))
    }

    /// A whole number up to `max`.
    pub(crate) fn whole(&mut self, max: u64) -> Result<u64, Fault> {
        let before = self.fork();
        let read = self.digits("a whole number").ok().filter(|&(_, is_whole)| is_whole);
        let value = read.and_then(|(digits, _)| digits.parse().ok()).filter(|&value| value <= max);
        value.ok_or_else(|| self.no_whole(before, max.into()))
    }

    /// A whole number up to `u128::MAX`.
    pub(crate) fn large(&mut self) -> Result<u128, Fault> {
        let before = self.fork();
        let read = self.digits("a whole number").ok().filter(|&(_, is_whole)| is_whole);
        read.and_then(|(digits, _)| digits.parse().ok()).ok_or_else(|| self.no_whole(before, u128::MAX))
    }

    fn no_whole(&mut self, before: Reader<'a>, max: u128) -> Fault {
        *self = before;
        self.expected(&format!("a whole number from 0 to {max}"))
    }

    /// Takes a minus sign, if one is here.
    pub(crate) fn minus(&mut self) -> bool {
        let is_minus = self.peek() == Some(b'-');
        if is_minus {
            self.lexer.take_next();
        }
        is_minus
    }

    /// A number, or what stands for infinity and for what's no number.
    pub(crate) fn number(&mut self) -> Result<f64, Fault> {
        const WHAT: &str = "a number, \"inf\", \"-inf\" or null";
        let before = self.fork();
        let value = match self.peek() {
            Some(b'"') => match &*self.string()? {
                "inf" => Some(f64::INFINITY),
                "-inf" => Some(f64::NEG_INFINITY),
                _ => None,
            },
            Some(b'n') => (self.lexer.null_or_bool() == Some(None)).then_some(f64::NAN),
            _ => self.digits(WHAT)?.0.parse().ok().filter(|value: &f64| value.is_finite()),
        };
        value.ok_or_else(|| {
            *self = before;
            self.expected(WHAT)
        })
    }

    /// The end of the text.
    pub(crate) fn end(&mut self) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { Err(self.expected("the end of the text")) }
    }
}
