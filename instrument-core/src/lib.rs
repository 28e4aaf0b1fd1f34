//! The runtime of `instrument`: recording, snapshots, reports, timers, checkpoints, memory.
//!
//! Its folders are floors, each of which names lower ones only, see `ci/layers.txt`. Depend on `instrument` instead, which
//! re-exports what's public here and nothing else.

mod base;
mod process;
mod site;
mod tree;

/// Everything above what the models of `tree` need, which is all that's compiled for them.
macro_rules! runtime {
    ($($item:item)*) => { $(#[cfg(not(loom))] $item)* };
}

runtime! {
    mod capture;
    mod checkpoint;
    pub mod component;
    mod control;
    mod heap;
    mod measure;
    pub mod memory;
    mod options;
    mod output;
    mod perf_timer;
    mod settings;
    mod span;
    mod state;
    mod tasks;
    mod threads;
    mod time;

    pub use capture::{MainGuard, Report, active, log_metrics, record, report, reset, snapshot, storage};
    pub use checkpoint::{
        AsyncCheckpoints, CheckpointFunction, CheckpointSite, Checkpoints, Profiler, RegisteredCheckpoint, RemoteSummary,
        RemoteSummaryError, TraceContext, TraceContextError,
    };
    pub use control::{Switch, after_fork, is_enabled, set_enabled, set_filter, set_throttle};
    pub use instrument_model::{
        Figures, LoadError, Lost, Measurement, NodeRef, Snapshot, Whole, data::Parting, text::TimeUnit as Unit,
    };
    pub use instrument_report::{Active, ActiveThread, Column, Figure, OpenSpan, WaitingTask};
    pub use measure::{MeasureSite, Number, measure, number};
    pub use options::{Filter, Throttle};
    pub use process::exit::finish;
    pub use perf_timer::{
        BuildError, ClockKind, Observer, ObserverKind, PerfTimer, PerfTimerBuilder, Run, TimeAsync, TimerStats,
        measure_overhead,
    };
    pub use site::{Location, Registered, Site, sites, type_name_of};
    pub use span::{Attached, Context, Guard, SampledGuard, enter_named, no_span};
    pub use state::timers_on;
    #[doc(hidden)]
    pub use tasks::layers;
    pub use tasks::{FutureExt, InContext, StreamExt, Timed, task_perf_counter};

    /// Where time comes from: the machine's clocks, and those that a program brings.
    pub mod clock {
        pub use crate::tasks::Task;
        pub use crate::time::{Clock, ClockInUse, Monotonic, ProcessCpu, ThreadCpu, set_clock, tsc_unavailable};
    }

    /// What components measured, as data.
    ///
    /// # Hashes
    /// They're the same for the same labels in every run, on every machine:
    ///
    /// - `hash` is the 64-bit FNV-1a hash of the label's UTF-8 bytes.
    /// - `rolling_hash` tells call paths apart: it's the 64-bit FNV-1a hash of all hashes from the root to the entry, each
    ///   as its eight bytes, least significant one first.
    pub mod storage {
        pub use crate::capture::{Storage, storage};
        pub use crate::options::Scope;
        pub use crate::tree::moments::TIMELINE;
        pub use instrument_report::storage::{Entry, Node, Statistics};
    }
}

#[doc(hidden)]
pub use inventory;

/// What `instrument-probe` shares with the runtime. No promises: it changes with any release.
#[doc(hidden)]
#[cfg(not(loom))]
pub mod shared {
    pub use crate::base::inside::{Inside, is_inside, lose, outside};
    pub use crate::capture::Probes;
    pub use crate::output::write_line;
    pub use crate::process::exit::at_exit;
    pub use crate::process::facts::calling_thread;
    pub use crate::process::fork::{AfterFork, Holder, watch};
    pub use crate::process::privileges::ignores_variables;
    pub use crate::process::stderr::warn;
    pub use crate::settings::switch;
    pub use crate::time::cheap::{ticks as cheap_ticks, ticks_a_second as cheap_ticks_a_second};
    pub use instrument_system::threads::{spawn, spawn_with};
}
