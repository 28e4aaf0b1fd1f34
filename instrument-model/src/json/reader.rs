//! Reads JSON value by value, as what's expected, and says where something else is.

use super::{Fault, Saved};
use hifijson::SliceLexer;
use hifijson::str::LexAlloc as _;
use hifijson::token::Lex as _;
use hifijson::{Read as _, str};
use std::borrow::Cow;

/// Levels of values within values of the same kind: nobody writes more by hand, and no stack is too small for them.
const DEEPEST: u8 = 100;

/// Reads a text, value by value.
///
/// Closures are `dyn`, so that there's one copy of the code for each kind of value, not for each type: users compile it.
pub struct Reader<'a> {
    pub(super) lexer: SliceLexer<'a>,
    text: &'a [u8],
    /// Where the last field's name begins.
    key: usize,
    /// How many more levels of a recursive value may be open.
    levels: u8,
}

impl<'a> Reader<'a> {
    /// At the beginning of a text.
    pub fn new(text: &'a [u8]) -> Reader<'a> {
        Reader { lexer: SliceLexer::new(text), text, key: 0, levels: DEEPEST }
    }

    /// Another reader at the same place.
    #[must_use]
    pub fn fork(&self) -> Reader<'a> {
        Reader { lexer: SliceLexer::new(self.lexer.as_slice()), ..*self }
    }

    /// How many bytes were read.
    pub fn at(&self) -> usize {
        self.text.len() - self.lexer.as_slice().len()
    }

    /// What's wrong right here.
    pub fn fault(&self, problem: impl Into<String>) -> Fault {
        Fault::new(problem, self.at())
    }

    /// What's wrong with the name of the field that was read last.
    pub fn fault_of_key(&self, problem: impl Into<String>) -> Fault {
        Fault::new(problem, self.key)
    }

    /// Something is missing in the object or list that has just ended: the place is its end.
    pub fn fault_of_end(&self, problem: impl Into<String>) -> Fault {
        Fault::new(problem, self.at().saturating_sub(1))
    }

    /// Reads a value that may be within others of its kind, and have such within it.
    ///
    /// # Errors
    /// Those of `read`, or more than a hundred levels.
    pub fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.levels = self.levels.checked_sub(1).ok_or_else(|| {
            self.fault(format!("this is nested deeper than the recursion limit of {DEEPEST} levels: write it flatter"))
        })?;
        let value = read(self);
        self.levels += 1;
        value
    }

    /// Something else is here than what's expected.
    pub fn expected(&mut self, what: &str) -> Fault {
        let found = match self.lexer.ws_peek() {
            None => {
                return self.fault(format!(
                    "the text ends where {what} is expected: it was cut off, so take one that's complete"
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

    /// The next byte that isn't blank, unless the text ends: what the value that follows begins with.
    pub fn peek(&mut self) -> Option<u8> {
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
    ///
    /// # Errors
    /// Something else is there, or those of `field`.
    pub fn object(
        &mut self,
        what: &str,
        field: &mut dyn FnMut(&str, &mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.search(what, &mut |name, from| field(name, from).map(|()| false))
    }

    /// An object up to the field where `field` says that it has what it wants.
    ///
    /// # Errors
    /// As of [`object`](Self::object).
    pub fn search(
        &mut self,
        what: &str,
        field: &mut dyn FnMut(&str, &mut Self) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        self.take(b'{', what)?;
        let mut is_first = true;
        while self.next_item(is_first, b'}')? {
            is_first = false;
            self.peek();
            self.key = self.at();
            let name = self.key()?;
            if field(&name, self).map_err(|fault| fault.in_field(&name))? {
                break;
            }
        }
        Ok(())
    }

    /// A list; `item` reads each value.
    ///
    /// # Errors
    /// Something else is there, or those of `item`.
    pub fn array(
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
    ///
    /// # Errors
    /// Something else is there.
    pub fn list<T: Saved>(&mut self) -> Result<Vec<T>, Fault> {
        let mut items = Vec::new();
        self.array("a list", &mut |_, from| {
            items.push(T::read(from)?);
            Ok(())
        })?;
        Ok(items)
    }

    /// True or false.
    ///
    /// # Errors
    /// Something else is there.
    pub fn bool(&mut self) -> Result<bool, Fault> {
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
    pub fn null(&mut self) -> bool {
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

    /// Some text.
    ///
    /// # Errors
    /// Something else is there, or it's no string by JSON's rules.
    pub fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        self.text("a string")
    }

    fn text(&mut self, what: &str) -> Result<Cow<'a, str>, Fault> {
        self.take(b'"', what)?;
        // Most are plain, and the lexer looks at each byte for more than that.
        let rest = self.lexer.as_slice();
        let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f | 0x7f..)).unwrap_or(0);
        if let (Some(b'"'), Ok(text)) = (rest.get(plain), std::str::from_utf8(&rest[..plain])) {
            self.pass(plain + 1);
            return Ok(Cow::Borrowed(text));
        }
        self.lexer.str_string().map_err(|error| match error {
            str::Error::Eof => self.fault("the text ends within a string: it was cut off, so take one that's complete"),
            error => {
                self.fault(format!("this string is no JSON, {error}: write it as UTF-8, or as \\u and four digits"))
            }
        })
    }

    /// Goes on so many bytes after this place.
    fn pass(&mut self, bytes: usize) {
        self.lexer = SliceLexer::new(&self.lexer.as_slice()[bytes..]);
    }

    /// The digits of a number, and whether it's a whole one.
    ///
    /// # Errors
    /// Something else is there than `what`.
    pub fn digits(&mut self, what: &str) -> Result<(&'a str, bool), Fault> {
        self.peek();
        let text = self.lexer.as_slice();
        let found = number_at(text);
        let Some((Ok(digits), is_whole)) = found.map(|(length, whole)| (std::str::from_utf8(&text[..length]), whole))
        else {
            return Err(self.expected(what));
        };
        self.pass(digits.len());
        Ok((digits, is_whole))
    }

    /// A whole number up to `max`.
    ///
    /// # Errors
    /// Something else is there.
    pub fn whole(&mut self, max: u64) -> Result<u64, Fault> {
        /// So many digits are always below 2⁶⁴.
        const SAFE: usize = 19;
        self.peek();
        let text = self.lexer.as_slice();
        let (mut value, mut length) = (0_u64, 0);
        while let (0..SAFE, Some(digit @ b'0'..=b'9')) = (length, text.get(length)) {
            value = value * 10 + u64::from(digit - b'0');
            length += 1;
        }
        let goes_on = matches!(text.get(length), Some(b'0'..=b'9' | b'.' | b'e' | b'E'));
        if !goes_on && (length == 1 || length > 1 && text[0] != b'0') && value <= max {
            self.pass(length);
            return Ok(value);
        }
        let value = self.large().ok().and_then(|value| u64::try_from(value).ok()).filter(|value| *value <= max);
        value.ok_or_else(|| {
            self.lexer = SliceLexer::new(text);
            self.no_whole(max.into())
        })
    }

    /// A whole number up to `u128::MAX`.
    pub(crate) fn large(&mut self) -> Result<u128, Fault> {
        let before = self.fork();
        let read = self.digits("a whole number").ok().filter(|&(_, is_whole)| is_whole);
        read.and_then(|(digits, _)| digits.parse().ok()).ok_or_else(|| {
            *self = before;
            self.no_whole(u128::MAX)
        })
    }

    fn no_whole(&mut self, max: u128) -> Fault {
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

    /// A number that JSON has.
    ///
    /// # Errors
    /// Something else is there, or more than an `f64` holds.
    pub fn finite(&mut self) -> Result<f64, Fault> {
        let mut before = self.fork();
        let value = self.digits("a number")?.0.parse().ok().filter(|value: &f64| value.is_finite());
        value.ok_or_else(|| before.expected("a number below 1.7e308"))
    }

    /// A number, or what stands for infinity and for what's no number.
    ///
    /// # Errors
    /// Something else is there.
    pub fn number(&mut self) -> Result<f64, Fault> {
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
    ///
    /// # Errors
    /// It goes on.
    pub fn end(&mut self) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { Err(self.expected("the end of the text")) }
    }
}

/// How many bytes the number takes that the text begins with, and whether it's a whole one. A recording is made of
/// numbers, which the lexer takes thrice as long for.
fn number_at(text: &[u8]) -> Option<(usize, bool)> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let first = usize::from(text.first() == Some(&b'-'));
    let mut end = match text.get(first)? {
        b'0' => first + 1,
        _ => first + Some(digits(first)).filter(|&count| count > 0)?,
    };
    let mut is_whole = true;
    if text.get(end) == Some(&b'.') {
        end += 1 + Some(digits(end + 1)).filter(|&count| count > 0)?;
        is_whole = false;
    }
    if let Some(b'e' | b'E') = text.get(end) {
        end += 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        end += Some(digits(end)).filter(|&count| count > 0)?;
        is_whole = false;
    }
    Some((end, is_whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hifijson::num::LexWrite as _;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_end_where_the_lexer_says(text in "-?[0-9]{0,22}(\\.?[0-9]{0,3})([eE]?[-+]?[0-9]{0,3})[],} .a-]{0,2}") {
            let mut lexer = SliceLexer::new(text.as_bytes());
            let told = lexer.num_string().validated().ok().map(|(digits, parts)| (digits.len(), parts.is_int()));
            prop_assert_eq!(number_at(text.as_bytes()), told);
            let mut reader = Reader::new(text.as_bytes());
            let whole = told.filter(|told| told.1).and_then(|told| text[..told.0].parse::<u64>().ok());
            prop_assert_eq!(reader.whole(u64::MAX).ok(), whole);
            prop_assert_eq!(reader.at(), whole.map_or(0, |_| told.map_or(0, |told| told.0)));
        }

        #[test]
        fn strings_end_where_the_lexer_says(text in "([a-f ]|\\\\[n\"u0]|[\"\u{0}\u{7f}é日\\\\]){0,8}\"?") {
            let mut lexer = SliceLexer::new(text.as_bytes());
            let told = lexer.str_string().ok();
            let mut reader = Reader { lexer: SliceLexer::new(text.as_bytes()), text: text.as_bytes(), key: 0, levels: 9 };
            let quoted = format!("\"{text}");
            let mut whole = Reader::new(quoted.as_bytes());
            prop_assert_eq!(whole.string().ok(), told.clone());
            if told.is_some() {
                reader.lexer = lexer;
                prop_assert_eq!(whole.at(), reader.at() + 1);
            }
        }
    }
}
