//! Cases that run while something is switched off, left out or throttled.

use super::cases::repeat;
use instrument::{Filter, Switch, Throttle, set_enabled, set_filter, set_throttle, timer};
use std::hint::black_box;
use std::time::Duration;

pub fn switched_off(part: Switch, function: fn(u64) -> u64) -> Box<dyn FnMut(u64)> {
    let mut run = repeat(function);
    Box::new(move |calls| {
        set_enabled(part, false);
        run(calls);
        set_enabled(part, true);
    })
}

/// By a filter, which holds for all cases.
pub fn left_out() -> Box<dyn FnMut(u64)> {
    set_filter(Filter::new().skip("left out"));
    repeat(omitted)
}

#[inline(never)]
#[timer("left out")]
fn omitted(x: u64) -> u64 {
    black_box(x) + 1
}

/// While short calls are throttled; all of these are once they've run for the first time.
pub fn throttled(mut run: Box<dyn FnMut(u64)>) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        set_throttle(Some(Throttle::new(100, Duration::from_millis(1))));
        run(calls);
        set_throttle(None);
    })
}
