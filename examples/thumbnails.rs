//! `PerfTimer`: one line per timer when the program exits. `cargo run --release --example thumbnails`

use instrument::{Observer, PerfTimer, perf_timer};

static DECODE: PerfTimer = PerfTimer::new("decode");

/// A picture of `size` × `size` grey values.
fn decode(seed: usize, size: usize) -> Vec<u8> {
    DECODE.time(|| (0..size * size).map(|pixel| (pixel.wrapping_mul(seed * 31 + 7) >> 3) as u8).collect())
}

/// The mean of each block of 8 × 8.
#[perf_timer("process thumbnail", quantiles = [0.5, 0.9, 0.99])]
fn thumbnail(picture: &[u8], size: usize) -> Vec<u8> {
    let block = |index: usize| {
        let (x, y) = (index % (size / 8) * 8, index / (size / 8) * 8);
        let sum: u32 = (0..64).map(|i| u32::from(picture[(y + i / 8) * size + x + i % 8])).sum();
        (sum / 64) as u8
    };
    (0..size / 8 * (size / 8)).map(block).collect()
}

fn main() {
    let encode = PerfTimer::builder("encode")
        .observer(Observer::average())
        .log_fn(|line| eprintln!("{line} (by a log function of its own)"))
        .build()
        .expect("no quantiles, nothing to get wrong");
    let mut bytes = 0;
    for number in 0..292 {
        let size = 64 + number % 10 * 32;
        let small = thumbnail(&decode(number, size), size);
        let run = encode.start();
        bytes += small.chunk_by(|a, b| a == b).count() * 2;
        drop(run);
    }
    println!("292 thumbnails in {bytes} bytes");
}
