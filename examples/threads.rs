//! Many threads, one table: `cargo run --release --example threads`

use instrument::{measure, report, scope, timer};
use std::thread;

#[timer]
fn sieve(limit: usize) -> usize {
    let mut composite = vec![false; limit + 1];
    let mut primes = 0;
    for candidate in 2..=limit {
        if !composite[candidate] {
            primes += 1;
            (candidate * candidate..=limit).step_by(candidate).for_each(|multiple| composite[multiple] = true);
        }
    }
    primes
}

#[timer]
fn worker(number: usize) -> usize {
    (0..20)
        .map(|round| {
            let primes = sieve(100_000 * (number + 1) + round);
            measure!("primes", primes);
            primes
        })
        .sum()
}

fn main() {
    let total: usize = {
        let _span = scope!("all workers");
        thread::scope(|scope| {
            let workers: Vec<_> = (0..4).map(|number| scope.spawn(move || worker(number))).collect();
            workers.into_iter().map(|worker| worker.join().expect("workers don't panic")).sum()
        })
    };
    println!("{total} primes, some of them more than once");
    eprint!("{}", report());
}
