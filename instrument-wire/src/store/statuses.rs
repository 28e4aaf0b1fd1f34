//! Which processes' statuses are kept: those that may still run, and not too many.

use crate::spec::{ProcessStatus, Timestamp};
use std::cmp::Reverse;
use std::time::Duration;

/// How long a process of another machine may be silent. A manager that works in the background writes every few minutes.
pub(crate) const SILENCE: Duration = Duration::from_secs(3600);

/// Processes whose statuses are kept, those that wrote last.
const MOST: usize = 256;

/// Puts a status in the place of the one of the same process.
pub(super) fn put(statuses: &mut Vec<ProcessStatus>, status: &ProcessStatus) {
    statuses.retain(|other| other.process != status.process);
    statuses.push(status.clone());
    prune(statuses);
}

/// Removes the statuses of processes that have ended, or, on other machines, seem to have.
pub(super) fn prune(statuses: &mut Vec<ProcessStatus>) {
    statuses.retain(|status| !is_over(status));
    if statuses.len() > MOST {
        statuses.sort_by_key(|status| Reverse(status.written));
        statuses.truncate(MOST);
    }
}

/// Whether its process has ended, or, on another machine, seems to have.
pub(super) fn is_over(status: &ProcessStatus) -> bool {
    let silent = Timestamp::now().since(status.written) > SILENCE;
    match status.process.is_here() {
        true => !status.process.is_running(),
        false => silent,
    }
}
