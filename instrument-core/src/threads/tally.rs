//! Whether a forked child has recorded anything: it has all that its parent had recorded, and that's its parent's to report.

use super::pool;
use crate::process::fork;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Whether somebody will ask.
static WANTED: AtomicBool = AtomicBool::new(false);
static AT_FORK: AtomicU64 = AtomicU64::new(0);

/// What's to be done in a forked child when all that it has is its parent's: see [`in_child`].
static KEEP: OnceLock<fn()> = OnceLock::new();

/// To be called before the first fork that [`has_recorded`] is to know of. A fork then looks at each node.
pub(crate) fn watch() {
    WANTED.store(true, Relaxed);
    fork::watch();
}

/// As [`watch`], and has `keep` called in each forked child before it records anything. There's one such function; another one
/// is not called.
pub(crate) fn in_child(keep: fn()) {
    let _ = KEEP.set(keep);
    watch();
}

/// Whether this process has recorded anything: in a forked child, since it was forked.
pub(crate) fn has_recorded() -> bool {
    tally() != AT_FORK.load(Relaxed)
}

/// In a child, when what threads that aren't there had open is closed.
pub(super) fn forked() {
    if WANTED.load(Relaxed) {
        AT_FORK.store(tally(), Relaxed);
        if let Some(keep) = KEEP.get() {
            keep();
        }
    }
}

/// How often something was recorded, all in all. Threads that aren't there any more may have been amid a record, so nobody is
/// waited for.
fn tally() -> u64 {
    let mut sum = 0_u64;
    pool::reading(|trees| {
        for tree in trees {
            let mut nodes: Vec<_> = tree.root().children().collect();
            while let Some(node) = nodes.pop() {
                let calls = node.stats.begun().wrapping_add(u64::from(node.stats.is_open())).wrapping_add(node.untimed()).wrapping_add(node.tasks.polls.get());
                let laps = node.stats.columns().fold(0, |sum: u64, column| sum.wrapping_add(column.laps()));
                sum = sum.wrapping_add(calls).wrapping_add(laps);
                nodes.extend(node.children());
            }
            let cells = tree.cells();
            let gauges = cells.gauges.all().map(|(_, gauge)| gauge.count());
            let lines = cells.lines.all().map(|(_, lines)| lines.calls());
            sum = gauges.chain(lines).fold(sum, u64::wrapping_add);
        }
    });
    sum
}
