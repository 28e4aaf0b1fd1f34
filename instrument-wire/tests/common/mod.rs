//! A Redis server of the test's own.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A `redis-server` on a free port of the loopback, which keeps nothing, and is killed when this is dropped.
pub struct RedisServer {
    pub port: u16,
    folder: tempfile::TempDir,
    child: Option<Child>,
}

impl RedisServer {
    /// `None`, and a line that says so, where there's none to start.
    pub fn start() -> Option<RedisServer> {
        if binary().is_none() {
            eprintln!("SKIPPED: there's no redis-server");
            return None;
        }
        let port = free_port();
        let mut server = RedisServer { port, folder: tempfile::tempdir().unwrap(), child: None };
        server.restart();
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn client(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection_with_timeout(Duration::from_secs(2)).unwrap()
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn restart(&mut self) {
        self.stop();
        let mut command = Command::new(binary().unwrap());
        command.arg0("redis-server").args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]);
        command.arg(self.folder.path()).args(["--port", &self.port.to_string()]);
        self.child = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap());
        wait_for("the server's answer", || {
            let mut connection = redis::Client::open(self.url()).ok()?.get_connection().ok()?;
            redis::cmd("PING").query::<String>(&mut connection).ok()
        });
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Below those that the system gives to connections and to who asks for any: one of them may have a new owner before the
/// server is there, or while it's stopped.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let of_this_process = (std::process::id() % 1000) as u16 * 10;
    (0..10_000)
        .map(|_| 20_000 + (of_this_process + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000)
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .expect("one of ten thousand ports is free")
}

/// The server; or what checks its files, which is the same program by another name, and comes with its clients.
fn binary() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let find = |name: &str| folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    find("redis-server").or_else(|| find("redis-check-rdb"))
}

/// What `look` finds, as soon as it finds something.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "no sign of {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A shell's `kill -SIGNAL pid`.
pub fn signal(pid: u32, signal: &str) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

/// What a test binary does when it starts itself as another process.
pub fn role() -> Option<(String, PathBuf)> {
    let role = std::env::var("INSTRUMENT_TEST_ROLE").ok()?;
    Some((role, std::env::var_os("INSTRUMENT_TEST_PATH").unwrap().into()))
}

/// A process that's killed when this is dropped, however the test ends.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts this test binary as another process, which runs the test `name` with a role.
pub fn spawn_role(name: &str, role: &str, path: &Path) -> io::Result<Killed> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([name, "--exact", "--nocapture", "--test-threads=1"]);
    command.env("INSTRUMENT_TEST_ROLE", role).env("INSTRUMENT_TEST_PATH", path);
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().map(Killed)
}

/// Something at a port of the loopback that isn't a Redis server's friend; its URL. It ends with this process.
pub fn hostile(behave: impl Fn(std::net::TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    let behave = std::sync::Arc::new(behave);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let behave = std::sync::Arc::clone(&behave);
            thread::spawn(move || behave(stream));
        }
    });
    url
}

/// Answers with the beginning of a large text, and then with a byte now and then, for ever.
pub fn drips(mut stream: std::net::TcpStream) {
    use std::io::Write;
    let mut next: &[u8] = b"$1000000\r\n";
    while stream.write_all(next).is_ok() {
        next = b"x";
        thread::sleep(Duration::from_millis(100));
    }
}

/// What `work` returns; a test of what never ends fails after a minute.
pub fn within_a_minute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, ended) = std::sync::mpsc::channel();
    thread::spawn(move || done.send(work()));
    ended.recv_timeout(Duration::from_secs(60)).expect("it ends")
}
