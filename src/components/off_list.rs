//! The components that there are, each of which measures nothing.

use super::{Component, Meter, Unavailable, Unit};
use std::borrow::Cow;

macro_rules! components {
    ($($name:ident)*) => { $(
        /// Measures nothing in this build.
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl $name {
            /// A meter that measures nothing.
            #[inline(always)]
            pub fn new(label: impl Into<Cow<'static, str>>) -> Meter<Self> {
                Meter::new(label)
            }
        }

        impl Component for $name {
            type Reading = ();
            const NAME: &'static str = "";
            const DESCRIPTION: &'static str = "";
            const UNIT: Unit = Unit::Count;

            fn read() -> Result<(), Unavailable> {
                Ok(())
            }

            fn lap((): &(), (): &()) -> f64 {
                0.0
            }
        }
    )* };
}

components! {
    WallClock MonotonicRaw ThreadCpu ProcessCpu UserMode SystemMode
    ThreadCpuUtil ProcessCpuUtil PeakRss PageRss VirtualMemory HeapBytes
    HeapAllocations MinorFaults MajorFaults VoluntarySwitches InvoluntarySwitches BlocksIn
    BlocksOut BytesRead BytesWritten CharsRead CharsWritten TripCount
    IntegerTracker FloatTracker Instructions Cycles CacheMisses BranchMisses
    PageFaults ContextSwitches CpuMigrations TaskClock
}
