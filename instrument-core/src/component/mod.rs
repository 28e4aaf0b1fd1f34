//! Components: what can be measured of a piece of code besides its time, alone or in bundles.
//!
//! A component is a type, such as [`WallClock`]; a [`Meter`] is one in use. [`Meter::start`] and [`Meter::stop`] make
//! laps and never touch the call graph. [`Meter::push`] and [`Meter::pop`] do: what's between them is one observation
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
//!                 storage::Graph                  clocks, getrusage, files under /proc
//! ```

mod bundle;
mod chosen;
mod clocks;
mod events;
pub(crate) mod every;
mod known;
mod marker;
mod memory;
mod meter;
mod perf;
mod sample;
mod system;
mod unit;
mod usage;

pub use crate::storage::Scope;
pub use bundle::Bundle;
pub use chosen::{Chosen, choose};
pub use clocks::{MonotonicRaw, ProcessCpu, ProcessCpuUtil, ThreadCpu, ThreadCpuUtil, WallClock};
pub use events::{FloatTracker, IntegerTracker, TripCount};
pub use known::{Known, UnknownComponent, known, register};
pub use marker::{Marker, Measured, MeasuredTask};
pub use memory::{HeapAllocations, HeapBytes, PageRss, PeakRss, VirtualMemory};
pub use meter::Meter;
pub use perf::{
    BranchMisses, CacheMisses, ContextSwitches, CpuMigrations, Cycles, Instructions, PageFaults, TaskClock,
};
pub use unit::Unit;
pub use usage::{
    BlocksIn, BlocksOut, BytesRead, BytesWritten, CharsRead, CharsWritten, InvoluntarySwitches, MajorFaults,
    MinorFaults, SystemMode, UserMode, VoluntarySwitches,
};

pub(crate) use bundle::Laps;
use sample::Sample;
use std::borrow::Cow;
use std::fmt;
#[cfg(target_os = "linux")]
pub(crate) use system::thread_id;

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

    /// A meter of it, at rest. The label is what it's called in the call graph.
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

    /// Whether a panic of it has to be expected: of ours it hasn't, and to be ready for one costs some 10 ns a reading.
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

/// Keeps others from what's shared here while what's returned exists.
#[cfg(unix)]
pub(crate) fn hold() -> Box<dyn std::any::Any> {
    Box::new([chosen::hold(), known::hold(), system::hold()])
}

/// Declares components that are read through a [`Sample`], each with a `new` that needs no trait in scope.
macro_rules! components {
    ($(
        $(#[$doc:meta])*
        $name:ident = $label:literal, $description:literal, $unit:ident, $kind:ident;
        $reading:ty = |$sample:ident| $read:expr;
        |$start:ident, $end:ident| $lap:expr $(, per $per:expr)?;
    )*) => { $(
        $(#[$doc])*
        ///
        /// ```
        #[doc = concat!("use instrument_core::component::{Component, ", stringify!($name), "};")]
        ///
        #[doc = concat!("let mut meter = ", stringify!($name), "::new(\"part\");")]
        /// meter.start();
        /// meter.stop();
        /// match meter.error() {
        ///     None => println!("{} {}", meter.get(), meter.unit()),
        ///     Some(error) => println!("{error}"),
        /// }
        #[doc = concat!("assert_eq!(", stringify!($name), "::NAME, \"", $label, "\");")]
        /// ```
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl $name {
            /// A meter of it, at rest; see [`Component::new`](crate::component::Component::new).
            pub fn new(label: impl Into<std::borrow::Cow<'static, str>>) -> $crate::component::Meter<Self> {
                $crate::component::Meter::new(label)
            }
        }

        impl $crate::component::Component for $name {
            type Reading = $reading;
            const NAME: &'static str = $label;
            const DESCRIPTION: &'static str = $description;
            const UNIT: $crate::component::Unit = $crate::component::Unit::$unit;
            const KIND: $crate::component::Kind = $crate::component::Kind::$kind;
            const MAY_PANIC: bool = false;

            fn read() -> Result<$reading, $crate::component::Unavailable> {
                Self::read_in(&$crate::component::sample::Sample::new())
            }

            fn read_in(
                $sample: &$crate::component::sample::Sample,
            ) -> Result<$reading, $crate::component::Unavailable> {
                let reading: Result<$reading, &'static str> = $read;
                reading.map_err(|reason| $crate::component::Unavailable::new($label, reason))
            }

            fn lap($start: &$reading, $end: &$reading) -> f64 {
                $lap
            }

            $(fn per($start: &$reading, $end: &$reading) -> Option<f64> {
                Some($per)
            })?
        }
    )* };
}
use components;

/// A difference of two counts, of which the second may be the smaller one.
fn difference(start: u64, end: u64) -> f64 {
    // Wrapping, since the sign is in the difference.
    end.wrapping_sub(start).cast_signed() as f64
}

/// Nanoseconds as seconds.
fn seconds(start: u64, end: u64) -> f64 {
    difference(start, end) / 1e9
}
