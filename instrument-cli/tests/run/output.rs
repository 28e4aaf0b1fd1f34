//! What's said where, and that the command's own is its own.

use crate::{Folder, exists, json, text};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

#[test]
fn what_the_command_reads_and_prints_is_untouched() {
    let folder = Folder::new();
    let mut command = folder.command(&["-o", "out.json"], &["sh", "-c", "cat; echo told >&2; exit 3"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(b"\0\xffwhat it reads\n").expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.stdout, b"\0\xffwhat it reads\n");
    assert_eq!(text(&output.stderr), "told\n");
    assert_eq!(output.status.code(), Some(3));
    let measured = json(&std::fs::read(folder.path("out.json")).expect("written"));
    assert_eq!(measured["format"], "instrument-run");
    assert_eq!(measured["version"], 1);
    assert_eq!(measured["command"][2], "cat; echo told >&2; exit 3");
    assert_eq!(measured["runs"][0]["exit_code"], 3);
}

#[test]
fn arguments_of_the_command_are_its_own() {
    let folder = Folder::new();
    let output = folder.run(&[], &["printf", "%s\\n", "--format", "json", "-o", "x", "--", "--help"]);
    assert_eq!(text(&output.stdout), "--format\njson\n-o\nx\n--\n--help\n");
    assert!(!exists(&folder.path("x")));
}

#[test]
fn a_table_is_on_stderr_and_a_files_name_says_what_it_gets() {
    let folder = Folder::new();
    let output = folder.run(&[], &["true"]);
    assert_eq!(text(&output.stdout), "");
    let table = text(&output.stderr);
    for title in ["wall time", "CPU time", "peak memory", "page faults, minor", "context switches, voluntary"] {
        assert_eq!(table.matches(&format!("\n{title} ")).count(), 1, "{title}:\n{table}");
    }
    for (file, begins) in [("a.md", "true: exited with 0\n\n| Figure"), ("a.txt", "true: exited"), ("a", "{\n")] {
        assert!(folder.run(&["-o", file], &["true"]).status.success());
        assert!(folder.noted(file).starts_with(begins), "{file}: {}", folder.noted(file));
    }
    let output = folder.run(&["-o", "-", "--format", "json"], &["echo", "first"]);
    let out = text(&output.stdout);
    let rest = out.strip_prefix("first\n").expect("the command's comes first");
    assert_eq!(json(rest.as_bytes())["runs"][0]["exit_code"], 0);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_file_that_cannot_be_written_costs_neither_the_run_nor_the_figures() {
    let folder = Folder::new();
    std::fs::write(folder.path("file"), "").expect("written");
    let output = folder.run(&["-o", "file/below.json"], &["sh", "-c", "touch ran; exit 3"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(exists(&folder.path("ran")));
    let said = text(&output.stderr);
    let (line, figures) = said.split_once('\n').expect("lines");
    assert!(line.starts_with("instrument: file/below.json can't be written: "), "{said}");
    assert_eq!(json(figures.as_bytes())["runs"][0]["exit_code"], 3, "{said}");
    let output = folder.run(&["-o", "/dev/full"], &["sh", "-c", "exit 4"]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(text(&output.stderr).contains("/dev/full can't be written"), "{output:?}");
}

#[test]
fn nobody_who_reads_changes_nothing() {
    let folder = Folder::new();
    let closed = || std::io::pipe().expect("a pipe").1;
    let status = folder.command(&[], &["sh", "-c", "exit 3"]).stderr(closed()).status().expect("it runs");
    assert_eq!(status.code(), Some(3));
    let status = folder.command(&["-o", "-"], &["sh", "-c", "exit 3"]).stdout(closed()).status().expect("it runs");
    assert_eq!(status.code(), Some(3));
    // As in `yes | true`: it's SIGPIPE that ends it, as it does without us.
    let status = folder.command(&["-o", "a.json"], &["yes"]).stdout(closed()).status().expect("it runs");
    assert_eq!(status.signal(), Some(libc::SIGPIPE));
}

#[test]
fn what_a_command_is_called_cannot_move_the_cursor() {
    let folder = Folder::new();
    let output = folder.run(&[], &["true", "\u{1b}[31mred\nline"]);
    let said = text(&output.stderr);
    assert!(
        !said.contains('\u{1b}') && said.lines().next().is_some_and(|line| line.ends_with("exited with 0")),
        "{said}"
    );
}

#[test]
fn help_has_both_with_an_example() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_instrument")).arg("--help").output().expect("it runs");
    let help = text(&help.stdout);
    for part in ["\n  run ", "\n  components ", "instrument run --repeat 10 -- ", "  instrument components\n"] {
        assert!(help.contains(part), "{part}: {help}");
    }
}
