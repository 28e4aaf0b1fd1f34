//! The wire format of Redis, version 2: requests in, replies out.

use std::fmt;

/// A command and its arguments.
pub type Request = Vec<Vec<u8>>;

const LONGEST_ARGUMENT: usize = 512 * 1024;
const MOST_ARGUMENTS: usize = 1024;
const LONGEST_LINE: usize = 64 * 1024;

/// What's wrong with what a client sent: nothing that follows can be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    LineTooLong,
    ArgumentCount,
    ArgumentLength,
    NoDollar,
    NoLineEnd,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Malformed::LineTooLong => "too big inline request",
            Malformed::ArgumentCount => "invalid multibulk length",
            Malformed::ArgumentLength => "invalid bulk length",
            Malformed::NoDollar => "expected '$'",
            Malformed::NoLineEnd => "expected CRLF after an argument",
        })
    }
}

/// The first request in `input` and how many bytes it takes; `None` if it isn't complete yet. An empty one asks nothing.
pub fn parse(input: &[u8]) -> Result<Option<(Request, usize)>, Malformed> {
    let Some((first, mut rest)) = line(input)? else { return Ok(None) };
    let Some(count) = first.strip_prefix(b"*") else {
        let words = first.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
        return Ok(Some((words.map(<[u8]>::to_vec).collect(), input.len() - rest.len())));
    };
    let count = number(count, MOST_ARGUMENTS).ok_or(Malformed::ArgumentCount)?;
    let mut request = Request::with_capacity(count);
    for _ in 0..count {
        let Some((header, after)) = line(rest)? else { return Ok(None) };
        let length = header.strip_prefix(b"$").ok_or(Malformed::NoDollar)?;
        let length = number(length, LONGEST_ARGUMENT).ok_or(Malformed::ArgumentLength)?;
        let Some((argument, after)) = after.split_at_checked(length) else { return Ok(None) };
        match after {
            [b'\r', b'\n', after @ ..] => rest = after,
            [] | [b'\r'] => return Ok(None),
            _ => return Err(Malformed::NoLineEnd),
        }
        request.push(argument.to_vec());
    }
    Ok(Some((request, input.len() - rest.len())))
}

type Split<'a> = (&'a [u8], &'a [u8]);

/// A line without its end, and what follows.
fn line(input: &[u8]) -> Result<Option<Split<'_>>, Malformed> {
    let Some(end) = input.iter().take(LONGEST_LINE).position(|&byte| byte == b'\n') else {
        return if input.len() >= LONGEST_LINE { Err(Malformed::LineTooLong) } else { Ok(None) };
    };
    let line = &input[..end];
    Ok(Some((line.strip_suffix(b"\r").unwrap_or(line), &input[end + 1..])))
}

fn number(digits: &[u8], most: usize) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|&number| number <= most)
}

/// What a command answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Status(&'static str),
    Error(String),
    Integer(i64),
    Bulk(Vec<u8>),
    Nothing,
    Empty,
}

impl Reply {
    pub fn write_to(&self, out: &mut Vec<u8>) {
        match self {
            Reply::Status(text) => out.extend_from_slice(format!("+{text}\r\n").as_bytes()),
            Reply::Error(text) => out.extend_from_slice(format!("-ERR {text}\r\n").as_bytes()),
            Reply::Integer(number) => out.extend_from_slice(format!(":{number}\r\n").as_bytes()),
            Reply::Bulk(bytes) => {
                out.extend_from_slice(format!("${}\r\n", bytes.len()).as_bytes());
                out.extend_from_slice(bytes);
                out.extend_from_slice(b"\r\n");
            }
            Reply::Nothing => out.extend_from_slice(b"$-1\r\n"),
            Reply::Empty => out.extend_from_slice(b"*0\r\n"),
        }
    }
}
