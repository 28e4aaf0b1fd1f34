//! Rows of `top`: a snapshot's nodes, added up over call paths.

use instrument_core::{NodeRef, Snapshot};
use instrument_wire::remote::{Order, Top, TopRow};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

/// Rows that are answered at most.
const MOST: usize = 1000;

/// The functions and spans of a snapshot, those first in which the most time went.
pub(super) fn top(snapshot: &Snapshot, order: Order, most: usize) -> Top {
    let mut rows: Vec<TopRow> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    // The rows of the nodes above the one at hand.
    let mut above: Vec<usize> = Vec::new();
    let mut open: Vec<(usize, NodeRef<'_>)> = snapshot.roots().map(|root| (0, root)).collect();
    while let Some((depth, node)) = open.pop() {
        above.truncate(depth);
        let place = *known.entry((node.name(), node.path())).or_insert_with(|| {
            rows.push(TopRow {
                name: node.name().to_owned(),
                path: node.path().to_owned(),
                count: 0,
                running: 0,
                total_ns: 0,
                own_ns: 0,
                max_ns: 0,
            });
            rows.len() - 1
        });
        let row = &mut rows[place];
        row.count = row.count.saturating_add(node.count());
        row.running = row.running.saturating_add(node.running());
        row.own_ns = row.own_ns.saturating_add(nanos(node.own()));
        row.max_ns = row.max_ns.max(nanos(node.max()));
        // The time of recursive calls is part of the outermost's already.
        if !above.contains(&place) {
            row.total_ns = row.total_ns.saturating_add(nanos(node.total()));
        }
        above.push(place);
        open.extend(node.children().map(|child| (depth + 1, child)));
    }
    rows.retain(|row| row.count > 0 || row.running > 0 || row.total_ns > 0);
    rows.sort_by(|one, other| {
        let by = |row: &TopRow| match order {
            Order::Total => Reverse((row.total_ns, row.own_ns)),
            Order::Own => Reverse((row.own_ns, row.total_ns)),
        };
        // Names break ties, so that rows don't jump about.
        by(one).cmp(&by(other)).then_with(|| one.path.cmp(&other.path)).then_with(|| one.name.cmp(&other.name))
    });
    let most = most.min(MOST);
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
}
