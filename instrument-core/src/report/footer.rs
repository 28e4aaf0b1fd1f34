//! What to know about the figures: what they cost, and what's missing from them.

use super::units::{Unit, count, percent};
use crate::snapshot::Snapshot;
use std::time::Duration;

/// Said instead of a table.
pub(super) const NOTHING: &str = "nothing was recorded: is a function that ran annotated with #[timer], \
                                  and is INSTRUMENT=off unset?";

pub(super) fn lines(snapshot: &Snapshot, took: Duration, per_call: Duration) -> Vec<String> {
    let mut lines = vec![format!("report made in {}", Unit::Auto.format(took))];
    let (calls, elapsed) = (snapshot.calls(), snapshot.elapsed());
    if calls > 0 {
        let timed: u64 = snapshot.nodes.iter().map(|node| node.count).sum();
        let cost = per_call.as_secs_f64() * timed as f64;
        let share = if elapsed.is_zero() { 0.0 } else { cost / elapsed.as_secs_f64() };
        lines.push(format!(
            "timers: {} a call as measured in this process, × {} timed calls = {} ({} of the time)",
            Unit::Auto.format(per_call),
            count(timed),
            Unit::Auto.format(Duration::try_from_secs_f64(cost).unwrap_or(Duration::MAX)),
            percent(share)
        ));
    }
    if snapshot.nodes.iter().any(crate::snapshot::NodeData::is_estimated) {
        lines.push("~ estimated from the calls that a sampled site times".into());
    }
    let roots: Duration = snapshot.roots().map(|node| node.total()).sum();
    if snapshot.threads() > 1 && roots > elapsed {
        lines.push(format!(
            "up to {} threads recorded at the same time: their times add up to more than the time elapsed",
            snapshot.threads()
        ));
    }
    let lost = snapshot.lost();
    for (number, what) in [
        (lost.too_deep, "calls were too deep in the stack and count as their callers' own time"),
        (lost.too_many_nodes, "calls were on new call paths past the limit and count as their callers' own time"),
        (lost.after_exit, "spans were begun or ended after their thread's end and are missing"),
        (lost.too_many_names, "measurements had names past the limit of 10,000 and are missing"),
        (lost.not_a_number, "measurements were not a number and are missing"),
    ] {
        if number > 0 {
            lines.push(format!("lost: {} {what}", count(number)));
        }
    }
    lines
}
