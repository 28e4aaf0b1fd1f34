//! Sinks: where instruments send what they observe.

mod built_in;
mod outlet;
mod statsd;

pub use built_in::{Memory, Null, Report, Stderr};
pub use outlet::{Lost, Outlet, flush, lost};
pub(crate) use outlet::{complain, hold, skip};
pub use statsd::Statsd;

use instrument_wire::Event;
use std::fmt::{self, Display};
use std::sync::Arc;

/// Takes what instruments observe, and brings it elsewhere.
///
/// Called on a thread of its own, one observation after the other, so it may take its time: calls of the probed function
/// never wait for it. What doesn't fit into the queue before it is dropped and counted, see [`lost`].
///
/// ```
/// use instrument_probe::{LogInstrument, Observation, Outlet, Sink, SinkError};
///
/// struct Stdout;
///
/// impl Sink for Stdout {
///     fn receive(&self, observation: &Observation) -> Result<(), SinkError> {
///         println!("{observation}");
///         Ok(())
///     }
/// }
///
/// let instrument = LogInstrument::new("sum", "a + b").sink(Outlet::new(Stdout));
/// # let _ = instrument;
/// ```
pub trait Sink: Send + Sync + 'static {
    /// Takes one observation.
    ///
    /// # Errors
    ///
    /// They are counted, see [`lost`]; so are panics.
    fn receive(&self, observation: &Observation) -> Result<(), SinkError>;

    /// Whether it takes observations on the thread of the call, without a queue: only for what's as quick as the queue
    /// itself, and never waits.
    fn is_immediate(&self) -> bool {
        false
    }
}

/// Why a sink didn't take an observation.
pub type SinkError = Box<dyn std::error::Error + Send + Sync>;

/// What an instrument observed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Observation {
    /// The name that the instrument was made with.
    pub name: Arc<str>,
    /// The path of the function.
    pub target: Arc<str>,
    /// The moment of the call.
    pub event: Event,
    /// What it is.
    pub reading: Reading,
    /// Its tags, in the order in which the expression has them.
    pub tags: Vec<(String, String)>,
}

/// What kind of observation it is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reading {
    /// A line, of a log.
    Line(String),
    /// A number to be counted among others of its kind, of a histogram.
    Histogram(f64),
    /// A number to be added up, of an increment.
    Increment(f64),
}

/// `name: 42 (krate::module::f return, tag=value)`
impl Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Observation { name, target, event, reading, tags } = self;
        match reading {
            Reading::Line(line) => write!(f, "{name}: {line}")?,
            Reading::Histogram(number) => write!(f, "{name}: {number}")?,
            Reading::Increment(number) => write!(f, "{name}: +{number}")?,
        }
        write!(f, " ({target} {event}")?;
        for (tag, value) in tags {
            write!(f, ", {tag}={value}")?;
        }
        f.write_str(")")
    }
}
