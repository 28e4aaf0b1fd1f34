//! What a program with probes and a second terminal agree on, as plain data: [specs](Spec) of what to observe,
//! [stores](SpecStore) that they're shared by, and what's said on the [socket](remote).
//!
//! ```text
//!   instrument-cli ──┐                     ┌── a program with probes
//!                    ├──▶ instrument-wire ◀┤     (instrument-probe)
//!   instrument-model ◀────────┘            └── instrument-core
//! ```
//! Nothing here knows the runtime, so that who looks into a program from outside doesn't link it. Depend on `instrument`
//! instead, which has this as `instrument::probe`.

mod event;
mod fields;
pub mod process;
#[cfg(unix)]
pub mod remote;
mod spec;
mod store;
#[cfg(unix)]
mod system;

pub use event::{Event, ParseEventError};
pub use spec::{
    Bounds, InstrumentSpec, InvalidSpec, Json, ParseError, Problem, ProcessId, ProcessStatus, Spec, SpecId, SpecStatus,
    Timestamp,
};
#[cfg(feature = "redis")]
pub use store::RedisStore;
pub use store::{JsonFileStore, MemoryStore, Readable, SpecStore, StoreError, StoreVersion};
