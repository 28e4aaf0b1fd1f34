//! Version 2 of Redis's protocol: requests are parsed, replies encoded.

use instrument::timer;
use std::fmt;
use std::sync::Arc;

const MOST_ELEMENTS: usize = 1024;
const LONGEST_BULK: usize = 512 * 1024;
const LONGEST_INLINE: usize = 64 * 1024;
/// So much may wait for the rest of one request, whatever its elements would be allowed by themselves.
const LONGEST_REQUEST: usize = 1024 * 1024;
/// `*` or `$`, a number that's within the limits, and the line's end.
const LONGEST_HEADER: usize = 16;

/// A command with its arguments, as it lies in the read buffer.
pub struct Request<'a> {
    /// Empty if nothing is asked, as by an empty line.
    pub words: Vec<&'a [u8]>,
    /// Bytes that it takes in the buffer.
    pub length: usize,
}

/// Input after which nobody knows where the next request begins, so that its connection has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    ElementCount,
    BulkLength,
    NoDollar(u8),
    NoBulkEnd,
    LongInline,
    LongRequest,
    NoText(u8),
}

/// The first request in `input`; `None` if its end is still to come.
#[timer]
pub fn parse(input: &[u8]) -> Result<Option<Request<'_>>, Violation> {
    match input {
        [] => Ok(None),
        [b'*', ..] => array(input),
        _ => inline(input),
    }
}

fn array(input: &[u8]) -> Result<Option<Request<'_>>, Violation> {
    let Some((count, mut rest)) = header(input, MOST_ELEMENTS, Violation::ElementCount)? else { return Ok(None) };
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        match rest.first() {
            None => return Ok(None),
            Some(b'$') => {}
            Some(&other) => return Err(Violation::NoDollar(other)),
        }
        let Some((length, bulk)) = header(rest, LONGEST_BULK, Violation::BulkLength)? else { return Ok(None) };
        if input.len() - bulk.len() + length > LONGEST_REQUEST {
            return Err(Violation::LongRequest);
        }
        let Some((word, end)) = bulk.split_at_checked(length) else { return Ok(None) };
        rest = match end {
            [b'\r', b'\n', rest @ ..] => rest,
            [] | [b'\r'] => return Ok(None),
            _ => return Err(Violation::NoBulkEnd),
        };
        words.push(word);
    }
    Ok(Some(Request { words, length: input.len() - rest.len() }))
}

/// The number on a line that begins with `*` or `$`, and what's behind the line.
fn header(input: &[u8], most: usize, violation: Violation) -> Result<Option<(usize, &[u8])>, Violation> {
    let Some(end) = input.iter().take(LONGEST_HEADER).position(|&byte| byte == b'\n') else {
        return if input.len() < LONGEST_HEADER { Ok(None) } else { Err(violation) };
    };
    let (line, rest) = input.split_at(end + 1);
    let digits = line.get(1..).and_then(|line| line.strip_suffix(b"\r\n")).ok_or(violation)?;
    let number = integer(digits).and_then(|number| usize::try_from(number).ok());
    number.filter(|&number| number <= most).map(|number| Some((number, rest))).ok_or(violation)
}

/// A line as somebody types it. Text only, so that a stranger's binary protocol isn't taken for commands.
fn inline(input: &[u8]) -> Result<Option<Request<'_>>, Violation> {
    let end = input.iter().take(LONGEST_INLINE).position(|&byte| byte == b'\n');
    let line = &input[..end.unwrap_or(input.len().min(LONGEST_INLINE))];
    if let Some(&byte) = line.iter().find(|&&byte| !byte.is_ascii_graphic() && !byte.is_ascii_whitespace()) {
        return Err(Violation::NoText(byte));
    }
    match end {
        Some(end) => {
            let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            Ok(Some(Request { words: words.collect(), length: end + 1 }))
        }
        None if input.len() < LONGEST_INLINE => Ok(None),
        None => Err(Violation::LongInline),
    }
}

/// A number as Redis takes it: in the one way that it would be written, without `+`, leading zeros or blanks.
pub fn integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = matches!((text, digits), (b"0", _) | (_, [b'1'..=b'9', ..]));
    str::from_utf8(text).ok().filter(|_| canonical)?.parse().ok()
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::ElementCount => write!(f, "invalid multibulk length"),
            Violation::BulkLength => write!(f, "invalid bulk length"),
            Violation::NoDollar(byte) => write!(f, "expected '$', got '{}'", byte.escape_ascii()),
            Violation::NoBulkEnd => write!(f, "expected the end of a line after a bulk string"),
            Violation::LongInline => write!(f, "too big inline request"),
            Violation::LongRequest => write!(f, "too big request"),
            Violation::NoText(byte) => write!(f, "expected '*' or text, got '{}'", byte.escape_ascii()),
        }
    }
}

/// What a client is answered.
pub enum Reply {
    Status(&'static str),
    /// One line, since the protocol ends it there.
    Error(String),
    Integer(i64),
    Bulk(Arc<[u8]>),
    Nil,
    Array(Vec<Reply>),
}

impl Reply {
    pub fn bulk(bytes: &[u8]) -> Reply {
        Reply::Bulk(bytes.into())
    }

    pub fn encode(&self, output: &mut Vec<u8>) {
        match self {
            Reply::Status(text) => put(output, b'+', text),
            Reply::Error(text) => put(output, b'-', text),
            Reply::Integer(number) => put(output, b':', number),
            Reply::Bulk(bytes) => {
                put(output, b'$', bytes.len());
                output.extend_from_slice(bytes);
                output.extend_from_slice(b"\r\n");
            }
            Reply::Nil => put(output, b'$', -1),
            Reply::Array(replies) => {
                put(output, b'*', replies.len());
                replies.iter().for_each(|reply| reply.encode(output));
            }
        }
    }
}

fn put(output: &mut Vec<u8>, kind: u8, text: impl fmt::Display) {
    use std::io::Write;
    output.push(kind);
    // A Vec takes all that's written.
    let _ = write!(output, "{text}\r\n");
}
