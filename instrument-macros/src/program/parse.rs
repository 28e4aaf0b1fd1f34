//! The arguments of `#[main]`.

use crate::shared::arguments::arguments;
use crate::shared::values::{AtLeastOne, Flag, PlainPath, Truth};

arguments! {
    pub struct Main("main", bare: None) {
        /// Prints a table of the last interval each time that many seconds have passed; none by default.
        #[argument = "interval_seconds", takes = "an integer of at least 1", example = "interval_seconds = 10"]
        interval_seconds: Option<AtLeastOne<u64>>,

        /// Whether the table of the whole run is printed when the program ends; `true` by default.
        #[argument = "report", takes = "`true` or `false`", example = "report = false"]
        report: Option<Truth>,

        /// Whether that's also printed before SIGINT or SIGTERM ends the program; `INSTRUMENT_SIGNALS` overrides it.
        #[argument = "signals", takes = "no value", example = "signals"]
        signals: Flag,

        /// Where `instrument` is, if your manifest gives it another name.
        #[argument = "crate", takes = "a path without quotes", example = "crate = ::renamed"]
        krate: Option<PlainPath>,
    }
}
