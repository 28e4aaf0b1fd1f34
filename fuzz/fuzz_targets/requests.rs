//! Whatever bytes come on the socket, at either end: lines, each of them a request, an answer, or an error of one line.
#![no_main]

use instrument_wire::remote::lines::{Lines, NoLine};
use instrument_wire::remote::{Answer, Request};
use libfuzzer_sys::fuzz_target;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// As long as a line may be here, so that some are too long.
const LONGEST: usize = 1000;
/// Nothing is waited for: all of it is there.
const PATIENCE: Duration = Duration::from_secs(5);

fuzz_target!(|bytes: &[u8]| {
    let (mut write, read) = UnixStream::pair().expect("sockets");
    write.write_all(bytes).expect("it fits into the socket's buffer");
    drop(write);
    let mut lines = Lines::new(read, LONGEST);
    let mut read = 0;
    let end = loop {
        match lines.next(PATIENCE, PATIENCE) {
            Ok(line) => {
                assert!(line.len() < LONGEST && bytes[read..].starts_with(&line));
                read += line.len() + 1;
                parse(&line);
            }
            Err(end) => break end,
        }
    };
    let rest = &bytes[read..];
    match end {
        NoLine::Closed => assert!(rest.is_empty()),
        NoLine::Half => assert!(!rest.is_empty() && rest.len() < LONGEST && !rest.contains(&b'\n')),
        NoLine::TooLong => assert!(rest.len() >= LONGEST && !rest[..LONGEST].contains(&b'\n')),
        end => panic!("{end:?}"),
    }
});

fn parse(line: &[u8]) {
    match Request::parse(line) {
        Ok(request) => {
            assert_eq!(Request::parse(&request.to_line()).expect("what was written").to_line(), request.to_line())
        }
        Err(error) => in_one_line(&error.to_string()),
    }
    match Answer::parse(line) {
        Ok(answer) => {
            assert_eq!(Answer::parse(&answer.to_line()).expect("what was written").to_line(), answer.to_line())
        }
        Err(error) => in_one_line(&error.to_string()),
    }
}

fn in_one_line(error: &str) {
    assert!(error.len() < 2_000 && !error.contains(char::is_control), "{error:?}");
}
