//! The socket: who may come in, what's answered to whatever comes, and what's left when a process ends.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../../instrument-wire/tests/common/mod.rs"]
mod common;
mod folders;
mod nonsense;

use instrument_probe::remote::{Answer, Client, Order, Process, Request};
use instrument_probe::serve;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The tests of this process share a server, and some of them take all its connections, which end a while after they do.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    room();
    turn
}

/// Waits until several can be connected at once, as many as any test wants that doesn't want all.
fn room() {
    common::wait_for("room", || {
        let mut clients = (0..3).map(|_| Client::connect(&here()).ok()).collect::<Option<Vec<_>>>()?;
        clients.iter_mut().all(|client| client.ask(&Request::Hello {}).is_ok()).then_some(())
    });
}

fn here() -> Process {
    Process { pid: std::process::id(), socket: serve().unwrap().socket().unwrap().to_owned() }
}

/// A connection by hand.
struct Raw(BufReader<UnixStream>);

impl Raw {
    fn connect() -> Raw {
        let stream = UnixStream::connect(here().socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Raw(BufReader::new(stream))
    }

    fn send(&mut self, bytes: &[u8]) {
        // It may have hung up already, and said why.
        let _ = self.0.get_mut().write_all(bytes);
    }

    /// The next line; empty at the end.
    fn receive(&mut self) -> String {
        let mut line = String::new();
        let _ = self.0.read_line(&mut line);
        line
    }

    fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\n").as_bytes());
        self.receive()
    }
}

#[test]
fn who_is_asked_says_who_it_is() {
    let _alone = alone();
    let mut client = Client::connect(&here()).unwrap();
    let Answer::Hello(hello) = client.ask(&Request::Hello {}).unwrap() else { panic!("another answer") };
    assert_eq!((hello.pid, hello.version.as_str()), (std::process::id(), env!("CARGO_PKG_VERSION")));
    assert!(hello.program.starts_with("serving"), "{}", hello.program);
    assert!(instrument_probe::remote::processes().contains(&here()));
}

#[test]
fn the_socket_is_the_users_alone() {
    let _alone = alone();
    let socket = here().socket;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
}

#[test]
fn an_interval_is_what_happened_since_the_last_table() {
    let _alone = alone();
    static SITE: instrument_core::Site = instrument_core::Site::new(
        Some("serving test"),
        instrument_core::Location::new(module_path!(), file!(), line!(), column!(), || "serving::test"),
    );
    let run = |calls| (0..calls).for_each(|_| drop(SITE.enter()));
    let mut client = Client::connect(&here()).unwrap();
    let mut count = |interval| {
        let Answer::Top(top) = client.ask(&Request::Top { order: Order::Own, rows: 1000, interval }).unwrap() else {
            panic!("another answer")
        };
        top.rows.iter().find(|row| row.name == "serving test").map_or(0, |row| row.count)
    };
    run(3);
    assert_eq!(count(true), 3, "without an earlier one it's everything");
    run(4);
    assert_eq!(count(true), 4);
    run(5);
    assert_eq!(count(false), 12);
    assert_eq!(count(true), 0);
}

#[test]
fn several_requests_in_one_write_are_answered_in_turn() {
    let _alone = alone();
    let mut raw = Raw::connect();
    raw.send(b"{\"ask\": \"hello\"}\n\n{\"ask\": \"dump\"}\n{\"ask\": \"hello\"}\n");
    assert!(raw.receive().starts_with("{\"answer\":\"hello\""));
    assert!(raw.receive().starts_with("{\"answer\":\"text\""));
    assert!(raw.receive().starts_with("{\"answer\":\"hello\""));
}

#[test]
fn many_clients_are_served_at_once_and_more_are_told_to_wait() {
    let _alone = alone();
    let mut clients: Vec<Client> = Vec::new();
    // Connections of earlier tests may still be ending.
    let refused = common::wait_for("16 places", || {
        let mut client = Client::connect(&here()).unwrap();
        match client.ask(&Request::Hello {}) {
            Ok(_) => {
                clients.push(client);
                assert!(clients.len() <= 16);
                None
            }
            Err(error) => (clients.len() == 16).then_some(error),
        }
    });
    assert_eq!(refused.to_string(), "16 others are connected; try again when one has gone");
    // All at once, while one of them has sent half a request.
    std::thread::scope(|scope| {
        for client in &mut clients {
            scope.spawn(|| (0..50).for_each(|_| assert!(client.ask(&Request::Hello {}).is_ok())));
        }
    });
    // Who only holds a place makes way in seconds.
    room();
    drop(clients);
    room();
}

#[test]
fn a_client_that_reads_nothing_holds_nobody_up() {
    let _alone = alone();
    let mut deaf = Raw::connect();
    // More answers than a socket's buffer holds.
    for _ in 0..100 {
        deaf.send(b"{\"ask\": \"hello\"}\n".repeat(50).as_slice());
        if deaf.0.get_ref().set_write_timeout(Some(Duration::from_millis(1))).is_err() {
            break;
        }
    }
    assert!(Client::connect(&here()).unwrap().ask(&Request::Hello {}).is_ok());
}

#[test]
fn a_slow_request_ends_in_time_however_it_trickles() {
    let _alone = alone();
    let mut raw = Raw::connect();
    let start = Instant::now();
    let stream = raw.0.get_ref().try_clone().unwrap();
    let trickle = std::thread::spawn(move || {
        // A byte each time before it could be idle; ends when the other end hangs up.
        while (&stream).write_all(b" ").is_ok() && start.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    assert_eq!(
        raw.receive(),
        "{\"answer\":\"error\",\"error\":\"the request didn't end within ten seconds; send a line feed\"}\n"
    );
    let mut rest = Vec::new();
    let _ = raw.0.read_to_end(&mut rest);
    drop(raw);
    trickle.join().unwrap();
}

#[test]
fn who_serves_while_another_thread_stops_gets_the_same_socket() {
    let _alone = alone();
    let socket = here().socket;
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let serving = serve().unwrap();
                    assert_eq!(serving.socket(), Some(&*socket));
                    serving.stop();
                }
            });
        }
    });
    assert!(Client::connect(&here()).unwrap().ask(&Request::Hello {}).is_ok());
}

#[test]
fn serving_can_be_stopped_and_begun_anew() {
    let _alone = alone();
    let first = serve().unwrap();
    let socket = first.socket().unwrap().to_owned();
    assert_eq!(serve().unwrap().socket(), Some(&*socket), "there's one server");
    first.stop();
    assert!(!socket.exists());
    assert!(UnixStream::connect(&socket).is_err());
    let again = serve().unwrap();
    assert_eq!(again.socket(), Some(&*socket));
    assert!(Client::connect(&here()).unwrap().ask(&Request::Hello {}).is_ok());
}
