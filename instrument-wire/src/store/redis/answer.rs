//! What a Redis server is asked and answers: by its protocol's second version, within a time and a number of bytes.
//!
//! The usual clients of it have a time for each piece that arrives, so that a server that sends a byte a second holds them for
//! ever, and reserve the memory that it says its answer will take.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Lists in lists: scripts of ours answer with one.
const DEEPEST: u8 = 1;

/// Items of a list: more than a store's fields and values. Each takes memory besides its text.
const ITEMS: usize = 1 << 16;

/// Bytes of a line: a length, a word, or an error's text.
const LINE: usize = 4096;

/// What the server says.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    Nothing,
    Text(Vec<u8>),
    List(Vec<Answer>),
    /// It refuses what it was asked.
    Refused(String),
}

/// Why there's no answer.
#[derive(Debug)]
pub(super) enum Failed {
    /// None in time.
    Late,
    /// More than so many bytes.
    Large(usize),
    /// It's no answer.
    Odd,
    Broken(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Failed::Late,
            _ => Failed::Broken(error),
        }
    }
}

/// A stream whose next step can be given a time.
pub(super) trait Timed: Read + Write + Send {
    fn set_patience(&self, patience: Duration) -> io::Result<()>;
}

impl Timed for TcpStream {
    fn set_patience(&self, patience: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(patience))?;
        self.set_write_timeout(Some(patience))
    }
}

#[cfg(unix)]
impl Timed for std::os::unix::net::UnixStream {
    fn set_patience(&self, patience: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(patience))?;
        self.set_write_timeout(Some(patience))
    }
}

/// What's left of a time.
pub(super) fn left(until: Instant) -> Result<Duration, Failed> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(Failed::Late) } else { Ok(left) }
}

/// Asks, and waits for the whole answer until that time; it may take so many bytes.
pub(super) fn ask(stream: &mut dyn Timed, words: &[Vec<u8>], until: Instant, most: usize) -> Result<Answer, Failed> {
    let mut command = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        command.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        command.extend_from_slice(word);
        command.extend_from_slice(b"\r\n");
    }
    let mut rest = &command[..];
    while !rest.is_empty() {
        stream.set_patience(left(until)?)?;
        match stream.write(rest) {
            Ok(0) => return Err(Failed::Broken(io::ErrorKind::WriteZero.into())),
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut from = BufReader::new(Bounded { stream, until, left: most });
    let answer = read(&mut from, DEEPEST).map_err(|failed| match failed {
        Failed::Broken(error) if error.kind() == io::ErrorKind::FileTooLarge => Failed::Large(most),
        failed => failed,
    })?;
    // What came after it would be taken for the next one.
    if from.buffer().is_empty() { Ok(answer) } else { Err(Failed::Odd) }
}

/// Ends at a time and after a number of bytes, however the stream goes on.
struct Bounded<'a> {
    stream: &'a mut dyn Timed,
    until: Instant,
    left: usize,
}

impl Read for Bounded<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let patience = left(self.until).map_err(|_| io::ErrorKind::TimedOut)?;
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.stream.set_patience(patience)?;
        let most = into.len().min(self.left);
        let read = self.stream.read(&mut into[..most])?;
        self.left -= read;
        Ok(read)
    }
}

fn read(from: &mut BufReader<Bounded<'_>>, levels: u8) -> Result<Answer, Failed> {
    let mut line = Vec::new();
    from.by_ref().take(LINE as u64).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Err(Failed::Broken(io::ErrorKind::UnexpectedEof.into()));
    }
    let line = line.strip_suffix(b"\r\n").ok_or(Failed::Odd)?;
    let (kind, rest) = line.split_first().ok_or(Failed::Odd)?;
    let number = || std::str::from_utf8(rest).ok().and_then(|number| number.parse::<i64>().ok()).ok_or(Failed::Odd);
    match kind {
        b'+' | b':' => Ok(Answer::Text(rest.to_vec())),
        b'-' => Ok(Answer::Refused(String::from_utf8_lossy(rest).into_owned())),
        b'$' => {
            let Ok(length) = usize::try_from(number()?) else { return Ok(Answer::Nothing) };
            let room = length.checked_add(2).ok_or(Failed::Odd)?;
            // What's there already is a part of it; nothing is reserved for what it says of itself.
            if room > from.buffer().len() + from.get_ref().left {
                return Err(Failed::Broken(io::ErrorKind::FileTooLarge.into()));
            }
            let mut text = Vec::new();
            from.by_ref().take(room as u64).read_to_end(&mut text)?;
            if text.len() < room {
                return Err(Failed::Broken(io::ErrorKind::UnexpectedEof.into()));
            }
            if !text.ends_with(b"\r\n") {
                return Err(Failed::Odd);
            }
            text.truncate(length);
            Ok(Answer::Text(text))
        }
        b'*' => {
            let Ok(length) = usize::try_from(number()?) else { return Ok(Answer::Nothing) };
            let levels = levels.checked_sub(1).filter(|_| length <= ITEMS).ok_or(Failed::Odd)?;
            let mut list = Vec::new();
            for _ in 0..length {
                list.push(read(from, levels)?);
            }
            Ok(Answer::List(list))
        }
        _ => Err(Failed::Odd),
    }
}
