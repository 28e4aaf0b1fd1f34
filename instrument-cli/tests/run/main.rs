//! `run`, `components`: real commands, measured by the program itself, and compared with what they say of themselves.
#![cfg(unix)]

mod components;
mod ends;
mod figures;
mod output;
mod roles;
mod signals;

use serde_json::Value;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A folder of the test's own.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `instrument run` with options of its own and a command, in a process group of its own.
    fn command(&self, options: &[&str], words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_instrument"));
        command.arg("run").args(options).arg("--").args(words).current_dir(self.0.path());
        command.env_remove("COLUMNS").process_group(0);
        command
    }

    fn run(&self, options: &[&str], words: &[&str]) -> Output {
        self.command(options, words).output().expect("it runs")
    }

    /// What was measured of a command that exits with 0.
    fn measure(&self, options: &[&str], words: &[&str]) -> Value {
        let file = self.path("measured.json");
        let output = self.run(&[options, &["-o", "measured.json"]].concat(), words);
        assert!(output.status.success(), "{words:?}: {output:?}");
        assert_eq!(text(&output.stderr), "", "{words:?}");
        json(&fs::read(file).expect("it was written"))
    }

    /// What a test's own program noted, as [`roles`] do.
    fn noted(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Waits until a file has this in it.
    fn wait_for(&self, name: &str, part: &str) {
        for _ in 0..6000 {
            if self.noted(name).contains(part) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{name} has no {part}: {}", self.noted(name));
    }
}

/// Starts it, with nobody who reads what it prints before it ends.
fn start(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_else(|error| panic!("{error}: {}", self::text(text)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The figure of each run.
fn values(measured: &Value, name: &str) -> Vec<f64> {
    let values = &measured["figures"][name]["values"];
    let values = values.as_array().unwrap_or_else(|| panic!("no {name} in {measured}"));
    values.iter().map(|value| value.as_f64().expect("a number")).collect()
}

fn value(measured: &Value, name: &str) -> f64 {
    let all = values(measured, name);
    assert_eq!(all.len(), 1, "{measured}");
    all[0]
}

/// Where this program is, which plays roles.
fn here() -> String {
    std::env::current_exe().expect("this program").to_str().expect("text").to_owned()
}

/// The words that have this program play a role.
fn role(here: &str) -> Vec<&str> {
    vec![here, "roles::role", "--exact", "--ignored", "--nocapture"]
}

fn exists(path: &Path) -> bool {
    path.exists()
}
