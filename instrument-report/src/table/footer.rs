//! What to know about the figures: what they cost, and what's missing from them.

use super::cost;
use instrument_model::data::{Parting, THROTTLED};
use instrument_model::text::{count, format as time, printable};
use instrument_model::{Lost, Snapshot, Unit};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// Said instead of a table.
pub(super) const NOTHING: &str = "nothing was recorded: no function that ran is annotated with #[timer]";
/// Said instead of a table while timers are off.
pub(super) const OFF: &str = "nothing was recorded: timers are off, by INSTRUMENT=off or by set_enabled";
/// Said instead of a table on a system without a clock.
pub(super) const NO_CLOCK: &str = "nothing was recorded: this system has no clock; give one of the program's own to \
                                   `clock::set_clock` before anything is timed";
/// Said instead of a table where all that was pushed is entries of their own.
pub(super) const MOMENTS: &str = "only single observations of components were recorded: storage() lists them";
/// Said of an interval of a program that has recorded something before.
pub(super) const QUIET: &str = "nothing was recorded in this time";

/// All lines: how long the report took, if that's known, what the figures cost, notes of the tables, what was lost.
pub(super) fn lines(snapshot: &Snapshot, took: Option<Duration>, notes: Vec<String>) -> Vec<String> {
    let mut lines: Vec<String> = took.map(|took| format!("report made in {}", time(took))).into_iter().collect();
    lines.extend(cost::lines(snapshot));
    if snapshot.nodes().any(|node| node.is_estimated()) {
        lines.push("~ estimated from the calls that a sampled site times".into());
    }
    lines.extend(live(snapshot));
    lines.extend(filter(snapshot));
    lines.extend(partings(snapshot));
    match snapshot.nodes().filter(|node| node.data().is_throttled).count() {
        0 => {}
        paths => lines.push(format!(
            "throttled: {} call path{} of short calls, one in {THROTTLED} of which is timed",
            count(paths as u64),
            if paths == 1 { "" } else { "s" },
        )),
    }
    lines.extend(notes);
    lines.extend(losses(&snapshot.lost()));
    lines
}

/// What there is to know about a snapshot's figures, whoever shows them.
#[cfg(feature = "html")]
pub(crate) fn notes(snapshot: &Snapshot) -> Vec<String> {
    lines(snapshot, None, threads(snapshot).into_iter().collect())
}

/// What was left out by choice.
fn filter(snapshot: &Snapshot) -> Option<String> {
    let filter = snapshot.data().filter.as_ref()?;
    let list = |patterns: &[String]| {
        patterns.iter().map(|pattern| format!("`{}`", printable(pattern))).collect::<Vec<_>>().join(", ")
    };
    let chosen = match (&filter.only[..], &filter.skip[..]) {
        (only, []) => format!("only {}", list(only)),
        ([], skip) => format!("all but {}", list(skip)),
        (only, skip) => format!("only {}, without {}", list(only), list(skip)),
    };
    let places = if filter.left_out == 1 { "1 place" } else { &format!("{} places", count(filter.left_out)) };
    Some(format!("recorded by choice: {chosen}; {places} left out, whose time is their callers' own"))
}

/// What's alive of the heap, and how far that can be trusted.
fn live(snapshot: &Snapshot) -> Option<String> {
    let is_there = snapshot.components().iter().any(|component| component.is_sampled);
    let Some(live) = snapshot.data().live.filter(|live| is_there || live.blocks > 0.0) else {
        return is_there.then(|| "~ what's alive is estimated from a sample of blocks".into());
    };
    let bytes = |bytes: f64| Unit::Bytes.format(bytes);
    let sampled = match live.interval {
        0 => "from a sample of blocks, which has ended".to_owned(),
        1 => "from all blocks".to_owned(),
        interval => format!("from the blocks of one byte in {}", count(interval)),
    };
    Some(format!(
        "~ what's alive is estimated {sampled}: {} ± {} at the end, of which {} were allocated outside of spans",
        bytes(live.bytes),
        bytes(live.variance.sqrt()),
        bytes(live.bytes_outside)
    ))
}

/// Says why times add up to more than the time elapsed, where they do.
pub(super) fn threads(snapshot: &Snapshot) -> Option<String> {
    let roots: Duration = snapshot.roots().fold(Duration::ZERO, |sum, node| sum.saturating_add(node.total()));
    (snapshot.threads() > 1 && roots > snapshot.elapsed()).then(|| {
        format!(
            "up to {} threads recorded at the same time: their times add up to more than the time elapsed",
            snapshot.threads()
        )
    })
}

/// When the clocks parted, and what that does to figures: each of a few, and the rest together.
fn partings(snapshot: &Snapshot) -> Vec<String> {
    /// Lines that aren't too many.
    const MOST: usize = 4;
    let data = snapshot.data();
    let shown = |ticks: u64| time(data.scale.duration(ticks));
    let at = |ticks: u64| shown(ticks.saturating_sub(data.from));
    let line = |parting: &Parting| {
        let gap = shown(parting.gap());
        let what = match () {
            () if parting.stood_still() => format!(
                "the system's stood still for {gap}, as where a machine sleeps, which what was open across it may count in"
            ),
            () if parting.counted == 0 => {
                format!("the one that times spans began anew within {gap}, which what was open across it may lack")
            }
            () => format!(
                "the system's went ahead by {gap}, as where a machine was paused, which what was open across it lacks"
            ),
        };
        format!("~ the clocks parted between {} and {}: {what}", at(parting.from), at(parting.to))
    };
    let partings = snapshot.partings();
    let (each, rest) = partings.split_at(if partings.len() > MOST { MOST - 1 } else { partings.len() });
    let mut lines: Vec<String> = each.iter().map(line).collect();
    if let (Some(first), Some(last)) = (rest.first(), rest.last()) {
        let all = rest.iter().fold(0, |sum: u64, parting| sum.saturating_add(parting.gap()));
        lines.push(format!(
            "~ the clocks parted {} times more between {} and {}, by {} together",
            count(rest.len() as u64),
            at(first.from),
            at(last.to),
            shown(all)
        ));
    }
    lines
}

/// A line for each reason why something was lost.
pub(crate) fn losses(lost: &Lost) -> Vec<String> {
    [
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
            "a span or a measurement with a new name past the limit of 10,000",
            "use a fixed set of names: those of kinds, not of things",
        ),
        (
            lost.not_a_number,
            "a measurement, or a component's lap, that's NaN, infinite or beyond ±1e144",
            "look for a division by zero before measure! or in the component",
        ),
        (
            lost.pushes,
            "a component's push too deep, or on a new path past the limit: it's in no call tree",
            "set INSTRUMENT_MAX_DEPTH or INSTRUMENT_MAX_NODES",
        ),
        (
            lost.overwritten,
            "an entry of a timeline that made room for a later one",
            "read storage() more often, or write Scope::Tree",
        ),
        (
            lost.inside,
            "a span, or the like, begun by what the toolkit calls, or amid it by a signal handler",
            "annotate nothing that allocators, clocks, sinks or signal handlers call",
        ),
        (
            lost.live_blocks,
            "a sampled block that the live profile had no room for: what's alive is more than it says",
            "sample fewer, as by INSTRUMENT_MEMORY=live:4MiB",
        ),
    ]
    .into_iter()
    .filter_map(line)
    .collect()
}

fn line((number, what, remedy): (u64, &str, &str)) -> Option<String> {
    (number > 0).then(|| format!("lost: {} × {what}; {remedy}", count(number)))
}

/// Breaks a line between words; what follows is indented.
pub(crate) fn wrap(line: &str, width: usize) -> String {
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
