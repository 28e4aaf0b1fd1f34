//! Moments, as RFC 3339 in UTC: what people can read and write in a file, to the millisecond.

use crate::fields::shortened;
use instrument_model::json::{Fault, Reader, Saved, Writer};
use instrument_model::text::{date_of, days_to};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment by the wall clock, to the millisecond; prints as `2026-11-21T07:50:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    millis: u64,
}

/// The last moment that RFC 3339 can write: the end of the year 9999.
const LAST: u64 = 253_402_300_799_999;

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;
/// Bytes of what's no moment, in an error.
const LONGEST: usize = 100;

impl Timestamp {
    /// Now.
    pub fn now() -> Timestamp {
        Timestamp::from(SystemTime::now())
    }

    /// As the standard library has it.
    ///
    /// It's no `From`: the standard library's type has none, and one more would make `SystemTime::from(…)` ambiguous where
    /// a program leaves its argument's type to be inferred.
    pub fn to_system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.millis)
    }

    /// How long after `earlier`; zero if it's before.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(self.millis.saturating_sub(earlier.millis))
    }

    /// That long after it, at most at the end of the year 9999.
    #[must_use]
    pub fn after(self, time: Duration) -> Timestamp {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Timestamp { millis: self.millis.saturating_add(millis).min(LAST) }
    }
}

impl From<SystemTime> for Timestamp {
    /// Moments before 1970 become its beginning.
    fn from(time: SystemTime) -> Timestamp {
        let millis = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Timestamp { millis: u64::try_from(millis).unwrap_or(u64::MAX).min(LAST) }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.millis / DAY);
        let (seconds, millis) = (self.millis % DAY / 1000, self.millis % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

/// Reads `2026-11-21T07:50:00Z`, with or without a fraction of a second.
fn parse(text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix(['Z', 'z'])?;
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let (time, fraction) = time.split_once('.').map_or((time, None), |(time, fraction)| (time, Some(fraction)));
    let days = days_to(numbers(date, '-', [4, 2, 2])?)?;
    let (hour, minute, second) = numbers(time, ':', [2, 2, 2])?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // A leap second is the last one once more, as it's to the system's clock.
    let seconds = 3600 * hour + 60 * minute + second.min(59);
    let millis = match fraction {
        Some(digits) if is_digits(digits) && digits.len() <= 9 => format!("{digits:0<3}")[..3].parse().ok()?,
        Some(_) => return None,
        None => 0,
    };
    Some(Timestamp { millis: days * DAY + 1000 * seconds + millis })
}

/// Three numbers of so many digits each.
fn numbers(text: &str, between: char, lengths: [usize; 3]) -> Option<(u64, u64, u64)> {
    let mut parts = text.split(between);
    let [first, second, third] =
        lengths.map(|length| parts.next().filter(|part| part.len() == length && is_digits(part))?.parse().ok());
    if parts.next().is_some() { None } else { Some((first?, second?, third?)) }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Saved for Timestamp {
    fn write(&self, out: &mut Writer<'_>) {
        out.string(&self.to_string());
    }

    fn read(from: &mut Reader<'_>) -> Result<Timestamp, Fault> {
        read(from, parse)
    }
}

impl Timestamp {
    /// Reads also what Python's `datetime.utcnow()` is written as.
    pub(super) fn read_without_zone(from: &mut Reader<'_>) -> Result<Timestamp, Fault> {
        read(from, |text| parse(text).or_else(|| parse(&format!("{}Z", text.strip_suffix("+00:00").unwrap_or(text)))))
    }
}

fn read(from: &mut Reader<'_>, parse: impl Fn(&str) -> Option<Timestamp>) -> Result<Timestamp, Fault> {
    from.peek();
    let place = from.fork();
    let text = from.string()?;
    parse(&text).ok_or_else(|| {
        place.fault(format!("`{}` is no time; write it in UTC, as `2026-11-21T07:50:00Z`", shortened(&text, LONGEST)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "2026-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "1969-12-31T23:59:59Z",
            "2026-01-01T00:00:00",
            "2026-01-01",
            "2026-1-01T00:00:00Z",
            "+026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+01:00",
            "2026-01-01T00:00:00.-1Z",
            "0000-00-00T00:00:00Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00.\u{664}Z",
            "1900-02-29T00:00:00Z",
            "",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_moment_is_what_another_library_takes_it_for(millis in 0..=LAST) {
            let moment = Timestamp { millis };
            let text = moment.to_string();
            prop_assert_eq!(&text, &humantime::format_rfc3339_millis(moment.to_system_time()).to_string());
            prop_assert_eq!(parse(&text), Some(moment));
        }

        #[test]
        fn any_text_is_a_moment_only_if_another_library_says_so(
            text in "[0-9]{4}-(0[0-9]|1[0-3])-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?Z"
        ) {
            let other = humantime::parse_rfc3339(&text).ok().filter(|moment| *moment >= UNIX_EPOCH);
            prop_assert_eq!(parse(&text), other.map(Timestamp::from), "{}", text);
        }
    }
}
