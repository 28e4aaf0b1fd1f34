//! The addresses of a host. The system may take any time to find them, and can't be told when to stop; so a thread asks it, and
//! who wants them waits no longer than for anything else.

use super::answer::{Failed, left};
use instrument_system::threads;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Instant;

/// What the system makes of a host's name and a port.
type Resolve = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

/// A host by its name.
pub(super) struct Host {
    resolve: Resolve,
    /// What was asked for and isn't there yet: whoever comes later waits for the same, so there's one such thread at most.
    asked: Option<Asked>,
}

struct Asked {
    answer: Receiver<io::Result<Vec<SocketAddr>>>,
    /// A forked child doesn't have the thread that its parent waits for.
    process: u32,
}

impl Host {
    pub(super) fn new() -> Host {
        Host { resolve: |host, port| (host, port).to_socket_addrs().map(Iterator::collect), asked: None }
    }

    /// Its addresses, if the system finds them by then.
    pub(super) fn addresses(&mut self, name: &str, port: u16, until: Instant) -> Result<Vec<SocketAddr>, Failed> {
        // In brackets, where it's one of IPv6.
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let process = std::process::id();
        let asked = match self.asked.take().filter(|asked| asked.process == process) {
            Some(asked) => asked,
            None => Asked { answer: ask(self.resolve, name.to_owned(), port)?, process },
        };
        // Where no time is left it's still waited for the next time: there's one such thread at most.
        match asked.answer.recv_timeout(left(until).unwrap_or_default()) {
            Ok(found) => Ok(found?),
            Err(RecvTimeoutError::Timeout) => {
                self.asked = Some(asked);
                Err(Failed::Late)
            }
            Err(RecvTimeoutError::Disconnected) => {
                Err(Failed::Broken(io::Error::other("the system's resolver failed")))
            }
        }
    }
}

/// Nobody waits for the thread: it ends when the system answers, or with the process.
fn ask(resolve: Resolve, name: String, port: u16) -> io::Result<Receiver<io::Result<Vec<SocketAddr>>>> {
    let (send, answer) = sync_channel(1);
    threads::spawn("instrument-host", move || {
        // Who asked may be gone.
        let _ = send.send(resolve(&name, port));
    })?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::sync::{Mutex, MutexGuard};
    use std::time::Duration;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(50)
    }

    fn late() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[test]
    fn a_resolver_that_hangs_holds_nobody_and_is_asked_once() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        static GATE: Mutex<()> = Mutex::new(());
        fn hangs(_: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
            ASKED.fetch_add(1, SeqCst);
            let _open: MutexGuard<'_, ()> = GATE.lock().unwrap();
            Ok(vec![SocketAddr::from(([127, 0, 0, 1], port))])
        }
        let closed = GATE.lock().unwrap();
        let mut host = Host { resolve: hangs, asked: None };
        for _ in 0..5 {
            assert!(matches!(host.addresses("a.name", 7, soon()), Err(Failed::Late)));
            assert!(matches!(host.addresses("a.name", 7, Instant::now()), Err(Failed::Late)), "no time is left");
        }
        drop(closed);
        let found = host.addresses("a.name", 7, late()).unwrap();
        assert_eq!((found, ASKED.load(SeqCst)), (vec![SocketAddr::from(([127, 0, 0, 1], 7))], 1));
        // What it found isn't kept: a host may move.
        assert!(host.addresses("a.name", 7, late()).is_ok());
        assert_eq!(ASKED.load(SeqCst), 2);
    }

    #[test]
    fn an_address_is_no_name_to_be_resolved() {
        let mut host = Host { resolve: |_, _| panic!("nobody needs that"), asked: None };
        for (text, address) in [("127.0.0.1", "127.0.0.1:7"), ("::1", "[::1]:7"), ("[::1]", "[::1]:7")] {
            assert_eq!(host.addresses(text, 7, late()).unwrap(), [address.parse::<SocketAddr>().unwrap()]);
        }
        let mut fails = Host { resolve: |_, _| Err(io::Error::other("no such host")), asked: None };
        assert!(matches!(fails.addresses("a.name", 7, late()), Err(Failed::Broken(_))));
        let mut panics = Host { resolve: |_, _| panic!("on a thread of its own"), asked: None };
        assert!(matches!(panics.addresses("a.name", 7, late()), Err(Failed::Broken(_))));
        assert!(Host::new().addresses("localhost", 7, late()).is_ok_and(|found| !found.is_empty()));
    }
}
