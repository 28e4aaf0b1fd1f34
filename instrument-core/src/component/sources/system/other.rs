//! Systems without `/proc`: what `print_mem` knows, and that the rest isn't known.

use super::{Io, Pages};
use crate::memory::{Unavailable, resident};

pub(in crate::component::sources) fn pages() -> Result<Pages, &'static str> {
    let resident = resident().map_err(|reason| match reason {
        Unavailable::Platform => "resident memory isn't known on this operating system",
        _ => "the operating system refused to tell the resident memory",
    })?;
    Ok(Pages { virtual_memory: Err("virtual memory isn't known on this operating system"), resident: resident.bytes })
}

/// Nothing is inherited here.
pub(in crate::component::sources) fn peak(usage: Result<u64, &'static str>) -> Result<u64, &'static str> {
    usage
}

pub(in crate::component::sources) fn io() -> Result<Io, &'static str> {
    Err("this operating system doesn't count what a process reads and writes")
}
