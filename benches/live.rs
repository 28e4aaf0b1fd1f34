//! What the live profile costs a program that allocates a lot: it parses all of this repository's sources with syn.
//!
//! `cargo bench --bench live` prints the table. Each setting has a process of its own, since what was switched on once leaves
//! a table behind; they take turns, a pass each, so that a machine that slows down slows down all, and are started anew
//! a few times, since a process keeps the addresses that it began with. What's measured is CPU time of the thread that
//! parses, of which other processes take less than of the wall's. Figures are medians over all rounds, with the quartiles as
//! spread; ratios are those of passes of the same round.

use instrument::component::ThreadCpu;
use instrument::{CountingAllocator, memory, scope};
use std::ffi::OsStr;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

const GENERATIONS: usize = 4;
const ROUNDS: usize = 15;
/// Tells a process that it's one of those that measure.
const MEASURE: &str = "LIVE_BENCH_MEASURES";
const SETTINGS: [&str; 4] = ["off", "live", "live:64KiB", "live:4KiB"];

fn main() {
    if std::env::var_os(MEASURE).is_some() {
        measure();
        return;
    }
    let mut times = [const { Vec::new() }; SETTINGS.len()];
    let mut notes = [const { String::new() }; SETTINGS.len()];
    for _ in 0..GENERATIONS {
        let mut processes = SETTINGS.map(Process::new);
        for round in 0..ROUNDS {
            for at in 0..SETTINGS.len() {
                let at = (at + round) % SETTINGS.len();
                let (time, note) = processes[at].pass();
                times[at].push(time);
                notes[at] = note;
            }
        }
        processes.into_iter().for_each(Process::end);
    }
    println!(
        "{:<12} {:>9} {:>19} {:>8} {:>17}   while all is alive",
        "a pass", "ms", "quartiles", "× off", "quartiles"
    );
    for (at, name) in SETTINGS.iter().enumerate() {
        let [low, median, high] = quartiles(times[at].iter().map(|time| time * 1e3).collect());
        let [least, ratio, most] = quartiles(times[at].iter().zip(&times[0]).map(|(time, off)| time / off).collect());
        let note = &notes[at];
        println!("{name:<12} {median:>9.2} {low:>8.2} … {high:>8.2} {ratio:>8.4} {least:>7.4} … {most:>7.4}   {note}");
    }
}

/// One that measures, a pass for each line that it's sent.
struct Process {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Process {
    fn new(setting: &str) -> Process {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .env(MEASURE, "1")
            .env("INSTRUMENT_MEMORY", setting)
            .env("INSTRUMENT_OUTPUT", if cfg!(windows) { "NUL" } else { "/dev/null" })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program again");
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        Process { child, lines }
    }

    /// Seconds, and what was alive.
    fn pass(&mut self) -> (f64, String) {
        self.child.stdin.as_mut().expect("piped").write_all(b"\n").expect("it reads");
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it answers");
        let (time, note) = line.trim().split_once(' ').expect("a time, and what's alive");
        (time.parse().expect("a number"), note.to_owned())
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        self.child.wait().expect("it ends");
    }
}

fn quartiles(mut figures: Vec<f64>) -> [f64; 3] {
    figures.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| figures[figures.len() * quarter / 4])
}

/// Prints seconds of a pass, and what was alive, for each line that it gets.
fn measure() {
    let sources = sources();
    pass(&sources);
    for _ in std::io::stdin().lines() {
        let (time, note) = pass(&sources);
        println!("{time} {note}");
    }
}

/// Parses all, keeps the trees until the end, and drops them.
fn pass(sources: &[String]) -> (f64, String) {
    let mut cpu = ThreadCpu::new("a pass");
    cpu.start();
    let trees: Vec<_> = sources
        .iter()
        .map(|source| {
            let _span = scope!("parse");
            syn::parse_file(source)
        })
        .collect();
    cpu.stop();
    let note = alive();
    cpu.start();
    drop(black_box(trees));
    cpu.stop();
    (cpu.get(), note)
}

fn alive() -> String {
    let bytes = memory::heap().map_or(0, |heap| heap.live_bytes) as f64 / f64::from(1 << 20);
    memory::live().map_or_else(
        || format!("{bytes:.1} MiB"),
        |live| {
            let [estimate, error] = [live.bytes(), live.standard_error()].map(|bytes| bytes / f64::from(1 << 20));
            format!("{bytes:.1} MiB, {estimate:.1} ± {error:.1} by {} samples, {} lost", live.sampled(), live.lost())
        },
    )
}

fn sources() -> Vec<String> {
    let is_hidden = |name: &OsStr| name == "target" || name.to_string_lossy().starts_with('.');
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()));
    let sources = files
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension() == Some("rs".as_ref()))
        .filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    sources.filter(|source| syn::parse_file(source).is_ok()).collect()
}
