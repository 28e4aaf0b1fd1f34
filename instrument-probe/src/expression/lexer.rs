//! From text to words.

use std::sync::Arc;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    /// The digits of a whole number, whose sign is a word of its own, and their base.
    Whole(String, u32),
    Unsigned(u64),
    Float(f64),
    Text(Arc<str>),
    Bytes(Vec<u8>),
    /// An operator, a bracket, a comma.
    Mark(&'static str),
    End,
}

/// What isn't CEL, and at which byte.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) at: usize,
    pub(super) message: String,
}

/// Longer ones first.
const MARKS: [&str; 24] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",", "(", ")", "[", "]",
    "{", "}",
];

/// All words, each with the byte at which it begins.
pub(super) fn words(text: &str) -> Result<Vec<(Token, usize)>, Wrong> {
    let mut lexer = Lexer { text, at: 0 };
    let mut words = Vec::new();
    loop {
        lexer.skip_blanks();
        let at = lexer.at;
        let token = lexer.token()?;
        let is_end = token == Token::End;
        words.push((token, at));
        if is_end {
            return Ok(words);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn wrong<T>(&self, message: impl Into<String>) -> Result<T, Wrong> {
        Err(Wrong { at: self.at, message: message.into() })
    }

    /// Takes as many characters as are so.
    fn take_while(&mut self, is_so: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let taken = &rest[..rest.find(|c| !is_so(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn take(&mut self, text: &str) -> bool {
        let is_here = self.rest().starts_with(text);
        self.at += if is_here { text.len() } else { 0 };
        is_here
    }

    fn skip_blanks(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.rest().starts_with("//") {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn token(&mut self) -> Result<Token, Wrong> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        let second = rest[first.len_utf8()..].chars().next();
        if first.is_ascii_digit() || first == '.' && second.is_some_and(|c| c.is_ascii_digit()) {
            return self.number();
        }
        if let Some(text) = self.text()? {
            return Ok(text);
        }
        // CEL has the letters of English, parameters have all.
        if first.is_alphabetic() || first == '_' {
            return Ok(Token::Name(self.take_while(|c| c.is_alphanumeric() || c == '_').to_owned()));
        }
        match MARKS.into_iter().find(|mark| self.take(mark)) {
            Some(mark) => Ok(Token::Mark(mark)),
            None if matches!(first, '=' | '&' | '|') => {
                self.wrong(format!("`{first}` is no operator: write `{first}{first}`"))
            }
            None => self.wrong(format!("`{}` is no part of CEL", first.escape_debug())),
        }
    }

    fn number(&mut self) -> Result<Token, Wrong> {
        let begin = self.at;
        if self.take("0x") || self.take("0X") {
            let digits = self.take_while(|c| c.is_ascii_hexdigit()).to_owned();
            return self.whole(digits, 16);
        }
        let digits = self.take_while(|c| c.is_ascii_digit()).to_owned();
        let mut is_whole = true;
        // `1.5`, and not the field of a number.
        if self.rest().strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            is_whole = false;
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        if let Some(exponent) = self.rest().strip_prefix(['e', 'E'])
            && exponent.strip_prefix(['+', '-']).unwrap_or(exponent).starts_with(|c: char| c.is_ascii_digit())
        {
            is_whole = false;
            self.at += 2;
            self.take_while(|c| c.is_ascii_digit());
        }
        if is_whole {
            return self.whole(digits, 10);
        }
        match self.text[begin..self.at].parse() {
            Ok(number) if f64::is_finite(number) => Ok(Token::Float(number)),
            _ => Err(Wrong { at: begin, message: "this number is too large".to_owned() }),
        }
    }

    fn whole(&mut self, digits: String, base: u32) -> Result<Token, Wrong> {
        if self.take("u") || self.take("U") {
            return match u64::from_str_radix(&digits, base) {
                Ok(number) => Ok(Token::Unsigned(number)),
                Err(_) => self.wrong("this is no 64-bit integer"),
            };
        }
        if self.rest().starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') || digits.is_empty() {
            return self.wrong("this is no number");
        }
        Ok(Token::Whole(digits, base))
    }

    /// Text or bytes in quotes, raw or not; `None` if neither begins here.
    fn text(&mut self) -> Result<Option<Token>, Wrong> {
        let rest = self.rest();
        let quote = rest.find(['\'', '"']).filter(|&at| at <= 2);
        let Some((prefix, quoted)) = quote.map(|at| rest.split_at(at)) else { return Ok(None) };
        let (is_raw, is_bytes) = match &*prefix.to_ascii_lowercase() {
            "" => (false, false),
            "r" => (true, false),
            "b" => (false, true),
            "rb" | "br" => (true, true),
            _ => return Ok(None),
        };
        let one = &quoted[..1];
        let three = one.repeat(3);
        let quotes = if quoted.starts_with(&three) { &three[..] } else { one };
        let begin = self.at;
        self.at += prefix.len() + quotes.len();
        let mut bytes = Vec::new();
        while !self.take(quotes) {
            match self.rest().chars().next() {
                None => return Err(Wrong { at: begin, message: format!("this text doesn't end: add {quotes}") }),
                Some('\n' | '\r') if quotes.len() == 1 => {
                    return self.wrong("a text of several lines is between three quotes");
                }
                Some('\\') if !is_raw => self.escape(is_bytes, &mut bytes)?,
                Some(c) => {
                    self.at += c.len_utf8();
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        if is_bytes {
            return Ok(Some(Token::Bytes(bytes)));
        }
        // Only escapes of bytes could have made it anything else.
        Ok(Some(Token::Text(String::from_utf8_lossy(&bytes).into())))
    }

    fn escape(&mut self, is_bytes: bool, out: &mut Vec<u8>) -> Result<(), Wrong> {
        let begin = self.at;
        let wrong = || Err(Wrong { at: begin, message: "this is no escape: write `\\\\` for a backslash".to_owned() });
        self.at += 1;
        let Some(c) = self.rest().chars().next() else { return wrong() };
        let plain = match c {
            'a' => Some('\x07'),
            'b' => Some('\x08'),
            'f' => Some('\x0c'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\x0b'),
            '\\' | '?' | '"' | '\'' | '`' => Some(c),
            _ => None,
        };
        if let Some(plain) = plain {
            self.at += 1;
            out.push(plain as u8);
            return Ok(());
        }
        let (skipped, length, base) = match c {
            'x' | 'X' => (1, 2, 16),
            'u' if !is_bytes => (1, 4, 16),
            'U' if !is_bytes => (1, 8, 16),
            '0'..='3' => (0, 3, 8),
            _ => return wrong(),
        };
        self.at += skipped;
        let digits = self.rest().get(..length).filter(|digits| digits.chars().all(|c| c.is_digit(base)));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, base).ok()) else { return wrong() };
        self.at += length;
        match (u8::try_from(code), char::from_u32(code)) {
            (Ok(byte), _) if is_bytes => out.push(byte),
            (_, Some(c)) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => return wrong(),
        }
        Ok(())
    }
}
