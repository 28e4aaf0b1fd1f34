//! A server that accepts nothing is waited for within bounds.
#![cfg(unix)]
#![expect(unsafe_code, reason = "the standard library has no queue's length")]

use instrument_system::sockets::connect;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::Duration;

const LATE: Duration = Duration::from_secs(60);

#[test]
fn who_accepts_is_connected_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).expect("a socket");
    for patience in [Duration::ZERO, LATE] {
        let mut stream = connect(&path, patience).expect("it listens");
        assert_eq!(stream.write_timeout().expect("it's open"), None);
        let (mut accepted, _) = listener.accept().expect("connected");
        stream.write_all(b"hello").expect("written");
        drop(stream);
        let mut said = String::new();
        accepted.read_to_string(&mut said).expect("said");
        assert_eq!(said, "hello");
    }
    drop(listener);
    assert_eq!(connect(&path, LATE).expect_err("nobody listens").kind(), ErrorKind::ConnectionRefused);
    assert_eq!(connect(&folder.path().join("none"), LATE).expect_err("there's none").kind(), ErrorKind::NotFound);
    for wrong in ["", "a\0b", &"x".repeat(200)] {
        assert_eq!(
            connect(Path::new(wrong), LATE).expect_err("no socket's").kind(),
            ErrorKind::InvalidInput,
            "{wrong:?}"
        );
    }
}

/// Elsewhere who has no place is refused at once.
#[cfg(target_os = "linux")]
#[test]
fn who_accepts_nothing_is_left_in_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).expect("a socket");
    // SAFETY: it's open.
    assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
    let _first = connect(&path, LATE).expect("there's room for one");
    for patience in [Duration::ZERO, Duration::from_millis(50)] {
        assert_eq!(connect(&path, patience).expect_err("there's no room").kind(), ErrorKind::TimedOut);
    }
    let accepting = std::thread::spawn(move || (listener.accept(), listener.accept()));
    assert!(connect(&path, LATE).is_ok());
    let (first, second) = accepting.join().expect("no panic");
    assert!(first.is_ok() && second.is_ok());
}
