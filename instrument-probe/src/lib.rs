//! Probes: what changes a running program. Depend on `instrument` instead, which has this as `instrument::probe`.
//!
//! `#[probe]` makes a function a target. [`attach_to`] gives its [`Probe`], which takes instruments: [`LogInstrument`],
//! [`HistogramInstrument`], [`IncrementInstrument`], [`Custom`] closures, one's own by [`Instrument`], and, on
//! `#[probe(inject)]` functions, [`Inject`]. They fire at an [`Event`] of each call, and what they observe goes to a
//! [`Sink`]. [`Breakpoint`] and [`run`] hold calls, for tests of concurrent code.
//!
//! # Expressions
//! Values, conditions and tags are [CEL](https://cel.dev), compiled when the instrument is added. They can name:
//!
//! | name | is |
//! |---|---|
//! | an argument | its value when the function was called; one that has a name of those below is in `args` |
//! | `args` | a map of all arguments, by name: `args.size`, `args['null']` |
//! | `result` | what the function returned, or what's in its `Ok`; at the event return |
//! | `error` | what's in its `Err`, or `"panicked"`; at the event error |
//! | `elapsed` | seconds, as a float; at both |
//! | `now` | seconds since 1970, as a float |
//! | `thread` | a map: `name` and `id` |
//! | what's registered | by [`register_value`] and [`register_function`]; `mag(x)` and `text.matches(pattern)` from the start |
//!
//! Types don't mix in CEL: write `double(count) * elapsed`, and `elapsed > 1.0`. Unsigned integers come as signed ones if
//! they fit, so that `user_id == 42` needs no `42u`. A `Duration` is seconds, wherever it's nested, see [`Value`].
//!
//! `None` is null, and null is what isn't there: what's made of it is null as well (`result * 2.0`, `result > 1.0`,
//! `user.name`), a condition on it is false, and so is its opposite, and a histogram or an increment skips it. A log says
//! `null`. `result == null` asks for it; `&&`, `||`, `exists` and `all` look whether something else decides, and `max` and
//! `min` are of what there is. A key that a map doesn't have, or a field of another variant, is an error: ask for it by
//! `has(result.Sent)`.
//!
//! An evaluation that takes more than some milliseconds, or makes more than some megabytes, is an error; so is an expression
//! of more than 4,096 bytes, or of more than 40 levels. Names may have letters of any language, as parameters do, bytes are
//! lists of numbers, types are their names (`type(name) == string`), and there are neither messages nor timestamps.
//!
//! # What can't go wrong
//! An instrument's error or panic stops that instrument, which says so once; the probed function doesn't notice. A sink
//! that's slow loses observations, which are [counted](lost). What a library can't bound is a `Debug` or `Serialize` of
//! yours that never ends and never writes.

#[cfg_attr(loom, allow(dead_code, reason = "the models need no more than a part of it"))]
mod gate;
mod sync;

#[cfg(not(loom))]
mod breakpoint;
#[cfg(not(loom))]
mod error;
#[cfg(not(loom))]
mod expression;
#[cfg(not(loom))]
mod firing;
#[cfg(not(loom))]
mod guarded;
#[cfg(not(loom))]
mod instrument;
#[cfg(not(loom))]
mod manager;
#[cfg(not(loom))]
mod probe;
#[cfg(not(loom))]
#[cfg_attr(not(unix), path = "serve/unsupported.rs")]
mod serve;
#[cfg(not(loom))]
#[cfg(not(loom))]
mod sink;
#[cfg(not(loom))]
mod targets;
#[cfg(not(loom))]
mod value;

#[cfg(not(loom))]
pub use {
    breakpoint::{Breakpoint, BreakpointError, Paused, Run, Spawned, Until, run},
    error::InstrumentError,
    expression::{register_function, register_value},
    instrument::{
        Custom, HistogramInstrument, IncrementInstrument, Inject, Instrument, InstrumentInfo, InstrumentStatus,
        LogInstrument,
    },
    instrument_wire::{
        Bounds, Event, InstrumentSpec, InvalidSpec, Json, JsonFileStore, MemoryStore, ParseError, ParseEventError,
        Problem, ProcessId, ProcessStatus, Readable, Spec, SpecId, SpecStatus, SpecStore, StoreError, StoreVersion,
        Timestamp,
    },
    manager::Manager,
    probe::{Probe, attach_to, probes},
    serve::{Serving, serve},
    sink::{Lost, Memory, Null, Observation, Outlet, Reading, Report, Sink, SinkError, Statsd, Stderr, flush, lost},
    targets::{AttachError, Call, Events, Plan, Target, targets},
    value::Value,
};

#[cfg(all(feature = "redis", not(loom)))]
pub use instrument_wire::RedisStore;

/// The other end of [`serve`](serve()): finds processes that serve, and asks them.
#[cfg(all(unix, not(loom)))]
pub mod remote {
    pub use instrument_wire::remote::{
        Answer, Client, Hello, LONGEST_ANSWER, LONGEST_REQUEST, MOST_ROWS, Order, ProbeRow, ProbeState, Process,
        RemoteError, Request, TargetRow, Top, TopRow, processes,
    };
}

/// What expansions name. No promises: it changes with any release.
#[doc(hidden)]
#[cfg(not(loom))]
pub mod private {
    #[cfg(unix)]
    pub use crate::serve::start::serve_if_asked;

    pub use crate::firing::*;
    pub use crate::targets::{Argument, Arguments, ProbeSite, RegisteredProbe};
    pub use inventory;
}
