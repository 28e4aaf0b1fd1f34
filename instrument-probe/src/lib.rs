//! What looks into a running program: probes, and how specs of them get there. Depend on `instrument` instead.

mod event;
mod spec;
mod store;

pub use event::Event;
pub use spec::{
    Bounds, InstrumentSpec, InvalidSpec, ParseError, Problem, ProcessId, ProcessStatus, Spec, SpecId, SpecStatus,
    Timestamp,
};
#[cfg(feature = "redis")]
pub use store::RedisStore;
pub use store::{JsonFileStore, MemoryStore, SpecStore, StoreError, Version};
