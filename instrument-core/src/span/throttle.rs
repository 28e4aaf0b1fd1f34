//! Throttling: a call path whose calls are too short to be worth timing each is sampled from then on, never dropped.
//!
//! Only spans that take the careful way look here; without throttling, the fast way never learns that it exists.

use crate::time::Timeline;
use crate::options::Throttle;
use crate::site::Recursion;
use crate::state::{self, Reason, Setup};
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// 0 for no throttling.
static CALLS: AtomicU64 = AtomicU64::new(0);
/// Nanoseconds.
static MEAN: AtomicU64 = AtomicU64::new(0);

pub(crate) fn set(throttle: Option<Throttle>) {
    let nanos = |mean: Duration| u64::try_from(mean.as_nanos()).unwrap_or(u64::MAX);
    MEAN.store(throttle.map_or(0, |throttle| nanos(throttle.mean)), Relaxed);
    CALLS.store(throttle.map_or(0, |throttle| throttle.calls.max(1)), Relaxed);
    state::be_careful(Reason::Throttle, throttle.is_some());
}

inventory::submit! { Setup(|settings| set(settings.throttle)) }

/// Whether most of its calls aren't to be timed.
pub(super) fn is_throttled(node: &Node) -> bool {
    CALLS.load(Relaxed) != 0 && node.stats.throttled().is_some()
}

/// Looks at a node before a call of it is timed.
#[inline]
pub(super) fn judge_before(node: Mine<'_, Node>) {
    let (calls, (count, _)) = (CALLS.load(Relaxed), node.stats().count_and_sum());
    if count >= calls && calls > 0 {
        judge_again(node);
    }
}

#[inline(never)]
fn judge_again(node: Mine<'_, Node>) {
    if node.stats.throttled().is_none() {
        judge(node);
    }
    if node.stats.throttled().is_some() {
        node.sample_from_now(Throttle::SAMPLE);
    }
}

/// Looks at a node after a call of it was recorded.
#[inline]
pub(super) fn judge(node: Mine<'_, Node>) {
    let calls = CALLS.load(Relaxed);
    if calls == 0 || !node.stats().count_and_sum().0.is_multiple_of(calls) || node.stats.throttled().is_some() {
        return;
    }
    let is_sync = node.tasks.begun.get() == 0;
    if node.site().is_some_and(|site| site.sample == 1 && site.recursion == Recursion::Nest) && is_sync {
        judge_now(node);
    }
}

#[cold]
fn judge_now(node: Mine<'_, Node>) {
    let (count, sum) = node.stats().count_and_sum();
    let limit = u128::from(MEAN.load(Relaxed)) * u128::from(count);
    if count > 0 && u128::from(Timeline::get().scale().nanos(sum)) < limit {
        node.stats().throttle();
    }
}
