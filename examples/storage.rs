//! A call graph as data: `cargo run --release --example storage` (takes 6.5 s)
//!
//! `foo` sleeps for a second, then runs ten laps of 0.1, 0.2 … 1.0 seconds, of which each two are one observation of `bar`:
//! it's pushed before the even ones, and popped behind the odd ones.

use instrument::component::{Meter, PageRss, ThreadCpu, WallClock};
use instrument::storage::{Entry, Node, storage};
use instrument::timer;
use std::thread::sleep;
use std::time::Duration;

#[timer(components(WallClock, ThreadCpu, PageRss))]
fn foo() {
    sleep(Duration::from_secs(1));
    let mut bar = Meter::<(WallClock, ThreadCpu)>::new("bar");
    for lap in 0..10 {
        if lap % 2 == 0 {
            bar.push();
        }
        bar.start();
        sleep(Duration::from_millis(100 * (lap + 1)));
        bar.stop();
        if lap % 2 == 1 {
            bar.pop();
        }
    }
    println!("{bar}\n");
}

/// What a tool of your own may do with it.
fn print(node: &Node<Entry>) {
    let Node { inclusive, exclusive, children, .. } = node;
    let Entry { prefix, depth, data, laps, stats, .. } = inclusive;
    println!(
        "{:indent$}{prefix}: {data:.2} s in {laps} laps, {:.2} s of its own",
        "",
        exclusive.data,
        indent = 2 * depth
    );
    println!(
        "{:indent$}{} observations: min {:.2}, max {:.2}, Σx² {:.2}; hash {:016x}",
        "",
        stats.count,
        stats.min,
        stats.max,
        stats.sqr,
        inclusive.hash,
        indent = 2 * depth + 2
    );
    children.iter().for_each(print);
}

fn main() {
    foo();
    storage::<WallClock>().tree().iter().for_each(print);
    println!("\n{}\n\n{}\n\n{}", storage::<WallClock>(), storage::<ThreadCpu>(), storage::<PageRss>());
}
