//! The model, field by field: what a process has recorded, owned, without links to anything that lives.
//!
//! Times are in ticks of the clock in use; [`Data::scale`] makes nanoseconds of them. So intervals add up to their whole
//! exactly, and nothing is rounded before it's shown.

pub use crate::parting::Parting;

use crate::{Lost, Scale, Spread, Times, Unit};
use std::borrow::Cow;
use std::sync::Arc;

/// Of a throttled call path, one call in this many is timed.
pub const THROTTLED: u32 = 64;

/// All that a process has recorded, or what it has in an interval.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Data {
    /// Where it comes from.
    pub process: Process,
    /// When it begins, in ticks.
    pub from: u64,
    /// When it ends, in ticks.
    pub to: u64,
    /// How long a tick is.
    pub scale: Scale,
    /// When that clock and the system's went apart, in order: of so many that some had to be put together, the last ones are.
    pub partings: Vec<Parting>,
    /// Counts snapshots of the process: two whose numbers follow each other are adjacent.
    pub epoch: u32,
    /// The epoch of the last reset before it.
    pub era: u32,
    /// What nodes are called; no two stand for the same place. Snapshots of one process share them.
    pub labels: Arc<Vec<Arc<Label>>>,
    /// What was measured besides time.
    pub components: Vec<Component>,
    /// Threads, if nodes are kept apart by them; else none. A thread that begins after another one has ended may take that
    /// one's place; further ones come behind.
    pub threads: Vec<Thread>,
    /// The most threads that recorded at the same time.
    pub most_threads: usize,
    /// Call paths, parents before their children, siblings in the order in which they were first met.
    pub nodes: Vec<Node>,
    /// Single observations of components, in the order in which they were made.
    pub moments: Vec<Moment>,
    /// Numbers that were observed by name, sorted by that.
    pub measurements: Vec<Measurement>,
    /// Functions with `#[checkpoints]`, since the start or the last reset; an interval has none.
    pub checkpoints: Vec<Checkpoints>,
    /// Figures of each `PerfTimer`, since the process's start, resets notwithstanding; an interval has none.
    pub timers: Vec<Timer>,
    /// Instruments of probes, as they are since they were attached; an interval has none.
    pub probes: Vec<Probe>,
    /// What was alive of the heap at its end, where that was sampled.
    pub live: Option<Live>,
    /// What was chosen to be recorded, if not all.
    pub filter: Option<Filter>,
    /// What was not recorded.
    pub lost: Lost,
    /// What timing a call costs, in nanoseconds, as measured in the process; unknown with a clock of the program's own.
    pub cost: Option<f64>,
    /// What counting a call without timing it costs, likewise.
    pub counting: Option<f64>,
}

/// The facts of a process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Process {
    /// The name of the program's file.
    pub program: String,
    /// Its number; 0 if unknown.
    pub pid: u32,
    /// The machine's name.
    pub host: String,
    /// When it first used the toolkit, in nanoseconds since 1970.
    pub start: u64,
    /// What spans are timed by: `tsc`, `monotonic`, or `custom`.
    pub clock: String,
    /// The toolkit's version.
    pub version: String,
    /// How it's built: `debug` or `release`.
    pub profile: String,
    /// The processor's name.
    pub cpu: String,
    /// The operating system and the architecture: `linux x86_64`.
    pub system: String,
}

/// What's known of an annotated place, or of a name that was made while the program ran. Texts that are constants of the
/// program aren't copied, since a program may have 100,000 places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// What tables call it: the given name, else `Type::method`.
    pub name: Cow<'static, str>,
    /// Whether the name was given by the user. Places with the same given name are one node; others never are.
    pub is_given: bool,
    /// The full path of the function that it's in.
    pub path: Cow<'static, str>,
    /// The module that it's in.
    pub module: Cow<'static, str>,
    /// The source file; empty for a name that was made while the program ran.
    pub file: Cow<'static, str>,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
    /// The column, from 1; 0 if unknown.
    pub column: u32,
    /// One call in so many is timed.
    pub sample: u32,
}

/// What two labels have in common if they stand for the same place, also in different processes: a name that was given, else
/// where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity<'a>(bool, &'a str, &'a str, u32, u32);

impl Label {
    /// What it has in common with others of the same place.
    pub fn identity(&self) -> Identity<'_> {
        match self.is_given {
            true => Identity(true, &self.name, "", 0, 0),
            false => Identity(false, &self.path, &self.file, self.line, self.column),
        }
    }
}

/// Something else than time that was measured.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Component {
    /// Its name, as `thread_cpu`.
    pub name: String,
    /// What it measures, as half a sentence.
    pub description: String,
    /// What its figures are in.
    pub unit: Unit,
    /// Whether a lap has nothing to do with those within it, so that own and total are the same.
    pub is_event: bool,
    /// Whether figures may be negative.
    pub is_signed: bool,
    /// Whether it's added up wherever it happens, and not read around calls: there are sums only, and no observations. A call
    /// path without a column of it has none of it.
    pub is_tally: bool,
    /// Whether its figures are estimates: what stands for all was taken by chance.
    pub is_sampled: bool,
}

/// What was chosen to be recorded, by patterns over names, paths and modules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Patterns of which one is to fit; none if all do.
    pub only: Vec<String>,
    /// Patterns none of which may fit.
    pub skip: Vec<String>,
    /// How many places are left out, annotated ones whether the program reached them or not.
    pub left_out: u64,
}

/// What's alive of the heap, all call paths together, as estimated from a sample of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Live {
    /// Of how many bytes that were allocated one was sampled; 0 if that was over.
    pub interval: u64,
    /// Bytes that are alive.
    pub bytes: f64,
    /// Blocks that are alive.
    pub blocks: f64,
    /// How many of the bytes were allocated outside of all call paths.
    pub bytes_outside: f64,
    /// How many of the blocks were.
    pub blocks_outside: f64,
    /// The variance of `bytes`: the square of its standard error.
    pub variance: f64,
}

impl Live {
    /// Both together, of two processes.
    #[must_use]
    pub fn and(&self, other: &Live) -> Live {
        Live {
            interval: self.interval.max(other.interval),
            bytes: self.bytes + other.bytes,
            blocks: self.blocks + other.blocks,
            bytes_outside: self.bytes_outside + other.bytes_outside,
            blocks_outside: self.blocks_outside + other.blocks_outside,
            variance: self.variance + other.variance,
        }
    }
}

/// A thread that has recorded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thread {
    /// Its name, if it has one, and its number: `main #1`.
    pub name: String,
    /// The operating system's number for it where that's known, else one of the toolkit's own.
    pub id: u64,
}

/// A call path.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Node {
    /// Which of [`Data::labels`] its last part is.
    pub label: u32,
    /// Which of [`Data::nodes`] it was called from.
    pub parent: Option<u32>,
    /// Which of [`Data::threads`] it's of.
    pub thread: Option<u32>,
    /// Calls that were timed and have ended.
    pub times: Times,
    /// Calls that were counted and not timed.
    pub untimed: u64,
    /// Spans that were open.
    pub running: u64,
    /// Ticks of all calls that have ended, with what's estimated of those that weren't timed.
    pub estimated: u64,
    /// Ticks of all calls, those that were open included.
    pub total: u64,
    /// `total` without the children's.
    pub own: u64,
    /// Of async calls; `None` where there were none.
    pub tasks: Option<Box<Tasks>>,
    /// Whether it was recorded at least in part beside its parent, not in it.
    pub is_parallel: bool,
    /// Whether calls of some thread were throttled.
    pub is_throttled: bool,
    /// What else was measured, by component.
    pub columns: Vec<Column>,
}

/// What's counted of async calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tasks {
    /// Calls that were polled at all.
    pub begun: u64,
    /// Their polls.
    pub polls: u64,
    /// From first poll to last of the calls that have completed, those of them that were timed.
    pub wall: Times,
    /// Calls that were dropped before they completed.
    pub cancelled: u64,
    /// Ticks from first poll to drop of these.
    pub cancelled_wall: u64,
}

/// What a component measured on a call path.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Column {
    /// Which of [`Data::components`] it is.
    pub component: u32,
    /// Laps that were made.
    pub laps: u64,
    /// All laps together.
    pub total: Amount,
    /// `total` without what was measured within.
    pub own: Amount,
    /// The observations: one a call, or a push and pop.
    pub inclusive: Spread,
    /// The observations without what was observed within each.
    pub exclusive: Spread,
}

/// An amount that a component measured.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Amount {
    /// In the component's unit.
    pub sum: f64,
    /// What `sum` is a share of, for ratios; 0 for others.
    pub per: f64,
}

impl Amount {
    /// The figure as people read it.
    pub fn value(&self) -> f64 {
        if self.per > 0.0 { self.sum / self.per } else { self.sum }
    }

    /// This amount, a part of `whole`, as a figure of the same sort: of a ratio without anything, 0.
    pub fn share_of(&self, whole: &Amount) -> f64 {
        if whole.per > 0.0 && self.per <= 0.0 { 0.0 } else { self.value() }
    }

    /// Adds another.
    pub fn add(&mut self, other: &Amount) {
        self.sum += other.sum;
        self.per += other.per;
    }

    /// Takes another away.
    pub fn subtract(&mut self, other: &Amount) {
        self.sum -= other.sum;
        self.per -= other.per;
    }

    /// So many times as much.
    #[must_use]
    pub fn times(&self, factor: f64) -> Amount {
        Amount { sum: self.sum * factor, per: self.per * factor }
    }
}

/// A single observation of a component.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moment {
    /// Which of [`Data::components`] it's of.
    pub component: u32,
    /// Which of [`Data::nodes`] it was made on.
    pub node: u32,
    /// Its number, ascending on its thread, above 0.
    pub id: u64,
    /// The number of the single observation right above it on its thread; 0 if there's none.
    pub parent: u64,
    /// Laps that were made.
    pub laps: u64,
    /// The observation.
    pub total: Amount,
    /// The observation without what was observed within.
    pub own: Amount,
    /// The thread that made it, as [`Thread::id`].
    pub thread: u64,
}

/// Numbers that were observed under one name, by `measure!` or `measure()`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Measurement {
    /// The name.
    pub name: Arc<str>,
    /// The numbers.
    pub values: Spread,
}

impl Measurement {
    /// Numbers under a name.
    pub fn new(name: impl Into<Arc<str>>, values: Spread) -> Measurement {
        Measurement { name: name.into(), values }
    }

    /// What was measured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many observations there were.
    pub fn count(&self) -> u64 {
        self.values.count
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        self.values.sum
    }

    /// Their mean; 0 if there are none.
    pub fn mean(&self) -> f64 {
        self.values.mean()
    }

    /// The smallest; 0 if there are none.
    pub fn min(&self) -> f64 {
        self.values.min()
    }

    /// The largest; 0 if there are none.
    pub fn max(&self) -> f64 {
        self.values.max()
    }

    /// Standard deviation (of the population).
    pub fn stddev(&self) -> f64 {
        self.values.deviation()
    }
}

/// A function with `#[checkpoints]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checkpoints {
    /// What it's called.
    pub name: String,
    /// Calls that have ended.
    pub calls: u64,
    /// Its lines in the order of the source.
    pub lines: Vec<Line>,
}

/// A line of a function with `#[checkpoints]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The line's number and its code, as `14: parse(input)`.
    pub label: String,
    /// Ticks of all its runs together.
    pub sum: u64,
    /// Ticks of the longest run.
    pub max: u64,
}

/// The figures of a `PerfTimer`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timer {
    /// Its name.
    pub name: String,
    /// How long the ticks of its own clock are.
    pub scale: Scale,
    /// Its runs, in ticks of its own clock.
    pub times: Times,
    /// The shares that it tells quantiles of.
    pub quantiles: Vec<f64>,
}

/// What became of a probe's instrument. What it observes is where it puts it: among the measurements, for one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Probe {
    /// The path of the function that it's attached to.
    pub target: String,
    /// The instrument's name.
    pub name: String,
    /// Calls that it looked at, also where its condition was false.
    pub calls: u64,
    /// Why it doesn't fire any more; empty if nothing went wrong.
    pub error: String,
}

impl Node {
    /// Calls that have ended, timed or not.
    pub fn calls(&self) -> u64 {
        self.times.count.saturating_add(self.untimed)
    }

    /// Whether anything happened on it.
    pub fn is_live(&self) -> bool {
        self.calls() > 0 || self.running > 0 || self.total > 0 || self.columns.iter().any(Column::is_live)
    }

    /// Whether it's an async site's.
    pub fn is_async(&self) -> bool {
        self.tasks.as_ref().is_some_and(|tasks| tasks.begun > 0 || tasks.polls > 0)
    }

    /// Whether calls of it were timed: a node that only components observe has no time.
    pub fn is_timed(&self) -> bool {
        self.calls() > 0 || self.running > 0 || self.is_async()
    }
}

impl Column {
    /// Whether anything was measured.
    pub fn is_live(&self) -> bool {
        self.inclusive.count > 0 || self.laps > 0 || self.total != Amount::default()
    }
}

impl Tasks {
    /// Adds others.
    pub fn merge(&mut self, other: Tasks) {
        self.begun = self.begun.saturating_add(other.begun);
        self.polls = self.polls.saturating_add(other.polls);
        self.wall.merge(other.wall);
        self.cancelled = self.cancelled.saturating_add(other.cancelled);
        self.cancelled_wall = self.cancelled_wall.saturating_add(other.cancelled_wall);
    }
}
