//! Passes over values that nobody asked for: fields of newer versions.

use super::fault::Step;
use super::{Fault, Reader};
use hifijson::Read as _;
use hifijson::num::Lex as _;
use hifijson::str::Lex as _;
use hifijson::token::Lex as _;

impl Reader<'_> {
    /// Passes over a value. What's open is kept in a list of one byte a level, for a text of a million levels must not
    /// overflow the stack.
    ///
    /// # Errors
    /// There's none, or it's no JSON.
    pub fn skip(&mut self) -> Result<(), Fault> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            // Where a value is expected.
            let mut is_first = false;
            match self.peek() {
                Some(b'{') => {
                    self.lexer.take_next();
                    open.push(b'}');
                    is_first = true;
                }
                Some(b'[') => {
                    self.lexer.take_next();
                    open.push(b']');
                    is_first = true;
                }
                _ => self.skip_scalar()?,
            }
            // Where one has ended, or a list has begun: ends what ends here.
            loop {
                let Some(&end) = open.last() else { return Ok(()) };
                if self.next_item(is_first, end)? {
                    if end == b'}' {
                        self.skip_key()?;
                    }
                    break;
                }
                open.pop();
                is_first = false;
            }
        }
    }

    fn skip_key(&mut self) -> Result<(), Fault> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("the name of a field, in quotes,"));
        }
        self.skip_scalar()?;
        self.take(b':', "`:`")
    }

    fn skip_scalar(&mut self) -> Result<(), Fault> {
        let mut ahead = self.fork();
        let is_one = match ahead.peek() {
            Some(b'"') => ahead.lexer.discarded().str_ignore().is_ok(),
            Some(b'0'..=b'9' | b'-') => ahead.lexer.num_ignore().validate().is_ok(),
            Some(b'a'..=b'z') => ahead.lexer.null_or_bool().is_some(),
            _ => false,
        };
        if !is_one {
            return Err(self.expected("a value"));
        }
        *self = ahead;
        Ok(())
    }

    /// The place of a value in the text, by its names and indexes from the top; as near as there is one.
    pub(crate) fn place_of(&mut self, path: &[Step]) -> Result<usize, Fault> {
        let Some((step, rest)) = path.split_first() else {
            self.peek();
            return Ok(self.at());
        };
        let mut found = None;
        let mut visit = |is_it: bool, from: &mut Self| {
            if is_it && found.is_none() {
                found = Some(from.fork().place_of(rest)?);
            }
            from.skip()
        };
        self.peek();
        let here = self.at();
        match step {
            Step::Field(name) => self.object("an object", &mut |key, from| visit(key == *name, from))?,
            Step::Item(wanted) => self.array("a list", &mut |index, from| visit(index == *wanted, from))?,
        }
        Ok(found.unwrap_or(here))
    }
}
