//! What looks into a running program: probes, and how specs of them get there. Depend on `instrument` instead.

mod event;
#[cfg(unix)]
pub mod remote;
#[cfg_attr(not(unix), path = "serve/elsewhere.rs")]
mod serve;
mod spec;
mod store;

pub use event::Event;
pub use serve::{Serving, serve};
pub use spec::{
    Bounds, InstrumentSpec, InvalidSpec, ParseError, Problem, ProcessId, ProcessStatus, Spec, SpecId, SpecStatus,
    Timestamp,
};
#[cfg(feature = "redis")]
pub use store::RedisStore;
pub use store::{JsonFileStore, MemoryStore, SpecStore, StoreError, Version};
