//! Probes: what changes a running program. Depend on `instrument` instead, which re-exports this as `instrument::probe`.

#[cfg(not(loom))]
mod breakpoint;
#[cfg(loom)]
#[allow(dead_code, reason = "the models need no more than a part of it")]
#[path = "breakpoint/gate.rs"]
mod gate;
mod sync;

#[cfg(not(loom))]
mod call;
#[cfg(not(loom))]
mod event;
#[cfg(not(loom))]
mod expression;
#[cfg(not(loom))]
mod firing;
#[cfg(not(loom))]
mod fork;
#[cfg(not(loom))]
mod instrument;
#[cfg(not(loom))]
mod manager;
#[cfg(not(loom))]
mod probe;
#[cfg(all(unix, not(loom)))]
pub mod remote;
#[cfg(not(loom))]
#[cfg_attr(not(unix), path = "serve/elsewhere.rs")]
mod serve;
#[cfg(not(loom))]
mod sink;
#[cfg(not(loom))]
mod site;
#[cfg(not(loom))]
mod spec;
#[cfg(not(loom))]
mod store;
#[cfg(not(loom))]
mod target;
#[cfg(not(loom))]
mod timer;
#[cfg(not(loom))]
mod value;

#[cfg(not(loom))]
pub use {
    breakpoint::{Breakpoint, BreakpointError, Paused, Run, Spawned, Until, run},
    call::Call,
    event::{Event, Events, ParseEventError},
    expression::{register_function, register_value},
    instrument::{
        Custom, HistogramInstrument, IncrementInstrument, Inject, Instrument, InstrumentError, InstrumentInfo,
        InstrumentStatus, LogInstrument, Plan,
    },
    manager::Manager,
    probe::{Probe, attach_to, probes},
    serve::{Serving, serve},
    sink::{Lost, Memory, Null, Observation, Outlet, Reading, Report, Sink, SinkError, Statsd, Stderr, flush, lost},
    spec::{
        Bounds, InstrumentSpec, InvalidSpec, ParseError, Problem, ProcessId, ProcessStatus, Spec, SpecId, SpecStatus,
        Timestamp,
    },
    store::{JsonFileStore, MemoryStore, SpecStore, StoreError, StoreVersion},
    target::{AttachError, Target, targets},
    value::Value,
};

#[cfg(all(feature = "redis", not(loom)))]
pub use store::RedisStore;

/// What expansions name. No promises: it changes with any release.
#[doc(hidden)]
#[cfg(not(loom))]
pub mod private {
    #[cfg(unix)]
    pub use crate::serve::start::serve_if_asked;

    pub use crate::call::Arguments;
    pub use crate::firing::*;
    pub use crate::site::{Argument, ProbeSite, RegisteredProbe};
    pub use inventory;
}
