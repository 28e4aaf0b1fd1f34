//! When call paths of short calls are sampled.

use std::time::Duration;

/// When to time fewer calls: a call path whose mean is below `mean` after `calls` calls, or after any multiple of it, is
/// sampled from then on.
///
/// All calls are still counted. Times, and what components measure, are estimated from one call in
/// [`SAMPLE`](Throttle::SAMPLE); reports mark them by `~` and say how many call paths are throttled. Sites that sample by themselves, that fold recursion, and async ones
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
    pub const SAMPLE: u32 = instrument_model::data::THROTTLED;

    /// A policy; 0 calls are taken as 1.
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
