//! One connection: a line in, a line out, whatever comes.

use super::Shared;
use super::answer::{self, Reply};
use instrument_core::Snapshot;
use instrument_wire::remote::lines::{self, Lines, NoLine};
use instrument_wire::remote::{Answer, LONGEST_REQUEST, Request};
use std::any::Any;
use std::io::{self, Read};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// How long a connection may be silent between requests.
const IDLE: Duration = Duration::from_secs(60);

/// How long, where all places are taken and others may want one.
const IDLE_WHERE_FULL: Duration = Duration::from_secs(5);

/// How often a silent connection is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// How long a request may take from its first byte to its last, and an answer as well.
const WHOLE: Duration = Duration::from_secs(10);

/// A connection, with what it remembers from one request to the next.
pub(super) struct Session<'a> {
    pub(super) shared: &'a Shared,
    /// As of the last [`Request::Top`].
    pub(super) earlier: Option<Snapshot>,
}

/// Serves a connection until it ends.
pub(super) fn run(stream: UnixStream, shared: &Shared) {
    let Ok(read) = stream.try_clone() else { return };
    let mut lines = Lines::new(read, LONGEST_REQUEST);
    let mut session = Session { shared, earlier: None };
    loop {
        let line = match next(&mut lines, shared) {
            Ok(line) => line,
            Err(NoLine::Closed | NoLine::Failed(_)) => return,
            Err(NoLine::Idle) if shared.is_full() => {
                return refuse(&stream, "nothing was asked for five seconds, and others want a place");
            }
            Err(NoLine::Idle) => return refuse(&stream, "nothing was asked for a minute"),
            Err(NoLine::Slow) => return refuse(&stream, "the request didn't end within ten seconds; send a line feed"),
            Err(NoLine::Half) => return refuse(&stream, "the request has no line feed at its end"),
            Err(NoLine::TooLong) => {
                return refuse(&stream, &format!("the request is longer than {LONGEST_REQUEST} bytes"));
            }
        };
        // An empty line is what someone who tries it by hand sends.
        if line.trim_ascii().is_empty() {
            continue;
        }
        let (first, mut rest) = match guarded(|| reply(&mut session, &line)) {
            Reply::One(answer) => (answer, None),
            Reply::Several(answer, rest) => (answer, Some(rest)),
        };
        let mut next = Some(first);
        while let Some(answer) = next {
            if write(&stream, &answer).is_err() {
                return;
            }
            next = rest.as_mut().and_then(|rest| guarded(|| rest.next_answer()));
        }
    }
}

/// The next request. Who only holds a place makes way for others.
fn next(lines: &mut Lines, shared: &Shared) -> Result<Vec<u8>, NoLine> {
    let begun = Instant::now();
    loop {
        let idle = begun.elapsed();
        match lines.next(LOOK, WHOLE) {
            Err(NoLine::Idle) if idle < IDLE && !(shared.is_full() && idle >= IDLE_WHERE_FULL) => {}
            line => return line,
        }
    }
}

fn reply(session: &mut Session<'_>, line: &[u8]) -> Reply {
    match Request::parse(line) {
        Ok(request) => answer::answer(session, request),
        Err(error) => Reply::One(Answer::Error { error: format!("no request: {error}") }),
    }
}

/// What's made of a panic on the way to an answer.
trait Panicked {
    fn panicked(message: &str) -> Self;
}

impl Panicked for Reply {
    fn panicked(message: &str) -> Self {
        Reply::One(Answer::Error { error: message.to_owned() })
    }
}

impl Panicked for Option<Answer> {
    fn panicked(_: &str) -> Self {
        None
    }
}

/// A request is no reason for the program to lose a thread.
fn guarded<R: Panicked>(work: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic: Box<dyn Any + Send>| {
        let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        let message = format!("answering panicked: {}", text.unwrap_or("for a reason that's no text"));
        // What it carries may panic when it's dropped.
        std::mem::forget(panic);
        R::panicked(&message)
    })
}

fn write(stream: &UnixStream, answer: &Answer) -> io::Result<()> {
    lines::write(stream, answer.to_line(), WHOLE)
}

/// Says why, and hangs up.
pub(super) fn refuse(stream: &UnixStream, why: &str) {
    let _ = stream.set_write_timeout(Some(Duration::from_secs(1)));
    let why = Answer::Error { error: why.to_owned() };
    let _ = lines::write(stream, why.to_line(), Duration::from_secs(1));
    let _ = stream.shutdown(Shutdown::Write);
    drain(stream);
}

/// Reads what's still coming, for a moment: who writes to a closed socket never reads why.
fn drain(mut stream: &UnixStream) {
    let deadline = Instant::now() + Duration::from_millis(500);
    let mut block = [0; 8192];
    while let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        match stream.set_read_timeout(Some(left)).and_then(|()| stream.read(&mut block)) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_on_the_way_to_an_answer_is_an_error_and_ends_what_followed() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("in a payload's drop")
            }
        }
        let message = |panic: fn() -> Reply| match guarded(panic) {
            Reply::One(Answer::Error { error }) => error,
            _ => "no error".to_owned(),
        };
        assert_eq!(message(|| panic!("{} apples", 3)), "answering panicked: 3 apples");
        assert_eq!(message(|| panic!("apples")), "answering panicked: apples");
        let odd = "answering panicked: for a reason that's no text";
        assert_eq!(message(|| std::panic::panic_any(Bomb)), odd);
        assert_eq!(guarded(|| -> Option<Answer> { panic!("apples") }), None);
    }
}
