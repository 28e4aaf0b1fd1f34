//! What to know about the figures: what they cost, and what's missing from them.

use crate::record::throttle::Throttle;
use crate::snapshot::Snapshot;
use crate::units::{Unit, count, percent};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// What was lost of components, and what to do about it.
pub(crate) const PUSHES: (&str, &str) = (
    "a component's push too deep, or on a new path past the limit: it's in no call graph",
    "set INSTRUMENT_MAX_DEPTH or INSTRUMENT_MAX_NODES",
);
pub(crate) const OVERWRITTEN: (&str, &str) =
    ("an entry of a timeline that made room for a later one", "read storage() more often, or write Scope::Tree");

/// Said instead of a table.
pub(super) const NOTHING: &str = "nothing was recorded: no function that ran is annotated with #[timer]";
/// Said instead of a table while timers are off.
pub(super) const OFF: &str = "nothing was recorded: timers are off, by INSTRUMENT=off or by set_enabled";
/// Said of an interval of a program that has recorded something before.
pub(super) const QUIET: &str = "nothing was recorded in this time";

pub(super) fn lines(snapshot: &Snapshot, took: Duration, per_call: Option<Duration>) -> Vec<String> {
    let mut lines = vec![format!("report made in {}", Unit::Auto.format(took))];
    let (calls, elapsed) = (snapshot.calls(), snapshot.elapsed());
    if let Some(per_call) = per_call
        && calls > 0
    {
        let timed: u64 = snapshot.nodes.iter().map(|node| node.count).sum();
        let cost = per_call.as_secs_f64() * timed as f64;
        let share = if elapsed.is_zero() { 0.0 } else { cost / elapsed.as_secs_f64() };
        lines.push(format!(
            "timers: {} a call as measured in this process, × {} timed call{} = {} ({} of the time)",
            Unit::Auto.format(per_call),
            count(timed),
            if timed == 1 { "" } else { "s" },
            Unit::Auto.format(Duration::try_from_secs_f64(cost).unwrap_or(Duration::MAX)),
            percent(share)
        ));
    }
    if snapshot.nodes.iter().any(crate::snapshot::NodeData::is_estimated) {
        lines.push("~ estimated from the calls that a sampled site times".into());
    }
    match snapshot.nodes.iter().filter(|node| node.throttled).count() {
        0 => {}
        paths => lines.push(format!(
            "throttled: {} call path{} of short calls, one in {} of which is timed",
            count(paths as u64),
            if paths == 1 { "" } else { "s" },
            Throttle::SAMPLE
        )),
    }
    let roots: Duration = snapshot.roots().map(|node| node.total()).sum();
    if snapshot.threads() > 1 && roots > elapsed {
        lines.push(format!(
            "up to {} threads recorded at the same time: their times add up to more than the time elapsed",
            snapshot.threads()
        ));
    }
    let lost = snapshot.lost();
    for (number, what, remedy) in [
        (
            lost.too_deep,
            "a call too deep in the stack, its time now its caller's own",
            "write #[timer(recursion = \"fold\")] on what recurses",
        ),
        (
            lost.too_many_nodes,
            "a call on a new path past the limit, its time now its caller's own",
            "fold what recurses, or time fewer functions",
        ),
        (
            lost.after_exit,
            "a span that began or ended after its thread's end",
            "time nothing in destructors of thread locals",
        ),
        (
            lost.too_many_names,
            "a measurement with a new name past the limit of 10,000",
            "make names of kinds, not of things",
        ),
        (lost.not_a_number, "a measurement that's not a number", "look for a division by zero before measure!"),
        (lost.pushes, PUSHES.0, PUSHES.1),
        (lost.overwritten, OVERWRITTEN.0, OVERWRITTEN.1),
    ] {
        if number > 0 {
            lines.push(format!("lost: {} × {what}; {remedy}", count(number)));
        }
    }
    lines
}

/// Breaks a line between words; what follows is indented.
pub(super) fn wrap(line: &str, width: usize) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut taken = 0;
    for word in line.split(' ') {
        let room = word.width() + usize::from(taken > 0);
        if taken > INDENT.len() && taken + room > width {
            out.push('\n');
            out.push_str(INDENT);
            taken = INDENT.len();
        } else if taken > 0 {
            out.push(' ');
            taken += 1;
        }
        out.push_str(word);
        taken += word.width();
    }
    out
}

const INDENT: &str = "  ";
