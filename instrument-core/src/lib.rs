//! The runtime of `instrument`: recording, snapshots, reports, timers, checkpoints, memory.
//!
//! Depend on `instrument` instead, which re-exports what's public here and nothing else.

mod histogram;
mod record;
mod site;
mod sync;
#[cfg(not(loom))]
mod text;

#[cfg(not(loom))]
mod checkpoint;
#[cfg(not(loom))]
pub mod clock;
#[cfg(not(loom))]
pub mod component;
#[cfg(not(loom))]
mod fork;
#[cfg(not(loom))]
mod hash;
#[cfg(not(loom))]
mod measure;
#[cfg(not(loom))]
pub mod memory;
#[cfg(not(loom))]
mod output;
#[cfg(not(loom))]
mod overhead;
#[cfg(not(loom))]
mod perf_timer;
#[cfg(not(loom))]
mod registry;
#[cfg(not(loom))]
mod report;
#[cfg(not(loom))]
mod settings;
#[cfg(not(loom))]
mod snapshot;
#[cfg(not(loom))]
pub mod storage;
#[cfg(not(loom))]
mod switch;

#[cfg(not(loom))]
mod units;

#[cfg(not(loom))]
pub use {
    checkpoint::{
        CheckpointFunction, CheckpointSite, Checkpoints, Polled, Profiler, RegisteredCheckpoint, RemoteSummary,
        RemoteSummaryError, TraceContext, TraceContextError,
    },
    measure::{MeasureSite, Number, measure, number, timers_on},
    perf_timer::{
        BuildError, ClockKind, Observer, ObserverKind, PerfTimer, PerfTimerBuilder, Run, TimeAsync, TimerStats,
        measure_overhead,
    },
    record::throttle::Throttle,
    record::{Attached, Context, FutureExt, Guard, InContext, SampledGuard, StreamExt, Timed, task_perf_counter},
    registry::Lost,
    report::{Column, MainGuard, Report, Unit, log_metrics, report},
    site::{Location, Registered, Site, sites},
    snapshot::{Active, ActiveThread, Measurement, NodeRef, OpenSpan, Snapshot, WaitingTask, active, reset, snapshot},
    storage::storage,
    switch::{Switch, is_enabled, set_enabled, set_throttle},
};

#[doc(hidden)]
pub use inventory;

/// What `instrument-probe` shares with the runtime. No promises: it changes with any release.
#[doc(hidden)]
#[cfg(not(loom))]
pub mod shared {
    pub use crate::fork::also_hold;
    pub use crate::output::{complain, write_line};
    pub use crate::registry::at_exit;
    pub use crate::settings::{nearest, switch};
    pub use crate::text::printable;
    pub use crate::units::{count, format, percent};
}
