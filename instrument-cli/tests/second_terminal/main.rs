//! Two real processes: the program of `examples/probe_me.rs`, and the program `instrument`, through the socket and each store.
//!
//! This test binary runs itself as the first one.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../../../instrument-wire/tests/common/mod.rs"]
mod common;
#[expect(dead_code, reason = "its main has arguments of its own")]
#[path = "../../../examples/probe_me.rs"]
mod probe_me;
mod socket;
mod stores;

use common::wait_for;
use instrument::probe::{JsonFileStore, Manager, RedisStore};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The path of the probed method, as compiled into this binary.
const BUY: &str = "second_terminal::probe_me::Shop::buy";

/// The first terminal's program.
struct Program {
    child: Child,
    folder: tempfile::TempDir,
}

/// What the other process does: sells, and applies what a store says, if there's one.
#[test]
fn another_process() {
    let Some((role, place)) = common::role() else { return };
    let manager = match role.as_str() {
        "socket" => None,
        "file" => Some(Manager::new(JsonFileStore::new(place))),
        _ => Some(Manager::new(RedisStore::new(place.to_str().unwrap()).unwrap())),
    };
    if let Some(manager) = &manager {
        manager.apply_in_background(Duration::from_millis(50)).unwrap();
    }
    probe_me::run(Some(Duration::from_secs(120)));
}

impl Program {
    fn start(role: &str, place: &str) -> Program {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["another_process", "--exact", "--nocapture", "--test-threads=1"]);
        command.env("INSTRUMENT_TEST_ROLE", role).env("INSTRUMENT_TEST_PATH", place);
        command.env("XDG_RUNTIME_DIR", folder.path()).env("INSTRUMENT_SERVE", "1");
        let stderr = File::create(folder.path().join("stderr")).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
        let program = Program { child, folder };
        let socket = program.folder.path().join(format!("instrument/{}.sock", program.child.id()));
        wait_for("the socket", || socket.exists().then_some(()));
        program
    }

    /// What it has said on stderr so far.
    fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap()
    }

    /// The second terminal.
    fn instrument(&self, arguments: &[&str]) -> Output {
        self.second_terminal(arguments).output().unwrap()
    }

    fn second_terminal(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_instrument"));
        command.args(arguments).env("XDG_RUNTIME_DIR", self.folder.path());
        // It's meant for others: this program doesn't serve itself, or it would be one of several.
        command.env("INSTRUMENT_SERVE", "1");
        command.stdin(Stdio::null()).env_remove("COLUMNS");
        command
    }

    /// What a command prints that has to go well.
    fn prints(&self, arguments: &[&str]) -> String {
        let output = self.instrument(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// What's said on stderr by a command that has to fail.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.instrument(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", text(&output.stdout));
        assert!(output.stdout.is_empty());
        text(&output.stderr)
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether a line is one that the log may print: of user 42, and above 10.
fn is_wanted(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("big: [42, ") else { return false };
    let Some((paid, rest)) = rest.split_once(']') else { return false };
    // 4 apples cost 12, and 7 cost 21; up to 3 cost 4 each, so 12 for 3.
    matches!(paid, "12" | "15" | "18" | "21") && rest == format!(" ({BUY} return)")
}
