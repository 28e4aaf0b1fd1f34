//! Moments, as RFC 3339 in UTC: what people can read and write in a file, to the millisecond.

use crate::fields::shortened;
use instrument_model::json::{Fault, Reader, Saved, Writer};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment by the wall clock, to the millisecond; prints as `2026-11-21T07:50:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    millis: u64,
}

/// The last moment that RFC 3339 can write: the end of the year 9999.
const LAST: u64 = 253_402_300_799_999;

/// Bytes of what's no moment, in an error.
const LONGEST: usize = 100;

impl Timestamp {
    /// Now.
    pub fn now() -> Timestamp {
        Timestamp::from(SystemTime::now())
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

impl From<Timestamp> for SystemTime {
    fn from(time: Timestamp) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(time.millis)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_rfc3339_millis((*self).into()).fmt(f)
    }
}

impl Saved for Timestamp {
    fn write(&self, out: &mut Writer<'_>) {
        out.string(&self.to_string());
    }

    fn read(from: &mut Reader<'_>) -> Result<Timestamp, Fault> {
        from.peek();
        let place = from.fork();
        let text = from.string()?;
        humantime::parse_rfc3339(&text).map(Timestamp::from).map_err(|_| {
            place.fault(format!(
                "`{}` is no time; write it in UTC, as `2026-11-21T07:50:00Z`",
                shortened(&text, LONGEST)
            ))
        })
    }
}
