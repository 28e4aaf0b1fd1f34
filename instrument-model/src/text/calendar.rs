//! Dates, in UTC and by the calendar that is used everywhere.

use std::time::{SystemTime, UNIX_EPOCH};

/// Days of 400 years, after which the calendar begins anew.
const ERA: u64 = 146_097;
/// Days from the first of March in the year 0 to 1970. With years that begin in March, the day that some of them have and
/// others don't is the last.
const BEFORE_1970: u64 = 719_468;

/// Year, month and day of that many days after 1970-01-01.
///
/// ```
/// assert_eq!(instrument_model::text::date_of(20_783), (2026, 11, 26));
/// ```
pub fn date_of(days: u64) -> (u64, u64, u64) {
    let days = days + BEFORE_1970;
    let day = days % ERA;
    // Without the days that leap years have more: one in each 4 years, none in 100, one in 400.
    let year = (day - day / 1460 + day / 36_524 - day / (ERA - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months, from March and again from August, have 153 days.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (days / ERA * 400 + year + next_year, month, day)
}

/// Days from 1970-01-01 to that date, if there's one, and it isn't before.
///
/// ```
/// assert_eq!(instrument_model::text::days_to((2026, 11, 26)), Some(20_783));
/// assert_eq!(instrument_model::text::days_to((2026, 2, 29)), None);
/// ```
pub fn days_to((year, month, day): (u64, u64, u64)) -> Option<u64> {
    let (months, years) = if month > 2 { (month.checked_sub(3)?, year) } else { (month + 9, year.checked_sub(1)?) };
    let days = 365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day;
    let days = days.checked_sub(BEFORE_1970 + 1)?;
    // The 31st of a month with fewer days is a day of the next one.
    (date_of(days) == (year, month, day)).then_some(days)
}

/// A moment as a heading has it, in UTC, to the second. Before 1970 it's 1970.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// let moment = UNIX_EPOCH + Duration::from_secs(1_795_730_376);
/// assert_eq!(instrument_model::text::moment(moment), "2026-11-26 21:59:36 UTC");
/// ```
pub fn moment(time: SystemTime) -> String {
    let [year, month, day, hour, minute, second] = parts(time);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// The same as a part of a file's name.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// let moment = UNIX_EPOCH + Duration::from_secs(1_795_730_376);
/// assert_eq!(instrument_model::text::stamp(moment), "20261126T215936Z");
/// ```
pub fn stamp(time: SystemTime) -> String {
    let [year, month, day, hour, minute, second] = parts(time);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

fn parts(time: SystemTime) -> [u64; 6] {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (year, month, day) = date_of(seconds / 86_400);
    [year, month, day, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
}
