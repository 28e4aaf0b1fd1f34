//! What figures of components are in, and how people read them.

use crate::text::{TimeUnit, printable, significant};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// What the figures of a component are in. [`Display`](fmt::Display) is its symbol.
///
/// ```
/// use instrument_model::Unit;
///
/// assert_eq!(Unit::Seconds.to_string(), "s");
/// assert_eq!(Unit::Seconds.format(0.0731), "73.1 ms");
/// assert_eq!(Unit::Bytes.format(1536.0), "1.50 KiB");
/// assert_eq!(Unit::Count.format(12_345.0), "12,345");
/// assert_eq!(Unit::Percent.format(75.0), "75.0 %");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Unit {
    /// s; read as ns, µs, ms or s.
    Seconds,
    /// B; read as B, KiB, MiB, GiB or TiB.
    Bytes,
    /// A number of things.
    #[default]
    Count,
    /// %, of 100.
    Percent,
    /// One of your own, by its symbol; see [`Unit::other`].
    Other(Cow<'static, str>),
}

impl Unit {
    /// A unit of one's own, by its symbol.
    ///
    /// ```
    /// use instrument_model::Unit;
    ///
    /// const JOULES: Unit = Unit::other("J");
    /// assert_eq!(JOULES.format(2.5), "2.50 J");
    /// ```
    #[must_use]
    pub const fn other(symbol: &'static str) -> Unit {
        Unit::Other(Cow::Borrowed(symbol))
    }

    /// The unit whose symbol this is, as [`Display`](fmt::Display) writes it.
    #[must_use]
    pub fn of_symbol(symbol: &str) -> Unit {
        match symbol {
            "s" => Unit::Seconds,
            "B" => Unit::Bytes,
            "" => Unit::Count,
            "%" => Unit::Percent,
            other => Unit::Other(Cow::Owned(other.to_owned())),
        }
    }

    /// A figure in this unit as people read it. Costs an allocation or a few.
    #[must_use]
    pub fn format(&self, figure: f64) -> String {
        let sign = if figure < 0.0 { "-" } else { "" };
        match self {
            Unit::Seconds => match Duration::try_from_secs_f64(figure.abs()) {
                Ok(time) => format!("{sign}{}", TimeUnit::Auto.format(time)),
                Err(_) => format!("{} s", significant(figure)),
            },
            Unit::Bytes => format!("{sign}{}", bytes(figure.abs())),
            Unit::Count => significant(figure),
            Unit::Percent => format!("{figure:.1} %"),
            Unit::Other(symbol) => format!("{} {}", significant(figure), printable(symbol)),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Count => "",
            Unit::Percent => "%",
            Unit::Other(symbol) => symbol,
        })
    }
}

/// Its symbol.
#[cfg(feature = "serde")]
impl serde::Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn bytes(figure: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut unit) = (figure, 0);
    // What would be shown as 1,024 is one of the next unit.
    while value >= 1023.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let whole = unit == 0 && value.fract() == 0.0;
    let value =
        if whole || value >= 1000.0 || value == 0.0 { format!("{value:.0}") } else { significant_fraction(value) };
    format!("{value} {}", UNITS[unit])
}

/// Three digits, those behind the point also where they're zeros.
fn significant_fraction(value: f64) -> String {
    match value {
        ..9.995 => format!("{value:.2}"),
        ..99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_unit_that_people_read() {
        for (unit, figure, expected) in [
            (Unit::Seconds, 0.0, "0 ns"),
            (Unit::Seconds, -0.5, "-500 ms"),
            (Unit::Seconds, f64::INFINITY, "inf s"),
            (Unit::Bytes, 0.0, "0 B"),
            (Unit::Bytes, 1023.0, "1023 B"),
            (Unit::Bytes, 1024.0 * 1023.9, "1.00 MiB"),
            (Unit::Bytes, -64.0 * 1024.0 * 1024.0, "-64.0 MiB"),
            (Unit::Count, -3.0, "-3"),
            (Unit::Percent, 75.04, "75.0 %"),
            (Unit::other("J"), 2.5, "2.50 J"),
        ] {
            assert_eq!(unit.format(figure), expected);
        }
    }
}
