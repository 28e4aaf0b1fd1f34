//! Signals reach the command, once.

use crate::roles::{NOTES, ROLE, at_terminal, kill};
use crate::{Folder, here, json, role, start, text};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// `instrument run`, of the role that counts signals.
fn counting(folder: &Folder, options: &[&str]) -> Command {
    let here = here();
    let mut command = folder.command(options, &role(&here));
    command.env(ROLE, "count").env(NOTES, folder.path("notes"));
    command
}

#[test]
fn a_signal_to_it_is_handed_on_and_ends_the_command() {
    let folder = Folder::new();
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGUSR2] {
        let child = start(&mut folder.command(&[], &["sh", "-c", "echo > begun; exec sleep 30"]));
        folder.wait_for("begun", "\n");
        kill(child.id().cast_signed(), signal);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.signal(), Some(signal), "{output:?}");
        assert!(text(&output.stderr).contains("wall time"), "{output:?}");
        std::fs::remove_file(folder.path("begun")).expect("removed");
    }
}

#[test]
fn the_command_decides_what_a_signal_does() {
    let folder = Folder::new();
    let child = start(&mut counting(&folder, &[]));
    folder.wait_for("notes", "ready");
    for (name, signal) in
        [("TERM", libc::SIGTERM), ("INT", libc::SIGINT), ("HUP", libc::SIGHUP), ("USR1", libc::SIGUSR1)]
    {
        kill(child.id().cast_signed(), signal);
        folder.wait_for("notes", &format!("{name}\n"));
    }
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_eq!(folder.noted("notes"), "ready\nTERM\nINT\nHUP\nUSR1\n");
}

#[test]
fn ctrl_c_at_a_terminal_arrives_once() {
    let folder = Folder::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_instrument"));
    let here = here();
    command.args(["run", "-o", "measured.json", "--"]).args(role(&here)).current_dir(folder.path(""));
    command.env(ROLE, "count").env(NOTES, folder.path("notes"));
    let mut terminal = at_terminal(&mut command);
    let mut child = command.spawn().expect("it starts");
    drop(command);
    let mut screen = terminal.try_clone().expect("a copy");
    let reader = std::thread::spawn(move || {
        let _ = screen.read_to_end(&mut Vec::new());
    });
    folder.wait_for("notes", "ready");
    terminal.write_all(&[3]).expect("typed");
    folder.wait_for("notes", "INT");
    // Whatever was handed on, too, is before this one.
    kill(child.id().cast_signed(), libc::SIGTERM);
    folder.wait_for("notes", "TERM");
    kill(child.id().cast_signed(), libc::SIGUSR1);
    assert_eq!(child.wait().expect("it ends").code(), Some(7));
    assert_eq!(folder.noted("notes"), "ready\nINT\nTERM\nUSR1\n");
    reader.join().expect("read");
}

#[test]
fn a_command_that_tells_its_own_group_hears_it_once() {
    let folder = Folder::new();
    let script =
        "trap 'echo TERM >> notes' TERM; kill -TERM 0; n=0; while [ $n -lt 20 ]; do sleep 0.01; n=$((n+1)); done";
    let output = folder.run(&[], &["sh", "-c", script]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(folder.noted("notes"), "TERM\n");
}

#[test]
fn what_was_ignored_stays_ignored() {
    let folder = Folder::new();
    let program = env!("CARGO_BIN_EXE_instrument");
    for (script, alive) in [("trap '' HUP; ", true), ("", false)] {
        let script = format!("{script}exec {program} run -- sh -c 'kill -HUP $$; echo alive'");
        let output = Command::new("sh").args(["-c", &script]).current_dir(folder.path("")).output().expect("it runs");
        assert_eq!(text(&output.stdout), if alive { "alive\n" } else { "" }, "{output:?}");
        assert_eq!(output.status.signal(), (!alive).then_some(libc::SIGHUP), "{output:?}");
    }
}

#[test]
fn a_signal_that_is_ignored_ends_no_repeating() {
    let folder = Folder::new();
    let program = env!("CARGO_BIN_EXE_instrument");
    let script = format!("trap '' HUP; exec {program} run --repeat 4 -- sh -c 'echo run >> runs; sleep 0.2'");
    let child = start(Command::new("sh").args(["-c", &script]).current_dir(folder.path("")));
    folder.wait_for("runs", "run");
    kill(child.id().cast_signed(), libc::SIGHUP);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(folder.noted("runs"), "run\n".repeat(4));
}

#[test]
fn children_can_be_waited_for_where_their_ends_were_ignored() {
    let folder = Folder::new();
    let script = format!("trap '' CHLD; exec {} run -- sh -c 'exit 3'", env!("CARGO_BIN_EXE_instrument"));
    // Not all shells let that be ignored; where they do, it must not matter.
    let output = Command::new("bash").args(["-c", &script]).current_dir(folder.path("")).output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{output:?}");
}

#[test]
fn repeating_ends_with_the_run_that_was_told_to() {
    let folder = Folder::new();
    let script = "trap '' TERM; echo > begun; sleep 0.2";
    let child = start(&mut folder.command(&["--repeat", "50", "-o", "measured.json"], &["sh", "-c", script]));
    folder.wait_for("begun", "\n");
    kill(child.id().cast_signed(), libc::SIGTERM);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.signal(), Some(libc::SIGTERM), "{output:?}");
    let measured = json(&std::fs::read(folder.path("measured.json")).expect("written"));
    let done = measured["runs"].as_array().expect("runs").len();
    assert!((1..50).contains(&done) && measured["wanted_runs"] == 50, "{measured}");
    assert_eq!(measured["failed_runs"], 0);
}
