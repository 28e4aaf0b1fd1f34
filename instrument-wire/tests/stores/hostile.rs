//! Whatever a server answers, or doesn't, a store in Redis says so in time and within its memory.

use super::*;
use crate::common::{drips, hostile, within_a_minute};
use instrument_wire::RedisStore;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};

/// What's said of a server's specs.
fn answered(url: &str) -> String {
    let store = RedisStore::new(url).unwrap();
    let place = format!("{}: ", url.replace("redis://", "redis at "));
    let error = within_a_minute(move || store.specs()).unwrap_err().to_string();
    error.strip_prefix(&place).unwrap_or_else(|| panic!("{error}")).to_owned()
}

/// Answers with that, then waits until it's left.
fn saying(answer: Vec<u8>) -> String {
    hostile(move |mut stream: TcpStream| {
        let _ = stream.write_all(&answer);
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

#[test]
fn a_server_that_drips_or_says_nothing_is_left_in_time() {
    assert_eq!(answered(&hostile(drips)), "no answer within 2s");
    assert_eq!(answered(&saying(Vec::new())), "no answer within 2s");
    assert_eq!(answered(&saying(b"*2\r\n$1\r\na\r\n".to_vec())), "no answer within 2s");
}

/// Elsewhere who has no place in its queue is refused at once.
#[cfg(target_os = "linux")]
#[test]
#[expect(unsafe_code, reason = "the standard library has no queue's length")]
fn a_server_behind_a_socket_that_accepts_nothing_is_left_in_time() {
    use std::os::fd::AsRawFd;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("redis.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    // SAFETY: it's open.
    assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
    let _first = std::os::unix::net::UnixStream::connect(&path).unwrap();
    let store = RedisStore::new(&format!("unix://{}", path.display())).unwrap();
    let error = within_a_minute(move || store.specs()).unwrap_err().to_string();
    assert!(error.ends_with(": no answer within 2s"), "{error}");
}

#[test]
fn what_an_answer_says_of_its_size_reserves_nothing() {
    let large = "an answer of more than 16777216 bytes";
    for length in ["5000000000", "9223372036854775807", "16777216"] {
        assert_eq!(answered(&saying(format!("${length}\r\n").into_bytes())), large);
        assert_eq!(answered(&saying(format!("*2\r\n$1\r\na\r\n${length}\r\n").into_bytes())), large);
    }
    let flood = hostile(|mut stream| while stream.write_all(&b"$60000\r\n".repeat(1000)).is_ok() {});
    assert!(answered(&flood).contains("none of a Redis server's"));
    let flood = hostile(|mut stream| {
        let _ = stream.write_all(b"*60000\r\n");
        let text = [b"$4096\r\n".to_vec(), vec![b'x'; 4096], b"\r\n".to_vec()].concat();
        while stream.write_all(&text).is_ok() {}
    });
    assert_eq!(answered(&flood), large);
}

#[test]
fn nonsense_is_an_error() {
    let odd = "its answer is none of a Redis server's to what it was asked";
    for answer in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "*1000000000\r\n:1\r\n",
        "*1\r\n*1\r\n*1\r\n:1\r\n",
        "*1\r\n$1\r\na\r\n",
        "*2\r\n$-1\r\n$1\r\na\r\n",
        "$3\r\nabcde",
        "$x\r\n",
        "+OK\r\n",
        ":1\r\n",
        "\r\n",
        "*0\r\n*0\r\n",
        "$99999999999999999999\r\n",
    ] {
        assert_eq!(answered(&saying(answer.into())), odd, "{answer:?}");
    }
    assert_eq!(answered(&saying(vec![b'-'; 1 << 20])), odd);
    assert_eq!(answered(&saying(b"-NOAUTH \x1b[31mred\r\n".to_vec())), "NOAUTH \\u{1b}[31mred");
    assert!(!answered(&hostile(drop)).is_empty());
}

#[test]
fn who_was_hostile_is_asked_anew() {
    let reformed = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&reformed);
    let url = hostile(move |mut stream| {
        let mut asked = [0; 4096];
        while stream.read(&mut asked).is_ok_and(|read| read > 0) {
            let answer: &[u8] = if seen.load(Ordering::SeqCst) { b"*0\r\n" } else { b"*0\r\n+more\r\n" };
            let _ = stream.write_all(answer);
        }
    });
    let store = RedisStore::new(&url).unwrap();
    assert!(store.specs().is_err());
    reformed.store(true, Ordering::SeqCst);
    assert_eq!(store.specs(), Ok(Vec::new()));
}

#[test]
fn tls_is_not_there_and_said_so() {
    for url in ["rediss://:sesame@host", "rediss://host:6380/0"] {
        let error = RedisStore::new(url).unwrap_err().to_string();
        assert!(error.contains("there's no TLS here: write `redis://`") && error.contains("tunnel"), "{error}");
        assert!(!error.contains("sesame"), "{error}");
    }
}
