//! Where the figures of our own components come from.

mod clocks;
mod events;
mod memory;
mod perf;
pub(super) mod sample;
mod system;
mod usage;

pub use clocks::{MonotonicRaw, ProcessCpu, ProcessCpuUtil, ThreadCpu, ThreadCpuUtil, WallClock};
pub use events::{FloatTracker, IntegerTracker, TripCount};
pub use memory::{HeapAllocations, HeapBytes, PageRss, PeakRss, VirtualMemory};
pub use perf::{
    BranchMisses, CacheMisses, ContextSwitches, CpuMigrations, Cycles, Instructions, PageFaults, TaskClock,
};
pub use usage::{
    BlocksIn, BlocksOut, BytesRead, BytesWritten, CharsRead, CharsWritten, InvoluntarySwitches, MajorFaults,
    MinorFaults, SystemMode, UserMode, VoluntarySwitches,
};

/// Declares components that are read through a [`Sample`](sample::Sample), each with a `new` that needs no trait in scope.
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
                Self::read_in(&$crate::component::sources::sample::Sample::new())
            }

            fn read_in(
                $sample: &$crate::component::sources::sample::Sample,
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
