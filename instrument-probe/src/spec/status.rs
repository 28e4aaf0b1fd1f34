//! What became of specs in a process.

use super::{SpecId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A process that applies specs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProcessId {
    /// The machine's name.
    pub host: String,
    /// The process's number there.
    pub pid: u32,
}

/// What became of the specs in one process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessStatus {
    /// Which process.
    #[serde(flatten)]
    pub process: ProcessId,
    /// The program's name.
    pub program: String,
    /// When this was written.
    pub written: Timestamp,
    /// What became of each spec.
    pub specs: Vec<SpecStatus>,
    /// What went wrong with the specs as a whole: a store that couldn't be read, say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What became of a spec in one process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecStatus {
    /// Which spec.
    #[serde(flatten)]
    pub id: SpecId,
    /// When this version of it was applied, or tried.
    pub applied: Timestamp,
    /// Why it isn't active: it couldn't be applied, or failed when it fired and was disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether its lifespan has ended.
    #[serde(default, skip_serializing_if = "is_false")]
    pub expired: bool,
    /// Calls that it looked at, those included that its condition wasn't true for.
    #[serde(default)]
    pub calls: u64,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl ProcessId {
    /// This process.
    pub fn current() -> ProcessId {
        ProcessId { host: host(), pid: std::process::id() }
    }

    /// Whether it's a process of this machine, by the machine's name.
    pub fn is_here(&self) -> bool {
        self.host == host()
    }

    /// Whether a process of its number runs on this machine.
    pub fn is_running(&self) -> bool {
        is_running(self.pid)
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.pid)
    }
}

impl ProcessStatus {
    /// This process's, of no specs.
    pub fn current() -> ProcessStatus {
        ProcessStatus {
            process: ProcessId::current(),
            program: program(),
            written: Timestamp::now(),
            specs: Vec::new(),
            error: None,
        }
    }
}

/// The name of this program's file.
pub(crate) fn program() -> String {
    let path = std::env::current_exe().ok().or_else(|| std::env::args_os().next().map(Into::into));
    let name = path.as_deref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(unix)]
fn host() -> String {
    let name = nix::unistd::gethostname().ok().map(|name| name.to_string_lossy().into_owned());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "localhost".to_owned())
}

#[cfg(unix)]
pub(crate) fn is_running(pid: u32) -> bool {
    let Ok(pid) = i32::try_from(pid) else { return false };
    // 0 and negative numbers are groups of processes. Without a signal this only asks; "not permitted" means it's there.
    pid > 0 && !matches!(nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None), Err(nix::errno::Errno::ESRCH))
}

#[cfg(not(unix))]
pub(crate) fn is_running(_: u32) -> bool {
    true
}
