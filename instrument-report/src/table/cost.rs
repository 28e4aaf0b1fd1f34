//! What the figures have cost, and of which functions that's more than their work.

use instrument_model::text::{count, format as time, nanos, percent, printable};
use instrument_model::{NodeRef, Recorded, Snapshot};
use std::time::Duration;

/// Functions that are named.
const NAMED: usize = 3;
/// A smaller share of the time isn't worth a change.
const SMALL: f64 = 0.01;

/// What timing costs, where that was measured, and whose is the most of it in vain.
pub(super) fn lines(snapshot: &Snapshot) -> Vec<String> {
    if snapshot.calls() == 0 {
        return Vec::new();
    }
    sum(snapshot).into_iter().chain(in_vain(snapshot)).collect()
}

fn sum(snapshot: &Snapshot) -> Option<String> {
    let data = snapshot.data();
    let Recorded { timed, counted } = snapshot.recorded();
    let polls = if snapshot.nodes().any(|node| node.is_async()) { " and polls" } else { "" };
    let mut line = format!(
        "timers: {} a call as measured in this process, × {} timed call{}{polls}",
        nanos(data.cost?.round()),
        count(timed),
        if timed == 1 { "" } else { "s" }
    );
    if let (Some(counting), true) = (data.counting, counted > 0) {
        line.push_str(&format!(", and {} × {} counted", nanos(to_show(counting)), count(counted)));
    }
    let sum = cost(snapshot, snapshot.recorded())?;
    line.push_str(&format!(" = {} ({})", time(sum), share(snapshot, sum)));
    Some(line)
}

/// By the figures as they're shown, so a reader can follow.
fn cost(snapshot: &Snapshot, recorded: Recorded) -> Option<Duration> {
    let data = snapshot.data();
    let counting = data.counting.map_or(0.0, to_show) * recorded.counted as f64;
    Duration::try_from_secs_f64((data.cost?.round() * recorded.timed as f64 + counting) / 1e9).ok()
}

/// Three digits of less than ten nanoseconds.
fn to_show(nanos: f64) -> f64 {
    (nanos * 100.0).round() / 100.0
}

/// The threads' time: each had all the time there was, as far as it's known.
fn of_all(snapshot: &Snapshot, part: Duration) -> f64 {
    let all = snapshot.elapsed().as_secs_f64() * snapshot.threads().max(1) as f64;
    if all > 0.0 { part.as_secs_f64() / all } else { 0.0 }
}

fn share(snapshot: &Snapshot, part: Duration) -> String {
    let percent = percent(of_all(snapshot, part));
    match snapshot.threads() {
        0 | 1 => format!("{percent} of the time"),
        threads => format!("{percent} of {threads} threads' time"),
    }
}

/// Names functions whose timing takes longer than they do themselves, if it's worth it.
fn in_vain(snapshot: &Snapshot) -> Option<String> {
    let mut places: Vec<(Option<NodeRef<'_>>, Recorded, Duration)> = vec![<_>::default(); snapshot.data().labels.len()];
    for node in snapshot.nodes().filter(|node| node.is_timed() && !node.is_estimated()) {
        let (place, recorded, own) = &mut places[node.data().label as usize];
        place.get_or_insert(node);
        *recorded = recorded.and(node.recorded());
        *own = own.saturating_add(node.own());
    }
    let costs = places.into_iter().filter_map(|(place, recorded, own)| {
        let cost = cost(snapshot, recorded)?;
        (cost > own).then_some((place?, cost))
    });
    let mut costs: Vec<_> = costs.filter(|&(_, cost)| of_all(snapshot, cost) >= SMALL).collect();
    costs.sort_by_key(|&(_, cost)| std::cmp::Reverse(cost));
    let all = costs.iter().fold(Duration::ZERO, |sum, &(_, cost)| sum.saturating_add(cost));
    let names: Vec<String> = costs.iter().take(NAMED).map(|(node, _)| printable(node.name())).collect();
    let names = match (names.as_slice(), costs.len().saturating_sub(NAMED)) {
        ([], _) => return None,
        ([one], _) => one.clone(),
        ([first @ .., last], 0) => format!("{} and {last}", first.join(", ")),
        (names, more) => format!("{} and {} more", names.join(", "), count(more as u64)),
    };
    Some(format!(
        "timing takes longer than the work of {names} ({}): write #[timer(sample = 64)] or #[timer(skip)] there, \
         or set INSTRUMENT_THROTTLE=on, or INSTRUMENT_SKIP=PATTERN",
        share(snapshot, all)
    ))
}
