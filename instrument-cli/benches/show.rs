//! What the program takes for a recording of 100,000 call paths: the time of each way to show it, and to compare two, a median of five, and the most
//! memory that it had. `cargo bench --package instrument-cli --bench show`.
#![expect(unsafe_code, reason = "what a child took is asked of the system")]
#![expect(clippy::unwrap_used, reason = "a bench fails by a panic")]

#[path = "../../instrument-model/tests/recording/plausible.rs"]
mod plausible;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const NODES: u32 = 100_000;
const ROUNDS: usize = 5;

fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run.json");
    plausible::snapshot(if is_bench { NODES } else { 100 }).save(&run).unwrap();
    std::fs::copy(&run, folder.path().join("other.json")).unwrap();
    let ways: [&[&str]; 16] = [
        &["show", "run.json"],
        &["show", "run.json", "--group", "function", "--sort", "own"],
        &["show", "run.json", "--where", "own_ms > 1 && count > 10"],
        &["show", "run.json", "--format", "csv", "-o", "out"],
        &["show", "run.json", "--format", "json", "-o", "out"],
        &["show", "run.json", "--format", "dot", "-o", "out"],
        &["show", "run.json", "--format", "folded", "-o", "out"],
        &["show", "run.json", "--format", "svg", "-o", "out"],
        &["show", "run.json", "--format", "speedscope", "-o", "out"],
        &["show", "run.json", "--format", "chrome", "-o", "out"],
        &["show", "run.json", "--format", "firefox", "-o", "out"],
        &["show", "run.json", "--format", "pprof", "-o", "out"],
        &["show", "run.json", "--format", "html", "-o", "out"],
        &["diff", "run.json", "other.json"],
        &["diff", "run.json", "other.json", "--format", "json", "-o", "out"],
        &["diff", "run.json", "other.json", "--format", "html", "-o", "out"],
    ];
    println!("{:56} {:>10} {:>10} {:>9}", "of a recording of 100,000 call paths", "median", "slowest", "memory");
    for way in ways {
        let rounds = if is_bench { ROUNDS } else { 1 };
        let mut taken: Vec<(Duration, i64)> = (0..rounds).map(|_| take(folder.path(), way)).collect();
        taken.sort();
        let most = taken.iter().map(|(_, memory)| *memory).max().unwrap_or(0);
        println!(
            "{:56} {:>7} ms {:>7} ms {:>5} MiB",
            way.join(" "),
            taken[rounds / 2].0.as_millis(),
            taken[rounds - 1].0.as_millis(),
            most / 1024
        );
    }
}

/// How long it takes, and the most memory that it has, in KiB.
#[expect(clippy::zombie_processes, reason = "it is waited for, by another call")]
fn take(folder: &Path, arguments: &[&str]) -> (Duration, i64) {
    let start = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_instrument"));
    let child = command.args(arguments).current_dir(folder).stdout(Stdio::null()).spawn().unwrap();
    let (mut status, mut usage) = (0, std::mem::MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: both are written to, and live as long as the call; zeros are a value of each.
    let usage = unsafe {
        libc::wait4(child.id().cast_signed(), &raw mut status, 0, usage.as_mut_ptr());
        usage.assume_init()
    };
    assert_eq!(status, 0, "{arguments:?}");
    (start.elapsed(), usage.ru_maxrss)
}
