//! What the live profile costs a program that allocates a lot: it parses all of this repository's sources with syn.
//!
//! `cargo bench --bench live` prints the table. In every round each setting has a process of its own, in an order that
//! changes from round to round, since what was switched on once leaves a table behind; each measures CPU time of its
//! thread, of which other processes take less than of the wall's. Figures are medians over rounds, with the quartiles as
//! spread, and the ratios' are those of the rounds.

use instrument::component::ThreadCpu;
use instrument::{CountingAllocator, memory, scope};
use std::ffi::OsStr;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

const ROUNDS: usize = 21;
const PASSES: usize = 3;
/// Tells a process that it's one of those that measure.
const MEASURE: &str = "LIVE_BENCH_MEASURES";
const SETTINGS: [(&str, &str); 4] =
    [("off", "off"), ("live", "live"), ("live:64KiB", "live:64KiB"), ("live:4KiB", "live:4KiB")];

fn main() {
    if std::env::var_os(MEASURE).is_some() {
        measure();
        return;
    }
    let program = std::env::current_exe().expect("this program");
    let mut times = [const { Vec::new() }; SETTINGS.len()];
    let mut notes = [const { String::new() }; SETTINGS.len()];
    for round in 0..ROUNDS {
        for at in 0..SETTINGS.len() {
            let at = (at + round) % SETTINGS.len();
            let child = Command::new(&program)
                .env(MEASURE, "1")
                .env("INSTRUMENT_MEMORY", SETTINGS[at].1)
                .env("INSTRUMENT_OUTPUT", if cfg!(windows) { "NUL" } else { "/dev/null" })
                .output()
                .expect("this program again");
            let output = String::from_utf8_lossy(&child.stdout).into_owned();
            let (time, note) = output.trim().split_once(' ').expect("a time, and what's alive");
            times[at].push(time.parse::<f64>().expect("a number"));
            note.clone_into(&mut notes[at]);
        }
    }
    println!(
        "{:<14} {:>9} {:>21} {:>8} {:>19}   while all is alive",
        "a pass", "ms", "quartiles", "× off", "quartiles"
    );
    for (at, (name, _)) in SETTINGS.iter().enumerate() {
        let [low, median, high] = quartiles(times[at].iter().map(|time| time * 1e3).collect());
        let [least, ratio, most] = quartiles(times[at].iter().zip(&times[0]).map(|(time, off)| time / off).collect());
        println!(
            "{name:<14} {median:>9.2} {low:>9.2} … {high:>9.2} {ratio:>8.4} {least:>8.4} … {most:>8.4}   {}",
            notes[at]
        );
    }
}

fn quartiles(mut figures: Vec<f64>) -> [f64; 3] {
    figures.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| figures[figures.len() * quarter / 4])
}

/// Prints the median of some passes, in seconds.
fn measure() {
    let sources = sources();
    let mut times: Vec<f64> = (0..PASSES).map(|_| pass(&sources).0).collect();
    times.sort_by(f64::total_cmp);
    println!("{} {}", times[PASSES / 2], pass(&sources).1);
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
