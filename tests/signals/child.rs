//! Programs that are sent signals: this one, started again for a scene, and the examples.

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How often each program is sent its signal: a few times, or as often as `SIGNAL_RUNS` says.
pub fn runs() -> usize {
    std::env::var("SIGNAL_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(10)
}

pub struct Started {
    child: Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    said: String,
}

/// What was printed on stderr, and how it ended.
pub struct Ended {
    pub status: ExitStatus,
    pub text: String,
}

/// This program as a command, for a scene.
pub fn scene(scene: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["scene", "--exact", "--nocapture", "--test-threads=1"]).env("TEST_SCENE", scene);
    command
}

/// An example, as it is now: without `--test`, cargo has built it already.
pub fn example(name: &str) -> Command {
    let program: PathBuf = std::env::current_exe().expect("this program");
    let profile = program.ancestors().nth(2).expect("a folder of the target's");
    let example = profile.join("examples").join(name);
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", "census", "--example", "kv_server"]);
        let profile = if profile.ends_with("release") { "release" } else { "dev" };
        build.args(["--profile", profile]).current_dir(env!("CARGO_MANIFEST_DIR"));
        assert!(build.status().expect("cargo").success());
    });
    Command::new(example)
}

fn reader(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(length @ 1..) = stream.read(&mut piece) {
            if sender.send(piece[..length].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Started {
    #[expect(unsafe_code, reason = "std knows nothing of signals")]
    pub fn start(command: &mut Command) -> Started {
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT")) {
            if !command.get_envs().any(|(set, _)| set == name) {
                command.env_remove(name);
            }
        }
        let default = || {
            // SAFETY: allowed in a forked child. A shell that starts tests in the background ignores SIGINT for them.
            let before = unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
            if before == libc::SIG_ERR { Err(std::io::Error::last_os_error()) } else { Ok(()) }
        };
        // SAFETY: it does nothing else.
        unsafe { command.pre_exec(default) };
        let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("it starts");
        let stdout = reader(child.stdout.take().expect("piped"));
        let stderr = reader(child.stderr.take().expect("piped"));
        Started { child, stdout, stderr, said: String::new() }
    }

    /// Waits until it has printed that on stdout, and returns all so far.
    pub fn until(&mut self, word: &str) -> &str {
        while !self.said.contains(word) {
            let more = self.stdout.recv_timeout(Duration::from_secs(60));
            let more = more.unwrap_or_else(|_| panic!("no `{word}` in {}", self.said));
            self.said.push_str(&String::from_utf8_lossy(&more));
        }
        &self.said
    }

    /// Waits until it handles a signal.
    pub fn until_handled(&self, signal: i32) {
        let file = format!("/proc/{}/status", self.child.id());
        loop {
            let status = std::fs::read_to_string(&file).expect("a process of ours");
            let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).map(str::trim);
            let caught = caught.map_or(0, |caught| u64::from_str_radix(caught, 16).expect("bits"));
            // One that has ended handles nothing any more.
            if caught >> (signal - 1) & 1 == 1 || status.contains("State:\tZ") {
                return;
            }
            std::thread::yield_now();
        }
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a number of processes")
    }

    pub fn send(&self, signal: i32) {
        send(self.pid(), signal);
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_some()
    }

    pub fn end(mut self) -> Ended {
        let hung = Instant::now() + Duration::from_secs(120);
        while !self.has_ended() && Instant::now() < hung {
            std::thread::sleep(Duration::from_millis(1));
        }
        // What hangs says nothing more, and has no status that a test expects.
        let _ = self.child.kill();
        let status = self.child.wait().expect("a status");
        let text: Vec<u8> = self.stderr.iter().flatten().collect();
        Ended { status, text: String::from_utf8(text).expect("text") }
    }
}

#[expect(unsafe_code, reason = "std sends no signals")]
pub fn send(pid: i32, signal: i32) {
    // SAFETY: it's a process that we started, and haven't waited for.
    assert_eq!(unsafe { libc::kill(pid, signal) }, 0);
}

impl Ended {
    /// How many reports there are.
    pub fn reports(&self) -> usize {
        self.text.lines().filter(|line| line.starts_with("elapsed ")).count()
    }

    /// Exactly one report, the whole of it, and that it ended by this signal.
    #[track_caller]
    pub fn is_reported_once(&self, ended_by: Option<i32>) {
        assert_eq!(self.reports(), 1, "{}\n{:?}", self.text, self.status);
        assert!(self.text.contains("\nreport made in "), "{}", self.text);
        assert_eq!(self.status.signal(), ended_by, "{}\n{:?}", self.text, self.status);
    }
}
