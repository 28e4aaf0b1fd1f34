//! What an annotated call costs when nothing is compiled in: prints the medians of a plain and of an annotated call in
//! ns, and the latter's quartiles. The overhead bench runs it.

use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 51;
const CALLS: u64 = 100_000;

#[inline(never)]
fn plain(x: u64) -> u64 {
    black_box(x) + 1
}

#[inline(never)]
#[instrument::timer("annotated")]
fn annotated(x: u64) -> u64 {
    let _span = instrument::scope!("inside");
    instrument::measure!("x", x);
    black_box(x) + 1
}

fn time(function: fn(u64) -> u64) -> f64 {
    let start = Instant::now();
    for call in 0..CALLS {
        black_box(function(call));
    }
    start.elapsed().as_nanos() as f64 / CALLS as f64
}

fn main() {
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(time(plain));
        with.push(time(annotated));
    }
    without.sort_by(f64::total_cmp);
    with.sort_by(f64::total_cmp);
    println!("{} {} {} {}", without[ROUNDS / 2], with[ROUNDS / 2], with[ROUNDS / 4], with[ROUNDS * 3 / 4]);
}
