//! Lines from a socket and to it, bounded in length, and in time as a whole: a byte every few seconds is no way around.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// Reads lines.
#[derive(Debug)]
pub struct Lines {
    stream: UnixStream,
    /// What was read beyond the last line.
    rest: Vec<u8>,
    longest: usize,
}

/// Why there's no further line.
#[derive(Debug)]
pub enum NoLine {
    /// The other end has closed the connection, after a line.
    Closed,
    /// It has closed the connection amid a line.
    Half,
    /// The line is longer than it may be.
    TooLong,
    /// It began, but didn't end in time.
    Slow,
    /// Nothing came in time.
    Idle,
    /// Something else.
    Failed(io::Error),
}

impl Lines {
    /// Of that stream, none longer than `longest` bytes.
    pub fn new(stream: UnixStream, longest: usize) -> Lines {
        Lines { stream, rest: Vec::new(), longest }
    }

    /// The next line, without its line feed, if it begins within `idle`, and from then on takes no longer than `whole`.
    ///
    /// # Errors
    ///
    /// There's none, see [`NoLine`].
    pub fn next(&mut self, idle: Duration, whole: Duration) -> Result<Vec<u8>, NoLine> {
        let mut deadline = Instant::now() + if self.rest.is_empty() { idle } else { whole };
        let mut searched = 0;
        loop {
            if let Some(end) = self.rest[searched..].iter().position(|&byte| byte == b'\n') {
                let after = self.rest.split_off(searched + end + 1);
                let mut line = std::mem::replace(&mut self.rest, after);
                line.pop();
                return Ok(line);
            }
            searched = self.rest.len();
            if searched >= self.longest {
                return Err(NoLine::TooLong);
            }
            let late = if searched == 0 { NoLine::Idle } else { NoLine::Slow };
            let Some(left) = left(deadline) else { return Err(late) };
            let mut block = [0; 8192];
            let room = block.len().min(self.longest - searched);
            match self.stream.set_read_timeout(Some(left)).and_then(|()| self.stream.read(&mut block[..room])) {
                Ok(0) if searched == 0 => return Err(NoLine::Closed),
                Ok(0) => return Err(NoLine::Half),
                Ok(length) => {
                    if searched == 0 {
                        deadline = Instant::now() + whole;
                    }
                    self.rest.extend_from_slice(&block[..length]);
                }
                Err(error) if is_timeout(&error) => return Err(late),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(NoLine::Failed(error)),
            }
        }
    }
}

/// Writes a line and its line feed, within `whole`.
///
/// # Errors
///
/// The other end is gone, or doesn't read it in time.
pub fn write(mut stream: &UnixStream, mut line: Vec<u8>, whole: Duration) -> io::Result<()> {
    line.push(b'\n');
    let deadline = Instant::now() + whole;
    let mut rest = &line[..];
    while !rest.is_empty() {
        stream.set_write_timeout(Some(left(deadline).ok_or(io::ErrorKind::TimedOut)?))?;
        match stream.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => rest = &rest[written..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What's left until then, if anything; a timeout of zero would be none at all.
fn left(deadline: Instant) -> Option<Duration> {
    deadline.checked_duration_since(Instant::now()).filter(|left| *left >= Duration::from_micros(1))
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
