//! A program that has rights that its user doesn't have does nothing that the user's environment asks for.
//!
//! As root only, since it makes such programs and runs them as somebody else.
#![cfg(target_os = "linux")]
#![allow(clippy::exit, reason = "how a program ends is what's tested")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

const NOBODY: u32 = 65534;

#[instrument::timer("privileged work")]
fn work() {}

/// Not a scene of its own, unless the variable says so.
#[test]
fn scene() {
    if std::env::var_os("TEST_SCENE").is_some() {
        work();
        instrument::report().print();
        std::process::exit(0);
    }
}

/// Runs that copy of this program as nobody, with variables that ask for files.
fn run(program: &Path, folder: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(["--exact", "scene", "--nocapture"]).env("TEST_SCENE", "report").uid(NOBODY).gid(NOBODY);
    command.env("INSTRUMENT_OUTPUT", folder.join("written")).env("INSTRUMENT_SERVE", "1");
    command.env("INSTRUMENT_COLUMNS", "count").env("XDG_RUNTIME_DIR", folder).current_dir("/");
    command.output().expect("it starts")
}

#[test]
fn a_program_with_raised_rights_ignores_its_environment() {
    let folder = std::env::temp_dir().join(format!("privileges-{}", std::process::id()));
    fs::create_dir(&folder).expect("a new folder");
    let is_root = {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(&folder).expect("it's there").uid() == 0
    };
    if !is_root {
        fs::remove_dir(&folder).expect("it's empty");
        eprintln!("skipped: only root can make such a program for somebody else");
        return;
    }
    // Anybody may write there, so that a file is missing only if nobody was asked for it.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).expect("it's ours");
    let program = folder.join("program");
    fs::copy(std::env::current_exe().expect("this one"), &program).expect("a copy");
    for (mode, is_raised) in [(0o755, false), (0o4755, true), (0o2755, true)] {
        chown(&program, Some(0), Some(0)).expect("root's");
        fs::set_permissions(&program, fs::Permissions::from_mode(mode)).expect("its mode");
        let output = run(&program, &folder);
        let stderr = String::from_utf8(output.stderr).expect("text");
        assert!(output.status.success(), "{mode:o}: {stderr}");
        let written = fs::remove_file(folder.join("written")).is_ok();
        let said = stderr.lines().filter(|line| line.contains("all INSTRUMENT variables are ignored")).count();
        let served = fs::remove_dir_all(folder.join("instrument")).is_ok();
        assert_eq!((written, said, served), if is_raised { (false, 1, false) } else { (true, 0, false) }, "{mode:o}");
        let reported = stderr.lines().any(|line| line.starts_with("privileged work") && line.ends_with('%'));
        assert_eq!(reported, is_raised, "with the usual columns, on stderr: {stderr}");
    }
    fs::remove_dir_all(folder).expect("it's ours");
}
