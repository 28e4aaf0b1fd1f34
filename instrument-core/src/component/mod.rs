//! Components: what can be measured of a piece of code besides its time, alone or in bundles.
//!
//! A component is a type, such as [`WallClock`]; a [`Meter`] is one in use. [`Meter::start`] and [`Meter::stop`] make
//! laps and never touch the call tree. [`Meter::push`] and [`Meter::pop`] do: what's between them is one observation
//! in [`storage`](crate::storage()).
//!
//! ```
//! use instrument_core::component::WallClock;
//!
//! let mut clock = WallClock::new("load");
//! clock.push();
//! clock.start();
//! // …
//! clock.stop();
//! clock.pop();
//! println!("{clock}: {} s in {} laps", clock.get(), clock.laps());
//! ```
//!
//! ```text
//!   Meter ── Members (one Member per component) ──> Component::read
//!                       │ pop                          │ through a Sample: each source asked once for all members
//!                       v                              v
//!        a column of a node of the call tree       clocks, getrusage, files under /proc
//! ```

mod all_spans;
mod bundle;
mod catalogue;
mod marker;
mod meter;
mod selection;
mod sources;

pub use crate::options::Scope;
pub use bundle::Bundle;
pub use catalogue::{Known, UnknownComponent, known, register};
pub use instrument_model::Unit;
pub use marker::{Marker, Measured, MeasuredCall};
pub use meter::Meter;
pub use selection::{Chosen, choose};
pub use sources::{
    BlocksIn, BlocksOut, BranchMisses, BytesRead, BytesWritten, CacheMisses, CharsRead, CharsWritten, ContextSwitches,
    CpuMigrations, Cycles, FloatTracker, HeapAllocations, HeapBytes, Instructions, IntegerTracker, InvoluntarySwitches,
    MajorFaults, MinorFaults, MonotonicRaw, PageFaults, PageRss, PeakRss, ProcessCpu, ProcessCpuUtil, SystemMode,
    TaskClock, ThreadCpu, ThreadCpuUtil, TripCount, UserMode, VirtualMemory, VoluntarySwitches, WallClock,
};

use sources::sample::Sample;
use std::borrow::Cow;
use std::fmt;

/// Something that can be measured of a piece of code; implement it for what you want to know of yours.
///
/// The type itself is never made: it names what's measured, and a [`Meter`] measures it.
///
/// # Examples
/// The time that a device says it has worked, as a driver counts it:
/// ```
/// use instrument_core::component::{Component, Unavailable, Unit};
/// # mod driver {
/// #     use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// #     static BUSY: AtomicU64 = AtomicU64::new(0);
/// #     pub fn run() { BUSY.fetch_add(250_000_000, Relaxed); }
/// #     pub fn busy_nanoseconds() -> Option<u64> { Some(BUSY.load(Relaxed)) }
/// # }
///
/// struct GpuTime;
///
/// impl Component for GpuTime {
///     type Reading = u64;
///     const NAME: &'static str = "gpu_time";
///     const DESCRIPTION: &'static str = "time that the device has worked";
///     const UNIT: Unit = Unit::Seconds;
///
///     fn read() -> Result<u64, Unavailable> {
///         driver::busy_nanoseconds().ok_or_else(|| Unavailable::new(Self::NAME, "there's no device"))
///     }
///
///     fn lap(start: &u64, end: &u64) -> f64 {
///         (end - start) as f64 / 1e9
///     }
/// }
///
/// let mut gpu = GpuTime::new("kernel");
/// gpu.start();
/// driver::run();
/// gpu.stop();
/// assert_eq!(gpu.get(), 0.25);
/// ```
pub trait Component: Sized + 'static {
    /// What's read at the beginning and at the end of a lap.
    type Reading;
    /// What it's called where components are chosen by name: in lower case, with underscores.
    const NAME: &'static str;
    /// What it measures, as half a sentence.
    const DESCRIPTION: &'static str;
    /// What its figures are in.
    const UNIT: Unit;
    /// How its figures behave.
    const KIND: Kind = Kind::Total;

    /// Reads it now. Called at both ends of each lap.
    ///
    /// # Errors
    /// [`Unavailable`], where it can't be read. The lap then isn't one; [`Meter::error`] tells.
    fn read() -> Result<Self::Reading, Unavailable>;

    /// What a lap between two readings measured, in [`UNIT`](Self::UNIT).
    fn lap(start: &Self::Reading, end: &Self::Reading) -> f64;

    /// What the lap's figure is a share of, for components that are ratios: the sum of figures is then divided by the sum
    /// of these. `None` for all others.
    fn per(start: &Self::Reading, end: &Self::Reading) -> Option<f64> {
        let _ = (start, end);
        None
    }

    /// A meter of it, at rest. The label is what it's called in the call tree.
    ///
    /// Costs at most one allocation, for a label made at run time.
    fn new(label: impl Into<Cow<'static, str>>) -> Meter<Self> {
        Meter::new(label)
    }

    /// Whether it can be measured here and now; costs a reading.
    ///
    /// # Errors
    /// [`Unavailable`] with the reason why it can't.
    fn available() -> Result<(), Unavailable> {
        Self::read().map(drop)
    }

    /// [`read`](Self::read), sharing what has been read for other members of a bundle already.
    #[doc(hidden)]
    fn read_in(_: &Sample) -> Result<Self::Reading, Unavailable> {
        Self::read()
    }

    /// Whether a panic of it has to be expected: of ours it hasn't, and to be ready for one isn't free.
    #[doc(hidden)]
    const MAY_PANIC: bool = true;

    /// Whether laps are stored by the program, rather than begun and ended.
    #[doc(hidden)]
    const STORED: bool = false;
}

/// How the figures of a component behave, and so what of a lap is a parent's own.
///
/// ```
/// use instrument_core::component::{Component, Kind, PageRss, TripCount, WallClock};
///
/// assert_eq!(WallClock::KIND, Kind::Total);
/// assert_eq!(PageRss::KIND, Kind::Level);
/// assert_eq!(TripCount::KIND, Kind::Event);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A total that only grows, as time does. What runs within a lap is a part of it, and nothing is ever negative: what
    /// seems to run backwards counts as 0.
    Total,
    /// A level that rises and falls, as memory does. What runs within a lap is a part of it; figures may be negative.
    Level,
    /// Something that's counted or stored lap by lap. A lap has nothing to do with those within it, so that inclusive
    /// and exclusive figures are the same.
    Event,
}

/// Why a component can't be measured.
///
/// ```
/// use instrument_core::component::Unavailable;
///
/// let error = Unavailable::new("gpu_time", "there's no device");
/// assert_eq!(error.to_string(), "gpu_time isn't available: there's no device");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unavailable {
    /// The [`NAME`](Component::NAME) of the component.
    pub component: &'static str,
    /// What's in the way, as a sentence without its end.
    pub reason: Cow<'static, str>,
}

impl Unavailable {
    /// An error for a component of one's own. Costs nothing for a constant reason.
    pub fn new(component: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Unavailable { component, reason: reason.into() }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} isn't available: {}", self.component, self.reason)
    }
}

impl std::error::Error for Unavailable {}
