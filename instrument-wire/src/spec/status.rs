//! What became of specs in a process.

use super::{SpecId, Timestamp};
use crate::fields::object;
use crate::process;
use std::fmt;

/// A process that applies specs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId {
    /// The machine's name.
    pub host: String,
    /// The process's number there.
    pub pid: u32,
}

/// What became of the specs in one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessStatus {
    /// Which process.
    pub process: ProcessId,
    /// The program's name.
    pub program: String,
    /// When this was written.
    pub written: Timestamp,
    /// What became of each spec.
    pub specs: Vec<SpecStatus>,
    /// What went wrong with the specs as a whole: a store that couldn't be read, say.
    pub error: Option<String>,
}

/// What became of a spec in one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecStatus {
    /// Which spec.
    pub id: SpecId,
    /// When this version of it was applied, or tried.
    pub applied: Timestamp,
    /// Why it isn't active: it couldn't be applied, or failed when it fired and was disabled.
    pub error: Option<String>,
    /// Whether its lifespan has ended.
    pub expired: bool,
    /// Calls that it looked at, those included that its condition wasn't true for.
    pub calls: u64,
}

object!(ProcessStatus, Skipped,
    holds process: ProcessId { host, pid },
    needs { "program": program, "written": written, "specs": specs },
    may { "error": error });

object!(SpecStatus, Skipped,
    holds id: SpecId { target, name },
    needs { "applied": applied },
    may { "error": error, "expired": expired, "calls": calls });

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
