//! A main loop that prints a table every ten seconds: `cargo run --release --example metrics_loop -- --seconds 25`.

use instrument::{log_metrics, measure, scope, timer};
use std::thread::sleep;
use std::time::{Duration, Instant};

#[timer("fastest")]
fn fastest() {
    std::hint::black_box(0);
}

#[timer("faster")]
fn faster() {
    sleep(Duration::from_millis(1));
}

#[timer("a while")]
fn a_while() {
    sleep(Duration::from_millis(30));
}

#[timer("composite")]
fn composite() {
    for _ in 0..10 {
        faster();
    }
    a_while();
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = match (arguments.next().as_deref(), arguments.next().map(|value| value.parse())) {
        (None, _) => u64::MAX,
        (Some("--seconds"), Some(Ok(seconds))) => seconds,
        _ => {
            eprintln!("usage: metrics_loop [--seconds N]");
            std::process::exit(2);
        }
    };
    let start = Instant::now();
    while start.elapsed().as_secs() < seconds {
        let _loop = scope!("loop");
        for _ in 0..1000 {
            fastest();
        }
        faster();
        composite();
        measure!("free memory", 14.7);
        log_metrics(Duration::from_secs(10));
    }
    // What came after the last table.
    log_metrics(Duration::ZERO);
}
