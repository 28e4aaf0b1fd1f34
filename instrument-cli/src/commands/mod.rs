//! What's done for each command.

mod look;
mod probes;
mod stores;
mod top;

pub(crate) use look::{dump, processes, report, targets};
pub(crate) use probes::{probe_add, probe_follow, probe_list, probe_remove};
pub(crate) use top::top;
