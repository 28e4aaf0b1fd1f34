//! Async sites as rows: what their calls took by the wall, which is what a caller waited, and busy, in polls.

use super::cell::mark;
use super::layout::{Layout, Limit, Row};
use crate::functions::Wall;
use instrument_model::data::{Node, Tasks};
use instrument_model::text::{TimeUnit, count, printable, significant};
use instrument_model::{NodeRef, Snapshot};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

/// An async site, over all its call paths.
struct Site<'a> {
    name: &'a str,
    completed: u64,
    untimed: u64,
    /// Ticks of the calls that were timed.
    sum: u64,
    /// Ticks of all calls.
    estimated: u64,
    is_throttled: bool,
    /// Whether a poll may have been under way when the clocks parted.
    is_vague: bool,
    tasks: Tasks,
}

impl<'a> Site<'a> {
    fn new(node: NodeRef<'a>) -> Site<'a> {
        let tasks = Tasks::default();
        Site {
            name: node.name(),
            completed: 0,
            untimed: 0,
            sum: 0,
            estimated: 0,
            is_throttled: false,
            is_vague: false,
            tasks,
        }
    }

    fn add(&mut self, node: NodeRef<'_>) {
        self.is_vague |= node.may_contain_parting();
        let node: &Node = node.data();
        self.completed = self.completed.saturating_add(node.times.count);
        self.untimed = self.untimed.saturating_add(node.untimed);
        self.sum = self.sum.saturating_add(node.times.sum);
        self.estimated = self.estimated.saturating_add(node.estimated);
        self.is_throttled |= node.is_throttled;
        self.tasks.merge(node.tasks.as_deref().cloned().unwrap_or_default());
    }

    fn calls(&self) -> u64 {
        self.completed.saturating_add(self.untimed)
    }

    /// Mean time of the timed calls, or of all, as [`NodeRef::mean`].
    fn busy(&self, snapshot: &Snapshot) -> Duration {
        let (sum, count) = if self.is_throttled { (self.estimated, self.calls()) } else { (self.sum, self.completed) };
        let mean = if count == 0 { 0.0 } else { sum as f64 / count as f64 };
        Duration::from_nanos(snapshot.data().scale.nanos_f64(mean).round() as u64)
    }
}

const HEADINGS: [&str; 9] =
    ["Count", "Avg wall", "P50 wall", "P99 wall", "Max wall", "Sum wall", "Avg busy", "Polls/call", "Cancelled"];
const AVG_CANCELLED: &str = "Avg cancelled";

/// The columns that a narrow terminal can go without, the first one to go first.
pub(super) const EXPENDABLE: [&str; 5] = ["Sum wall", "Polls/call", "P50 wall", AVG_CANCELLED, "Max wall"];

/// Those with the longest wall time first; past the limit, the others become one row.
pub(super) fn tasks(snapshot: &Snapshot, unit: TimeUnit, limit: Limit) -> Layout {
    let mut heading = vec!["Async".to_owned()];
    heading.extend(HEADINGS.map(str::to_owned));
    let mut places: HashMap<u32, usize> = HashMap::new();
    let mut sites: Vec<Site<'_>> = Vec::new();
    for node in snapshot.nodes().filter(|node| node.data().tasks.is_some()) {
        let place = *places.entry(node.data().label).or_insert(sites.len());
        if place == sites.len() {
            sites.push(Site::new(node));
        }
        sites[place].add(node);
    }
    let some_cancelled = sites.iter().any(|site| site.tasks.cancelled > 0);
    heading.extend(some_cancelled.then(|| AVG_CANCELLED.to_owned()));
    sites.sort_by_key(|site| Reverse(site.tasks.wall.sum));
    let (all, shown) = (sites.len(), if sites.len() == limit.rows + 1 { sites.len() } else { limit.rows });
    let rest = sites.split_off(shown.min(sites.len()));
    let mut rows: Vec<Row> = sites.iter().map(|site| row(site, snapshot, unit, some_cancelled)).collect();
    if !rest.is_empty() {
        let mut cells = vec![String::new(); heading.len() - 1];
        cells[0] = count(rest.iter().map(Site::calls).sum());
        rows.push(Row::new(format!("… {} more", count(rest.len() as u64)), cells));
    }
    let below = (!rest.is_empty()).then(|| limit.how_to_see(rest.len(), all, "async function")).into_iter().collect();
    Layout { heading, rows, below }
}

fn row(site: &Site<'_>, snapshot: &Snapshot, unit: TimeUnit, some_cancelled: bool) -> Row {
    let none = || "-".to_owned();
    let busy = if site.completed == 0 { none() } else { mark(unit.format(site.busy(snapshot)), site.is_vague) };
    // Each call's is part of the sum: where one was open across a parting, that is as long at least.
    let is_vague = |ticks| snapshot.partings().iter().any(|parting| parting.may_be_in(u64::MAX, ticks));
    let scale = snapshot.data().scale;
    let tasks = &site.tasks;
    // Sampled out calls have none.
    let figures = Wall::of(&tasks.wall, scale);
    let wall = |figure: fn(&Wall) -> Duration| {
        figures.as_ref().map_or_else(none, |wall| mark(unit.format(figure(wall)), is_vague(tasks.wall.sum)))
    };
    let begun = tasks.begun.saturating_sub(site.untimed);
    let polls = if begun == 0 { none() } else { significant(tasks.polls as f64 / begun as f64) };
    let mut cells = vec![
        count(site.calls()),
        wall(|wall| wall.mean),
        wall(|wall| wall.p50),
        wall(|wall| wall.p99),
        wall(|wall| wall.max),
        wall(|wall| wall.sum),
        busy,
        polls,
        count(tasks.cancelled),
    ];
    cells.extend(some_cancelled.then(|| match u32::try_from(tasks.cancelled) {
        // Of a sampled site, nobody may know how long they were waited for.
        Ok(calls) if calls > 0 && tasks.cancelled_wall > 0 => {
            let ticks = tasks.cancelled_wall;
            mark(unit.format(scale.duration(ticks) / calls), is_vague(ticks))
        }
        _ => none(),
    }));
    Row::new(printable(site.name), cells)
}
