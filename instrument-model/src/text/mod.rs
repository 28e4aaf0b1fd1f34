//! Figures and names as people read them, and the word that a misspelt one was meant to be.

mod calendar;
mod nearest;
mod printable;
mod units;

pub use calendar::{date_of, days_to, moment, stamp};
pub use nearest::nearest;
pub use printable::printable;
pub use units::{TimeUnit, count, format, nanos, percent, significant};
