//! Figures as people read them: three or four significant digits, a unit that fits, never 0.000 for what isn't zero.

use std::time::Duration;

/// The unit of a report's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeUnit {
    /// For each figure the one that keeps it between 1 and 1000.
    #[default]
    Auto,
    /// ns
    Nanoseconds,
    /// µs
    Microseconds,
    /// ms
    Milliseconds,
    /// s
    Seconds,
}

impl TimeUnit {
    /// What [`str::parse`] of settings understands, with what it stands for.
    pub const NAMES: [(&'static str, TimeUnit); 5] = [
        ("auto", TimeUnit::Auto),
        ("ns", TimeUnit::Nanoseconds),
        ("us", TimeUnit::Microseconds),
        ("ms", TimeUnit::Milliseconds),
        ("s", TimeUnit::Seconds),
    ];

    /// A time in this unit, with three significant digits; never more than the nanoseconds that it was measured in.
    pub fn format(self, time: Duration) -> String {
        self.format_nanos(time.as_nanos() as f64)
    }

    fn format_nanos(self, nanos: f64) -> String {
        if nanos == 0.0 {
            return "0 ns".to_owned();
        }
        let (size, decimals, symbol) = match self {
            TimeUnit::Nanoseconds => (1.0, 0, "ns"),
            TimeUnit::Microseconds => (1e3, 3, "µs"),
            TimeUnit::Milliseconds => (1e6, 6, "ms"),
            TimeUnit::Seconds => (1e9, 9, "s"),
            // What rounds up to 1000 of a unit is 1.00 of the next.
            TimeUnit::Auto if nanos < 999.5 => (1.0, 0, "ns"),
            TimeUnit::Auto if nanos < 999.5e3 => (1e3, 3, "µs"),
            TimeUnit::Auto if nanos < 999.5e6 => (1e6, 6, "ms"),
            TimeUnit::Auto => (1e9, 9, "s"),
        };
        let value = nanos / size;
        let most = if nanos.fract() == 0.0 { decimals } else { usize::MAX };
        format!("{} {symbol}", decimal(value, three_digits(value).min(most)))
    }
}

/// A time in the unit that fits, as tables show it.
pub fn format(time: Duration) -> String {
    TimeUnit::Auto.format(time)
}

/// So many nanoseconds in the unit that fits: means and deviations have parts of one.
pub fn nanos(nanos: f64) -> String {
    TimeUnit::Auto.format_nanos(nanos)
}

/// A number with three significant digits, and all digits left of the point.
pub fn significant(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        return "0".to_owned();
    }
    if !(1e-6..1e9).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    decimal(value, if magnitude.fract() == 0.0 { 0 } else { three_digits(magnitude) })
}

/// How many decimals make three significant digits.
fn three_digits(magnitude: f64) -> usize {
    let decimals = |value: f64| (2 - value.log10().floor() as i32).clamp(0, 9) as usize;
    // Rounding may carry into a further digit on the left: 9.996 is 10.0, not 10.00.
    let rounded = format!("{magnitude:.*}", decimals(magnitude)).parse().unwrap_or(magnitude);
    decimals(rounded)
}

/// With so many decimals, and thousands apart.
fn decimal(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let whole = text.find('.').unwrap_or(text.len());
    let first = usize::from(text.starts_with('-'));
    format!("{}{}{}", &text[..first], thousands(&text[first..whole]), &text[whole..])
}

/// A share of the elapsed time; of what isn't nothing at least that it's less than the smallest figure shown.
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        percent if percent < 0.05 => "<0.1 %".to_owned(),
        percent => format!("{percent:.1} %"),
    }
}

/// A count with its thousands apart, as `1,234,567`.
pub fn count(count: u64) -> String {
    thousands(&count.to_string())
}

fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_a_unit_that_fits() {
        for (nanos, expected) in [
            (0, "0 ns"),
            (7, "7 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (1_234, "1.23 µs"),
            (73_149, "73.1 µs"),
            (999_499, "999 µs"),
            (999_501, "1.00 ms"),
            (320_500_000, "320 ms"),
            (61_000_000_000, "61.0 s"),
            (5_432_100_000_000, "5,432 s"),
        ] {
            assert_eq!(TimeUnit::Auto.format(Duration::from_nanos(nanos)), expected, "{nanos}");
        }
        for (nanos, expected) in
            [(0.5, "0.500 ns"), (12.34, "12.3 ns"), (999.4, "999 ns"), (999.6, "1.00 µs"), (5.0, "5 ns")]
        {
            assert_eq!(TimeUnit::Auto.format_nanos(nanos), expected);
        }
    }

    #[test]
    fn a_fixed_unit_never_prints_something_as_nothing() {
        for (unit, expected) in [
            (TimeUnit::Nanoseconds, "2 ns"),
            (TimeUnit::Microseconds, "0.002 µs"),
            (TimeUnit::Milliseconds, "0.000002 ms"),
            (TimeUnit::Seconds, "0.000000002 s"),
        ] {
            assert_eq!(unit.format(Duration::from_nanos(2)), expected);
        }
        for (unit, time, expected) in [
            (TimeUnit::Milliseconds, Duration::from_micros(73_100), "73.1 ms"),
            (TimeUnit::Milliseconds, Duration::from_nanos(45_678), "0.0457 ms"),
            (TimeUnit::Nanoseconds, Duration::from_secs(61), "61,000,000,000 ns"),
            (TimeUnit::Microseconds, Duration::from_nanos(9_996), "10.0 µs"),
            (TimeUnit::Seconds, Duration::ZERO, "0 ns"),
        ] {
            assert_eq!(unit.format(time), expected);
        }
    }

    #[test]
    fn numbers_have_three_digits_or_all_left_of_the_point() {
        for (value, expected) in [
            (14.7, "14.7"),
            (9.996, "10.0"),
            (-2.5, "-2.50"),
            (123_456.0, "123,456"),
            (-123_456.7, "-123,457"),
            (-0.0, "0"),
            (0.000_012_34, "0.0000123"),
            (1_234_000_000.0, "1.234e9"),
            (3e12, "3.000e12"),
            (100.0, "100"),
        ] {
            assert_eq!(significant(value), expected);
        }
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        for (value, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(count(value), expected);
        }
    }
}
