// A macro may put our attributes on a function twice. What stands once in the source is one attribute.
#![deny(warnings)]

use instrument::{checkpoints, perf_timer, print_mem, probe, timer};
use instrument_ui_doubling::doubled;

#[doubled]
#[timer("once", sample = 1)]
fn timed() -> u32 {
    1
}

#[doubled]
#[timer]
#[perf_timer]
#[print_mem]
#[checkpoints]
#[probe]
fn stacked(number: u32) -> u32 {
    number + 1
}

#[doubled]
#[probe]
#[timer]
async fn awaited(number: u32) -> u32 {
    number + 1
}

// As a template's and the function's that it's applied to.
#[timer]
#[timer]
fn twice() {}

fn main() {
    twice();
    let _ = timed() + stacked(1);
    drop(awaited(1));
    let snapshot = instrument::snapshot();
    assert_eq!(snapshot.find(&["once"]).map(|node| node.count()), Some(1));
    assert!(snapshot.find(&["once", "once"]).is_none());
    assert_eq!(snapshot.find(&["twice"]).map(|node| node.count()), Some(1));
    assert_eq!(snapshot.find(&["stacked"]).map(|node| node.count()), Some(1));
    assert!(snapshot.nodes().filter(|node| node.name() == "stacked").count() == 1, "one span a call");
}
