//! A program with a second copy of the toolkit says so, once, and which copies these are.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "a note as another copy would carry it")]

use std::process::Command;

#[repr(C, align(4))]
struct Note([u32; 3], [u8; 12], [u8; 32]);

/// What another version, linked into the same program, would bring along.
#[used]
#[unsafe(link_section = ".note.instrument")]
static OTHER: Note =
    Note([11, 32, 1], *b"instrument\0\0", *b"99.0.1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");

#[test]
fn two_copies_in_one_program_are_told_once() {
    const CHILD: &str = "COPIES_TEST_REPORTS";
    if std::env::var_os(CHILD).is_some() {
        (0..3).for_each(|_| instrument_core::report().print());
        return;
    }
    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program)
        .args(["--exact", "two_copies_in_one_program_are_told_once", "--nocapture"])
        .env(CHILD, "1")
        .output();
    let stderr = String::from_utf8(output.expect("it runs").stderr).expect("text");
    let told: Vec<&str> = stderr.lines().filter(|line| line.contains("copies of the toolkit")).collect();
    let [line] = told[..] else { panic!("one line: {stderr}") };
    assert!(line.starts_with("instrument: 2 copies of the toolkit are in this process: "), "{line}");
    assert!(line.contains("99.0.1 in the program"), "{line}");
    assert!(line.contains(&format!("{} in the program (this one)", env!("CARGO_PKG_VERSION"))), "{line}");
}
