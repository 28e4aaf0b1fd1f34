//! Answers a second terminal: a Unix socket of the user's own, only where the program or its environment asks for it.

mod answer;
mod probes;
mod session;
pub(crate) mod start;
mod top;

use crate::sync::{Mutex, lock, try_lock};
use instrument_core::shared::{AfterFork, Holder, at_exit, spawn, warn};
use instrument_wire::remote::{folder, peer};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

/// Connections at a time; more are told to come back later.
const CLIENTS: usize = 16;

/// A process's way in for the program `instrument`; see [`serve`].
///
/// Serving goes on when this is dropped.
#[derive(Debug, Clone)]
pub struct Serving {
    socket: PathBuf,
}

/// The server of this process, or, after a fork, of its parent.
static SERVER: Mutex<Option<Server>> = Mutex::new(None);

struct Server {
    pid: u32,
    socket: PathBuf,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

/// What the threads of a server share.
#[derive(Debug)]
struct Shared {
    begun: Instant,
    clients: AtomicUsize,
    stopping: AtomicBool,
}

impl Shared {
    fn is_full(&self) -> bool {
        self.clients.load(Ordering::Acquire) >= CLIENTS
    }
}

/// Lets the program `instrument`, started by the same user, look into this process: list its targets, add and remove
/// probes, see where the time goes and what runs now.
///
/// A Unix socket is made, `$XDG_RUNTIME_DIR/instrument/<pid>.sock` or else `/tmp/instrument-<uid>/<pid>.sock`, that only
/// this user and root can use, and removed when the process exits. Where a process in another container has the same number,
/// and shares the folder, it's `<pid>-2.sock`, and both can be reached. `INSTRUMENT_SERVE=1` does the same from the outside.
/// Takes a thread, and one for each of at most 16 connections. A second call finds the same server.
///
/// # Errors
///
/// When the folder can't be made or isn't the user's alone, the socket can't be made, or a thread can't be started.
///
/// ```
/// let serving = instrument_probe::serve()?;
/// println!("waiting at {:?}", serving.socket());
/// serving.stop();
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn serve() -> io::Result<Serving> {
    let mut server = lock(&SERVER);
    // After a fork there's no thread in the child, and the socket is the parent's.
    if let Some(running) = server.as_ref().filter(|running| running.pid == std::process::id()) {
        return Ok(Serving { socket: running.socket.clone() });
    }
    let (listener, socket) = bind()?;
    let shared =
        Arc::new(Shared { begun: Instant::now(), clients: AtomicUsize::new(0), stopping: AtomicBool::new(false) });
    let seen = Arc::clone(&shared);
    let thread =
        spawn("instrument-serve", move || accept(&listener, &seen)).inspect_err(|_| drop(fs::remove_file(&socket)))?;
    let pid = std::process::id();
    if HOOKED.swap(pid, Ordering::Relaxed) != pid {
        at_exit(remove_socket);
    }
    // A handle of the parent's is none of a thread in this process.
    std::mem::forget(server.replace(Server { pid, socket: socket.clone(), shared, thread }));
    Ok(Serving { socket })
}

inventory::submit! { Holder::new(1, || Box::new(lock(&SERVER))) }
inventory::submit! { AfterFork(serve_again) }

/// A forked child has a socket of its own, if its parent has one.
fn serve_again() {
    let is_missing = lock(&SERVER).as_ref().is_some_and(|running| running.pid != std::process::id());
    if is_missing && let Err(error) = serve() {
        warn(&format!("this process, which was forked, doesn't serve: {error}"));
    }
}

/// The process that has its hook for exit.
static HOOKED: AtomicU32 = AtomicU32::new(0);

fn remove_socket() {
    // An exit isn't held up by a thread that's about to serve; its socket will be found to be stale.
    let Some(server) = try_lock(&SERVER) else { return };
    if let Some(running) = server.as_ref().filter(|running| running.pid == std::process::id()) {
        let _ = fs::remove_file(&running.socket);
    }
}

impl Serving {
    /// The socket; `None` in a build without probes, and where there are no Unix sockets.
    pub fn socket(&self) -> Option<&Path> {
        Some(&self.socket)
    }

    /// Stops serving, and removes the socket. Connections that are open are served to their end.
    pub fn stop(self) {
        // Held to the end: who serves anew finds the socket gone, and has its own socket's name left alone.
        let mut server = lock(&SERVER);
        let stopped = server.take_if(|running| running.pid == std::process::id() && running.socket == self.socket);
        let Some(running) = stopped else { return };
        running.shared.stopping.store(true, Ordering::Release);
        // It waits for a connection, so it gets one.
        let woken = UnixStream::connect(&running.socket);
        let _ = fs::remove_file(&running.socket);
        if woken.is_ok() {
            let _ = running.thread.join();
        }
    }
}

fn bind() -> io::Result<(UnixListener, PathBuf)> {
    let folder = folder::make()?;
    folder::remove_stale(&folder);
    for place in 1..=folder::MOST_PLACES {
        let socket = folder::socket(&folder, std::process::id(), place);
        let explain = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", socket.display()));
        let listener = match UnixListener::bind(&socket) {
            // Of an earlier process with our number.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && folder::is_refused(&socket) => {
                fs::remove_file(&socket).map_err(explain)?;
                UnixListener::bind(&socket)
            }
            bound => bound,
        };
        match listener {
            // Of a process that runs: one with our number in another container, or another version of this in our own.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            // Who took it for stale before it listened has removed it.
            Ok(_) if !socket.exists() => {}
            Ok(listener) => {
                // The folder is the user's alone, so nobody else can have come in meanwhile.
                fs::set_permissions(&socket, fs::Permissions::from_mode(0o600)).map_err(explain)?;
                return Ok((listener, socket));
            }
            Err(error) => return Err(explain(error)),
        }
    }
    let (most, folder) = (folder::MOST_PLACES, folder.display());
    Err(io::Error::new(
        io::ErrorKind::AddrInUse,
        format!(
            "{most} processes with the number {} serve in {folder}; set XDG_RUNTIME_DIR to another folder",
            std::process::id()
        ),
    ))
}

fn accept(listener: &UnixListener, shared: &Arc<Shared>) {
    loop {
        let accepted = listener.accept();
        if shared.stopping.load(Ordering::Acquire) {
            return;
        }
        match accepted {
            Ok((stream, _)) => welcome(stream, shared),
            // Out of descriptors, for one; asking again at once would only burn the processor.
            Err(error) if error.kind() != io::ErrorKind::Interrupted => sleep(Duration::from_millis(100)),
            Err(_) => {}
        }
    }
}

/// Gives a connection a thread of its own, if there are few enough.
fn welcome(stream: UnixStream, shared: &Arc<Shared>) {
    if let Err(error) = peer::check(&stream) {
        return session::refuse(&stream, &error.to_string());
    }
    // Counted here, by one thread, so that there are never more; and uncounted however the thread ends.
    if shared.is_full() {
        return session::refuse(&stream, &format!("{CLIENTS} others are connected; try again when one has gone"));
    }
    shared.clients.fetch_add(1, Ordering::AcqRel);
    let place = Place(Arc::clone(shared));
    let Ok(shown) = stream.try_clone() else { return };
    let run = move || {
        session::run(stream, &place.0);
    };
    if let Err(error) = spawn("instrument-client", run) {
        session::refuse(&shown, &format!("there's no thread for another connection: {error}"));
    }
}

/// One of the few connections.
struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.clients.fetch_sub(1, Ordering::AcqRel);
    }
}
