//! Ticks to nanoseconds.

use std::time::Duration;

/// How long a tick of the clock is: nanoseconds as a 32.32 fixed-point number.
///
/// ```
/// use instrument_model::Scale;
///
/// let gigahertz = Scale::from_ratio(1e9, 2e9).expect("a plausible ratio");
/// assert_eq!(gigahertz.nanos(3_000), 1_500);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale(u64);

/// [`Scale::NANOSECONDS`].
impl Default for Scale {
    fn default() -> Scale {
        Scale::NANOSECONDS
    }
}

impl Scale {
    /// One tick is one nanosecond.
    pub const NANOSECONDS: Scale = Scale(1 << 32);

    /// So many nanoseconds in so many ticks; `None` where that makes no scale, as of no ticks.
    pub fn from_ratio(nanoseconds: f64, ticks: f64) -> Option<Scale> {
        let scaled = nanoseconds / ticks * Scale::NANOSECONDS.0 as f64;
        (scaled >= 1.0 && scaled < u64::MAX as f64).then_some(Scale(scaled as u64))
    }

    /// The scale of these 2⁻³² nanoseconds a tick; `None` for 0.
    pub fn from_bits(bits: u64) -> Option<Scale> {
        (bits > 0).then_some(Scale(bits))
    }

    /// 2⁻³² nanoseconds a tick.
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// The duration of `ticks`, to the nearest nanosecond.
    pub fn nanos(self, ticks: u64) -> u64 {
        let product = u128::from(ticks) * u128::from(self.0) + (1 << 31);
        u64::try_from(product >> 32).unwrap_or(u64::MAX)
    }

    /// The duration of a fractional number of ticks, in nanoseconds.
    pub fn nanos_f64(self, ticks: f64) -> f64 {
        ticks * self.0 as f64 / Scale::NANOSECONDS.0 as f64
    }

    /// The duration of `ticks`, to the nearest nanosecond.
    pub fn duration(self, ticks: u64) -> Duration {
        Duration::from_nanos(self.nanos(ticks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nanosecond_clock_is_read_exactly() {
        for ticks in [0, 1, 999, 3_600_000_000_000, u64::MAX >> 1] {
            assert_eq!(Scale::NANOSECONDS.nanos(ticks), ticks);
        }
    }

    #[test]
    fn an_hour_of_ticks_is_an_hour() {
        let scale = Scale::from_ratio(1e9, 2.6e9).expect("a plausible ratio");
        let hour = Duration::from_secs(3600);
        let ours = scale.duration(3600 * 2_600_000_000);
        assert!(ours.abs_diff(hour) < Duration::from_micros(10), "{ours:?}");
    }
}
