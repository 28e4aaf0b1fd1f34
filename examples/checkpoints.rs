//! Where one run spends its time, step by step: `cargo run --release --example checkpoints`
//!
//! A pattern each: around a function, a loop, a condition, start-up and teardown; and a function whose lines are marked
//! without a change to its body.

use instrument::{Profiler, checkpoints, profiler, report};
use std::thread::sleep;
use std::time::Duration;

fn work(milliseconds: u64) {
    sleep(Duration::from_millis(milliseconds));
}

/// Entry and exit of a function, whichever way it's left: dropping the profiler prints.
fn entry_and_exit(text: &str) -> Result<u32, std::num::ParseIntError> {
    let profiler = Profiler::new("parse");
    work(1);
    let number = text.trim().parse()?;
    profiler.mark(format_args!("a number: {number}"));
    Ok(number)
}

/// Around a loop: a mark for each turn that's worth a line.
fn around_a_loop() {
    let profiler = Profiler::new("import");
    for batch in 1..=3 {
        work(batch);
        profiler.mark(format_args!("batch {batch}"));
    }
    profiler.finish("commit");
}

/// On a condition: only slow requests are printed, and only if somebody wants it at all.
fn conditional(verbose: bool) {
    for milliseconds in [1, 2, 12] {
        let profiler = Profiler::new("request").threshold(Duration::from_millis(10)).disabled(!verbose);
        work(milliseconds / 2);
        profiler.mark("read");
        work(milliseconds / 2);
        profiler.mark("answer");
    }
}

/// Start-up: what's nested is one block with what's around it.
fn start_up() {
    let profiler = Profiler::new("start-up");
    work(2);
    profiler.mark("read the configuration");
    connect();
    profiler.mark("connect");
    profiler.finish("ready");
}

fn connect() {
    let profiler = Profiler::new("resolve");
    work(1);
    profiler.mark("ask the cache");
    work(3);
    profiler.mark("ask the network");
}

/// Teardown: lines come as they're marked, for what may never return.
fn teardown() {
    let profiler = Profiler::new("teardown").immediate();
    work(1);
    profiler.mark("close connections");
    work(2);
    profiler.mark("flush the log");
}

/// Off, unless `INSTRUMENT_PROFILE=selected` or `INSTRUMENT_PROFILE='*'`.
fn selected() {
    let profiler = profiler!("only on request");
    work(1);
    profiler.mark("something");
}

/// A mark after each statement: the report names the worst line and the slowest one.
#[checkpoints(threshold_ms = 4)]
fn hot_spots(number: u64) -> u64 {
    work(1);
    let sum = (0..number).sum();
    work(number);
    sum
}

fn main() {
    start_up();
    let _ = (entry_and_exit(" 7 "), entry_and_exit("x"));
    around_a_loop();
    conditional(true);
    selected();
    for number in 0..4 {
        hot_spots(number);
    }
    eprint!("{}", report());
    teardown();
}
