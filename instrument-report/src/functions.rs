//! Rows of functions: a snapshot's nodes, added up over call paths.

use instrument_model::{NodeRef, Scale, Snapshot, Times};
use std::collections::HashMap;
use std::time::Duration;

/// A function or a span, over all its call paths, see [`functions`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionRow {
    /// The name given to it, else `Type::method`.
    pub name: String,
    /// The full path of the function that it's in.
    pub path: String,
    /// Calls that have ended.
    pub count: u64,
    /// Calls that were open.
    pub running: u64,
    /// Time of all calls. Those of recursive calls within an outer one are part of the outermost one's, and count once.
    pub total: Duration,
    /// Time that nothing below accounts for.
    pub own: Duration,
    /// The longest call.
    pub max: Duration,
    /// How many call paths it ended.
    pub paths: u64,
    /// Whether figures are estimated from calls that a sampled or throttled site timed, or may be off since clocks parted.
    pub is_vague: bool,
    /// Wall time of completed async calls, if it's async.
    pub wall: Option<Wall>,
}

/// What the callers of an async function waited: from first poll to last of the completed calls that were timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wall {
    /// Of all calls together.
    pub sum: Duration,
    /// The mean call.
    pub mean: Duration,
    /// The time that half of the calls didn't exceed.
    pub p50: Duration,
    /// The time that 99 % of the calls didn't exceed.
    pub p99: Duration,
    /// The longest call.
    pub max: Duration,
}

impl Wall {
    /// The figures of some times; `None` if there are none.
    pub(crate) fn of(times: &Times, scale: Scale) -> Option<Wall> {
        let quantile = |q| scale.duration(times.quantile(q).unwrap_or(0));
        let mean = Duration::from_nanos(scale.nanos_f64(times.mean()).round() as u64);
        let wall =
            Wall { sum: scale.duration(times.sum), mean, p50: quantile(0.5), p99: quantile(0.99), max: quantile(1.0) };
        (times.count > 0).then_some(wall)
    }
}

/// The functions and spans of a snapshot that were called, in the order in which they're first met on the way down. What
/// only components observed has no time, so it isn't among them.
///
/// Costs a walk over the nodes, and a look-up in a hash table for each label.
///
/// ```
/// use instrument_report::functions;
///
/// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
/// let mut rows = functions(&snapshot);
/// rows.sort_by(|a, b| b.own.cmp(&a.own));
/// for row in rows {
///     println!("{}: {:?} in {} calls", row.name, row.own, row.count);
/// }
/// ```
pub fn functions(snapshot: &Snapshot) -> Vec<FunctionRow> {
    let mut rows: Vec<FunctionRow> = Vec::new();
    // How often each row's function is above the node at hand.
    let mut levels: Vec<usize> = Vec::new();
    let mut walls: Vec<Times> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    // The row of each label that was met: several may be of one function.
    let mut of_label: Vec<Option<usize>> = vec![None; snapshot.data().labels.len()];
    // The rows of the nodes above the one at hand, if they have one.
    let mut above: Vec<Option<usize>> = Vec::new();
    let mut open: Vec<(usize, NodeRef<'_>)> = snapshot.roots().map(|root| (0, root)).collect();
    open.reverse();
    while let Some((depth, node)) = open.pop() {
        above.drain(depth..).flatten().for_each(|place| levels[place] -= 1);
        let below = open.len();
        open.extend(node.children().map(|child| (depth + 1, child)));
        open[below..].reverse();
        if is_untimed(&node) {
            above.push(None);
            continue;
        }
        let place = *of_label[node.data().label as usize].get_or_insert_with(|| {
            *known.entry((node.name(), node.path())).or_insert_with(|| {
                rows.push(FunctionRow {
                    name: node.name().to_owned(),
                    path: node.path().to_owned(),
                    count: 0,
                    running: 0,
                    total: Duration::ZERO,
                    own: Duration::ZERO,
                    max: Duration::ZERO,
                    paths: 0,
                    is_vague: false,
                    wall: None,
                });
                levels.push(0);
                walls.push(Times::default());
                rows.len() - 1
            })
        });
        let row = &mut rows[place];
        row.count = row.count.saturating_add(node.count());
        row.running = row.running.saturating_add(node.running());
        row.own = row.own.saturating_add(node.own());
        row.max = row.max.max(node.max());
        row.paths += u64::from(node.count() > 0 || node.running() > 0);
        row.is_vague |= node.is_estimated() || node.may_contain_parting();
        if let Some(tasks) = node.data().tasks.as_deref() {
            walls[place].merge(tasks.wall.clone());
        }
        // The time of recursive calls is part of the outermost's already.
        if levels[place] == 0 {
            row.total = row.total.saturating_add(node.total());
        }
        levels[place] += 1;
        above.push(Some(place));
    }
    for (row, wall) in rows.iter_mut().zip(&walls) {
        row.wall = Wall::of(wall, snapshot.data().scale);
    }
    rows.retain(|row| row.count > 0 || row.running > 0 || !row.total.is_zero());
    rows
}

/// Whether only components observe it.
pub(crate) fn is_untimed(node: &NodeRef<'_>) -> bool {
    !node.is_timed() && !node.data().columns.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Script;

    #[test]
    fn recursive_calls_count_once_and_own_times_add_up() {
        let mut script = Script::new();
        let outer = script.calls(None, "outer", &[500, 600]);
        let mut parent = script.calls(Some(outer), "recursive", &[400, 450]);
        for level in 1..6 {
            parent = script.calls(Some(parent), "recursive", &[400 - 50 * level; 2]);
        }
        script.calls(Some(parent), "leaf", &[20; 2]);
        script.calls(Some(outer), "leaf", &[30; 2]);
        script.calls(None, "never", &[]);
        let rows = functions(&script.snapshot());
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["outer", "recursive", "leaf"], "in the order of the way down");
        let [outer, recursive, leaf] = &rows[..] else { panic!("three rows: {rows:?}") };
        assert_eq!((outer.count, recursive.count, leaf.count), (2, 12, 4));
        let nanos = Duration::from_nanos;
        assert_eq!((outer.total, recursive.total, leaf.total), (nanos(1100), nanos(850), nanos(100)));
        assert_eq!((outer.max, recursive.max, leaf.max), (nanos(600), nanos(450), nanos(30)));
        assert_eq!(outer.own + recursive.own + leaf.own, outer.total);
    }

    #[test]
    fn what_only_components_observe_is_no_function_and_hides_none() {
        let mut script = Script::new();
        let clock = script.component("clock", instrument_model::Unit::Seconds);
        let outer = script.calls(None, "outer", &[100]);
        let pushed = script.calls(Some(outer), "pushed", &[]);
        script.observed(pushed, clock, &[(1.0, 1.0)]);
        script.0.nodes[pushed as usize].total = 60;
        script.calls(Some(pushed), "outer", &[60]);
        script.calls(Some(outer), "leaf", &[7]);
        let rows = functions(&script.snapshot());
        let found: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.count, row.total.as_nanos())).collect();
        assert_eq!(found, [("outer", 2, 100), ("leaf", 1, 7)]);
    }

    #[test]
    fn what_runs_between_two_levels_of_recursion_ends_none_of_them() {
        let mut script = Script::new();
        let even = script.calls(None, "even", &[100]);
        let odd = script.calls(Some(even), "odd", &[80]);
        let inner = script.calls(Some(odd), "even", &[60]);
        script.calls(Some(inner), "odd", &[40]);
        script.calls(Some(odd), "even", &[15]);
        script.calls(None, "odd", &[7]);
        script.0.nodes[1].running = 3;
        let found: Vec<_> =
            functions(&script.snapshot()).into_iter().map(|row| (row.total.as_nanos(), row.running)).collect();
        assert_eq!(found, [(100, 0), (87, 3)]);
    }
}
