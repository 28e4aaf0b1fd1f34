//! Rows of `top`: a snapshot's nodes, added up over call paths.

use instrument_model::Snapshot;
use instrument_report::functions;
use instrument_wire::remote::{MOST_ROWS, Order, Top, TopRow, WallRow};
use std::cmp::Reverse;
use std::time::Duration;

/// The functions and spans of a snapshot, those first in which the most time went.
pub(super) fn top(snapshot: &Snapshot, order: Order, most: usize) -> Top {
    let mut rows: Vec<TopRow> = functions(snapshot)
        .into_iter()
        .map(|row| TopRow {
            name: row.name,
            path: row.path,
            count: row.count,
            running: row.running,
            total_ns: nanos(row.total),
            own_ns: nanos(row.own),
            max_ns: nanos(row.max),
            estimated: row.is_vague.then_some(true),
            wall: row.wall.map(|wall| WallRow {
                sum_ns: nanos(wall.sum),
                mean_ns: nanos(wall.mean),
                p50_ns: nanos(wall.p50),
                p99_ns: nanos(wall.p99),
                max_ns: nanos(wall.max),
            }),
        })
        .collect();
    rows.retain(|row| row.count > 0 || row.running > 0 || row.total_ns > 0);
    rows.sort_by(|one, other| {
        let by = |row: &TopRow| match order {
            Order::Total => Reverse((row.total_ns, row.own_ns)),
            Order::Own => Reverse((row.own_ns, row.total_ns)),
            Order::Wall => Reverse((row.wall.map_or(0, |wall| wall.sum_ns), row.total_ns)),
        };
        // Names break ties, so that rows don't jump about.
        by(one).cmp(&by(other)).then_with(|| one.path.cmp(&other.path)).then_with(|| one.name.cmp(&other.name))
    });
    let most = most.min(MOST_ROWS.into());
    let more = rows.len().saturating_sub(most);
    rows.truncate(most);
    Top { elapsed_ns: nanos(snapshot.elapsed()), rows, more }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use instrument_core::{Location, Site};

    const fn site(name: &'static str) -> Site {
        Site::new(Some(name), Location::new(module_path!(), file!(), line!(), column!(), || "top::test"))
    }

    static OUTER: Site = site("top outer");
    static RECURSIVE: Site = site("top recursive");
    static LEAF: Site = site("top leaf");

    fn recursive(depth: u32) {
        let _span = RECURSIVE.enter();
        match depth {
            0 => drop(LEAF.enter()),
            _ => recursive(depth - 1),
        }
        // So that each level has time of its own.
        std::thread::sleep(Duration::from_millis(1));
    }

    #[test]
    fn recursive_calls_count_once_and_own_times_add_up() {
        let before = instrument_core::snapshot();
        for _ in 0..2 {
            let _span = OUTER.enter();
            recursive(5);
            drop(LEAF.enter());
        }
        let snapshot = instrument_core::snapshot().since(&before);
        let all = top(&snapshot, Order::Total, usize::MAX);
        let row = |name: &str| all.rows.iter().find(|row| row.name == name).cloned().expect(name);
        let (outer, recursive, leaf) = (row("top outer"), row("top recursive"), row("top leaf"));
        assert_eq!((outer.count, recursive.count, leaf.count), (2, 12, 4));
        assert!(recursive.total_ns <= outer.total_ns, "{recursive:?} in {outer:?}");
        let own = outer.own_ns + recursive.own_ns + leaf.own_ns;
        // To a nanosecond a node, by rounding.
        assert!(own.abs_diff(outer.total_ns) <= 20, "{own} of {outer:?}");
        assert_eq!((all.rows[0].name.as_str(), all.more), ("top outer", 0));

        let one = top(&snapshot, Order::Own, 1);
        assert_eq!((one.rows[0].name.as_str(), one.rows.len(), one.more), ("top recursive", 1, 2));
        assert_eq!(top(&snapshot, Order::Own, 0).rows, []);
    }

    #[test]
    fn by_the_wall_async_functions_come_first_with_what_their_callers_waited() {
        use instrument_model::data::{Data, Label, Node, Tasks};
        let mut data = Data::default();
        for (name, busy, wall) in [("busy", 9_000, None), ("short", 10, Some(200)), ("long", 20, Some(7_000))] {
            let sample = if name == "short" { 64 } else { 1 };
            let label = Label { name: name.into(), sample, ..Label::default() };
            std::sync::Arc::make_mut(&mut data.labels).push(label.into());
            let mut node = Node { label: data.nodes.len() as u32, total: busy, own: busy, ..Node::default() };
            node.untimed = u64::from(sample) - 1;
            (node.times.count, node.times.sum, node.times.extremes) = (1, busy, (busy, busy));
            node.tasks = wall.map(|wall| {
                let mut tasks = Tasks { begun: 1, polls: 3, ..Tasks::default() };
                (tasks.wall.count, tasks.wall.sum, tasks.wall.extremes) = (1, wall, (wall, wall));
                Box::new(tasks)
            });
            data.nodes.push(node);
        }
        let rows = top(&Snapshot::new(data).expect("sound"), Order::Wall, 9).rows;
        let found: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.wall.map(|wall| wall.mean_ns))).collect();
        assert_eq!(found, [("long", Some(7_000)), ("short", Some(200)), ("busy", None)]);
        let estimated: Vec<_> = rows.iter().map(|row| row.estimated).collect();
        assert_eq!(estimated, [None, Some(true), None]);
    }
}
