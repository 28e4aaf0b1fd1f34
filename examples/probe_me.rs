//! A program that runs and can be looked into: `cargo run --release --features instrument/enabled --example probe_me`.
//!
//! Then, in a second terminal:
//!
//! ```text
//! cargo run --package instrument-cli -- targets
//! cargo run --package instrument-cli -- probe add Shop::buy --value args --condition 'result > 10 && user_id == 42' --follow
//! ```

use instrument::{probe, timer};
use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

struct Shop {
    /// To each customer.
    sold: BTreeMap<u64, u64>,
}

impl Shop {
    /// Gives the price; more than ten at once are a bit too much.
    #[probe]
    #[timer]
    fn buy(&mut self, user_id: u64, apples: u64) -> u64 {
        *self.sold.entry(user_id).or_default() += apples;
        thread::sleep(Duration::from_millis(2));
        price(apples)
    }
}

#[probe]
fn price(apples: u64) -> u64 {
    if apples > 3 { apples * 3 } else { apples * 4 }
}

/// How long to run; forever, unless `--seconds 5` says so.
fn time_to_run() -> Option<Duration> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--seconds");
    arguments.nth(1)?.parse().ok().map(Duration::from_secs)
}

/// Sells until it's time to go.
pub fn run(time: Option<Duration>) {
    let start = Instant::now();
    let mut shop = Shop { sold: BTreeMap::new() };
    let mut customer = 0;
    while time.is_none_or(|time| start.elapsed() < time) {
        customer += 1;
        let paid = shop.buy(40 + customer % 5, 1 + customer % 7);
        if paid > 20 {
            thread::yield_now();
        }
    }
    println!("sold {} apples", shop.sold.values().sum::<u64>());
}

fn main() {
    // Without it, `INSTRUMENT_SERVE=1` does the same.
    match instrument::serve() {
        Ok(_) => {
            eprintln!("process {}: look into it from a second terminal, by `instrument targets`", std::process::id())
        }
        Err(error) => eprintln!("nobody can look into this: {error}"),
    }
    run(time_to_run());
}
