//! Timers, measurements and memory reports that you leave in your code: a call-stack table when on, nothing when off.
#![cfg_attr(all(feature = "timers", feature = "memory", feature = "probes"), doc = include_str!("../README.md"))]

mod misuse;

pub use instrument_macros::{checkpoints, main, perf_timer, print_mem, probe, timer};

/// Timers, measurements, reports: `#[timer]`, `scope!`, `measure!`, [`PerfTimer`].
#[cfg_attr(feature = "timers", path = "timers/on.rs")]
#[cfg_attr(not(feature = "timers"), path = "timers/off.rs")]
mod timers;
pub use timers::*;

/// Checkpoints: `#[checkpoints]`, [`Profiler`], `profiler!`, [`TraceContext`].
#[cfg_attr(feature = "timers", path = "checkpoints/on.rs")]
#[cfg_attr(not(feature = "timers"), path = "checkpoints/off.rs")]
mod checkpoint_twin;
pub use checkpoint_twin::*;

/// What else than time can be measured: [`component`], `marker!`, `storage`.
#[cfg_attr(feature = "timers", path = "components/on.rs")]
#[cfg_attr(not(feature = "timers"), path = "components/off.rs")]
mod components;
pub use components::*;

/// Memory: [`print_mem()`], [`CountingAllocator`].
#[cfg_attr(feature = "memory", path = "memory/on.rs")]
#[cfg_attr(not(feature = "memory"), path = "memory/off.rs")]
mod memory_twin;
pub use memory_twin::*;

/// Probes: `#[probe]`, and, when on, the module [`mod@probe`].
#[cfg_attr(feature = "probes", path = "probes/on.rs")]
#[cfg_attr(not(feature = "probes"), path = "probes/off.rs")]
mod probe_twin;
#[cfg(feature = "probes")]
pub use probe_twin::*;

/// What is on while the program runs.
#[cfg_attr(any(feature = "timers", feature = "memory", feature = "probes"), path = "switch/on.rs")]
#[cfg_attr(not(any(feature = "timers", feature = "memory", feature = "probes")), path = "switch/off.rs")]
mod switch;
pub use switch::*;

/// A way in for the program `instrument`: [`serve()`].
#[cfg_attr(feature = "probes", path = "serve/on.rs")]
#[cfg_attr(not(feature = "probes"), path = "serve/off.rs")]
mod serve_twin;
pub use serve_twin::*;

/// What expansions name. No promises: it changes with any release.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "timers")]
    pub use instrument_core::component;
    #[cfg(feature = "memory")]
    pub use instrument_core::memory::MemorySite;
    #[cfg(feature = "timers")]
    pub use instrument_core::{
        CheckpointFunction, CheckpointSite, ClockKind, MainGuard, MeasureSite, ObserverKind, PerfTimer, Registered,
        RegisteredCheckpoint, Site, enter_named, inventory, no_span, number, timers_on,
    };
    #[cfg(any(feature = "timers", feature = "memory", feature = "probes"))]
    pub use {
        instrument_core::{Location, layers, type_name_of},
        instrument_macros::__instrument_stacked,
    };

    #[cfg(feature = "timers")]
    pub use crate::misuse::has_no_place_in_a_const_fn;

    #[cfg(feature = "probes")]
    pub use instrument_probe::private as probe;

    #[cfg(feature = "timers")]
    pub use crate::{__boxed as boxed, __register as register, __register_checkpoints as register_checkpoints};
    #[cfg(feature = "probes")]
    pub use crate::{
        __injected as injected, __outcome as outcome, __peeked as peeked, __probe_call as probe_call,
        __register_probe as register_probe, __shown as shown,
    };
}
