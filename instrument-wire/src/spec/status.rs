//! What became of specs in a process.

use super::{SpecId, Timestamp};
use crate::process;
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
        ProcessId { host: process::host(), pid: std::process::id() }
    }

    /// Whether it's a process of this machine, by the machine's name.
    pub fn is_here(&self) -> bool {
        self.host == process::host()
    }

    /// Whether a process of its number runs on this machine.
    pub fn is_running(&self) -> bool {
        process::is_running(self.pid)
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
            program: process::program(),
            written: Timestamp::now(),
            specs: Vec::new(),
            error: None,
        }
    }
}
