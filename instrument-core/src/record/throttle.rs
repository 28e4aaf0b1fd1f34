//! Throttling: a call path whose calls are too short to be worth timing each is sampled from then on, never dropped.
//!
//! Only spans that take the careful way look here; without throttling, the fast way never learns that it exists.

use super::node::Node;
use crate::clock::Timeline;
use crate::site::Recursion;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// When to time fewer calls: a call path whose mean is below `mean` after `calls` calls, or after any multiple of it, is
/// sampled from then on.
///
/// Components of calls that aren't timed aren't measured either. All calls are still counted, times are estimated from one call in [`SAMPLE`](Throttle::SAMPLE), reports mark them by
/// `~` and say how many call paths are throttled. Sites that sample by themselves, that fold recursion, and async ones
/// aren't throttled. Each thread judges its own calls.
///
/// By default nothing is. `INSTRUMENT_THROTTLE=on` asks for the [default](Throttle::default), `INSTRUMENT_THROTTLE=1000,5us`
/// for one of your own.
///
/// ```
/// use instrument_core::{Throttle, set_throttle};
/// use std::time::Duration;
///
/// let mut throttle = Throttle::default();
/// throttle.mean = Duration::from_nanos(200);
/// set_throttle(Some(throttle));
/// # set_throttle(None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Throttle {
    /// How many calls to time before judging.
    pub calls: u64,
    /// The mean below which calls are too short.
    pub mean: Duration,
}

impl Throttle {
    /// Of a throttled call path, one call in this many is timed.
    pub const SAMPLE: u32 = 64;

    /// See there; `calls` of 0 are taken as 1.
    pub const fn new(calls: u64, mean: Duration) -> Throttle {
        Throttle { calls, mean }
    }
}

/// 10,000 calls, 1 µs.
impl Default for Throttle {
    fn default() -> Throttle {
        Throttle::new(10_000, Duration::from_micros(1))
    }
}

/// 0 for no throttling.
static CALLS: AtomicU64 = AtomicU64::new(0);
/// Nanoseconds.
static MEAN: AtomicU64 = AtomicU64::new(0);

pub(crate) fn store(throttle: Option<Throttle>) {
    let nanos = |mean: Duration| u64::try_from(mean.as_nanos()).unwrap_or(u64::MAX);
    MEAN.store(throttle.map_or(0, |throttle| nanos(throttle.mean)), Relaxed);
    CALLS.store(throttle.map_or(0, |throttle| throttle.calls.max(1)), Relaxed);
}

/// Whether anything may be throttled.
pub(crate) fn is_on() -> bool {
    CALLS.load(Relaxed) != 0
}

impl Node {
    /// Whether most of its calls aren't to be timed.
    pub(super) fn is_throttled(&self) -> bool {
        is_on() && self.stats.throttled().is_some()
    }
}

/// Looks at a node after a call of it was recorded. Owner only.
#[inline]
pub(super) fn judge(node: &Node) {
    let calls = CALLS.load(Relaxed);
    if calls == 0 || !node.stats.count_and_sum().0.is_multiple_of(calls) || node.stats.throttled().is_some() {
        return;
    }
    let is_sync = node.tasks.begun.get() == 0;
    if node.site().is_some_and(|site| site.sample == 1 && site.recursion == Recursion::Nest) && is_sync {
        judge_now(node);
    }
}

#[cold]
fn judge_now(node: &Node) {
    let (count, sum) = node.stats.count_and_sum();
    let limit = u128::from(MEAN.load(Relaxed)) * u128::from(count);
    if count > 0 && u128::from(Timeline::get().scale().nanos(sum)) < limit {
        node.stats.throttle();
    }
}
