//! What's done for each command.

mod components;
mod diff;
#[cfg(unix)]
mod look;
mod merge;
#[cfg(unix)]
mod probes;
mod run;
#[cfg(unix)]
mod save;
mod show;
#[cfg(unix)]
mod stores;
#[cfg(unix)]
mod top;

pub(crate) use components::{Components, components};
pub(crate) use diff::{Diff, diff};
#[cfg(unix)]
pub(crate) use look::{dump, processes, report, targets};
pub(crate) use merge::{Merge, merge};
#[cfg(unix)]
pub(crate) use probes::{probe_add, probe_follow, probe_list, probe_remove};
pub(crate) use run::{Measured, run};
#[cfg(unix)]
pub(crate) use save::save;
pub(crate) use show::show;
#[cfg(unix)]
pub(crate) use top::top;
