//! The arguments of `#[perf_timer]`.

use crate::shared::arguments::arguments;
use crate::shared::values::{FunctionPath, PlainPath, Quantiles, Text, choice};

arguments! {
    pub struct PerfTimer("perf_timer", bare: Some("name")) {
        /// What the report calls it, instead of `Type::method`; `#[perf_timer("thumbnail")]` for short.
        #[argument = "name", takes = "a string that isn't empty", example = r#"name = "thumbnail""#]
        name: Option<Text>,

        /// What is kept of the runs: `"average"`, the mean alone; `"stddev"`, the default, with deviation and maximum;
        /// `"histogram"`, with quantiles too.
        #[argument = "observer", takes = r#""average", "stddev" or "histogram""#, example = r#"observer = "histogram""#, words = Observer::WORDS]
        observer: Option<Observer>,

        /// The quantiles that a histogram reports, `[0.5, 0.9, 0.98]` by default; implies `observer = "histogram"`.
        #[argument = "quantiles", takes = "ascending numbers from 0 to 1", example = "quantiles = [0.5, 0.9]"]
        quantiles: Option<Quantiles>,

        /// What time is: `"wall"`, the default; `"thread"`, the CPU time of the thread; `"task"`, the time that the
        /// current task isn't suspended.
        #[argument = "clock", takes = r#""wall", "thread" or "task""#, example = r#"clock = "thread""#, words = Clock::WORDS]
        clock: Clock,

        /// The function that gets the report's line, instead of stderr. A private one needs `#[allow(dead_code)]`, since
        /// nothing else names it while timers are off.
        #[argument = "log", takes = "the path of a `fn(&str)`, without quotes", example = "log = my_log"]
        log: Option<FunctionPath>,

        /// Where `instrument` is, if your manifest gives it another name.
        #[argument = "crate", takes = "a path without quotes", example = "crate = ::renamed"]
        krate: Option<PlainPath>,
    }
}

choice! {
    /// What's kept of the runs.
    pub enum Observer {
        Average = "average",
        #[default]
        Deviation = "stddev",
        Histogram = "histogram",
    }
}

choice! {
    /// What time is.
    pub enum Clock {
        #[default]
        Wall = "wall",
        Thread = "thread",
        Task = "task",
    }
}
