//! What conditions can name of a call path.

use crate::pattern::stack;
use cel::Value;
use instrument_model::{NodeRef, Snapshot};
use std::time::Duration;

/// Times, each of which has its unit behind it, as `own_ms`.
const TIMES: [&str; 15] = [
    "own",
    "total",
    "mean",
    "min",
    "max",
    "stddev",
    "p50",
    "p90",
    "p99",
    "wall_total",
    "wall_mean",
    "wall_p50",
    "wall_p99",
    "wall_max",
    "cancelled_wall",
];
/// A second in each unit.
const UNITS: [(&str, f64); 4] = [("ns", 1e9), ("us", 1e6), ("ms", 1e3), ("s", 1.0)];
const OTHERS: [&str; 16] = [
    "name",
    "path",
    "module",
    "file",
    "line",
    "stack",
    "depth",
    "count",
    "running",
    "share",
    "polls",
    "cancelled",
    "is_async",
    "is_parallel",
    "is_estimated",
    "own_share",
];

/// What they are, in short.
pub(crate) fn described() -> String {
    let units = UNITS.map(|(unit, _)| format!("_{unit}")).join(", ");
    format!("{}; {}, each with {units} behind it; and components, also with _own", OTHERS.join(", "), TIMES.join(", "))
}

/// All names: those that each row has, and for each component its name, for the total, and that with `_own`.
pub(crate) fn names(snapshot: &Snapshot) -> Vec<String> {
    let times = TIMES.iter().flat_map(|time| UNITS.iter().map(move |(unit, _)| format!("{time}_{unit}")));
    let components = snapshot.components().iter();
    let components = components.flat_map(|component| [component.name.clone(), format!("{}_own", component.name)]);
    OTHERS.iter().map(|name| (*name).to_owned()).chain(times).chain(components).collect()
}

/// The value of a name; NaN where there's no figure.
pub(crate) fn value(snapshot: &Snapshot, node: &NodeRef<'_>, name: &str) -> Value {
    if let Some((time, unit)) = name.rsplit_once('_')
        && let Some((_, factor)) = UNITS.iter().find(|(known, _)| *known == unit)
        && TIMES.contains(&time)
    {
        return Value::Float(duration(node, time).map_or(f64::NAN, |time| time.as_secs_f64() * factor));
    }
    let text = |text: &str| Value::String(text.to_owned().into());
    let whole = |number: u64| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
    let elapsed = snapshot.elapsed().as_secs_f64();
    let share = |time: Duration| Value::Float(if elapsed > 0.0 { time.as_secs_f64() / elapsed } else { f64::NAN });
    match name {
        "name" => text(node.name()),
        "path" => text(node.path()),
        "module" => text(node.location().module()),
        "file" => text(node.location().file()),
        "line" => whole(node.location().line().into()),
        "stack" => Value::from(stack(node).into_iter().map(text).collect::<Vec<Value>>()),
        "depth" => whole(stack(node).len() as u64 - 1),
        "count" => whole(node.count()),
        "running" => whole(node.running()),
        "polls" => whole(node.polls()),
        "cancelled" => whole(node.cancelled()),
        "share" => share(node.total()),
        "own_share" => share(node.own()),
        "is_async" => Value::Bool(node.is_async()),
        "is_parallel" => Value::Bool(node.is_parallel()),
        "is_estimated" => Value::Bool(node.is_estimated()),
        component => {
            let of = |name: &str| node.column(name);
            let own = component.strip_suffix("_own").and_then(of).map(|figures| figures.own());
            Value::Float(of(component).map(|figures| figures.total()).or(own).unwrap_or(f64::NAN))
        }
    }
}

fn duration(node: &NodeRef<'_>, name: &str) -> Option<Duration> {
    let ended = |time: Duration| (node.data().times.count > 0).then_some(time);
    let waited = |time: Duration| node.data().tasks.as_ref().filter(|tasks| tasks.wall.count > 0).map(|_| time);
    let timed = |time: Duration| node.is_timed().then_some(time);
    match name {
        "own" => timed(node.own()),
        "total" => timed(node.total()),
        "mean" => ended(node.mean()),
        "min" => ended(node.min()),
        "max" => ended(node.max()),
        "stddev" => ended(node.stddev()),
        "p50" => ended(node.quantile(0.5)),
        "p90" => ended(node.quantile(0.9)),
        "p99" => ended(node.quantile(0.99)),
        "wall_total" => node.is_async().then(|| node.wall()),
        "wall_mean" => waited(node.wall_mean()),
        "wall_p50" => waited(node.wall_quantile(0.5)),
        "wall_p99" => waited(node.wall_quantile(0.99)),
        "wall_max" => waited(node.wall_max()),
        "cancelled_wall" => node.is_async().then(|| node.cancelled_wall()),
        _ => None,
    }
}
