//! Figures of one call path added to those of another.

use instrument_model::data::{Amount, Column, Node};

/// Adds what another node has recorded; labels, parents and threads are those of `into`.
pub(super) fn node(into: &mut Node, node: Node) {
    for (sum, more) in [
        (&mut into.untimed, node.untimed),
        (&mut into.running, node.running),
        (&mut into.estimated, node.estimated),
        (&mut into.total, node.total),
        (&mut into.own, node.own),
    ] {
        *sum = sum.saturating_add(more);
    }
    into.times.merge(node.times);
    into.is_parallel |= node.is_parallel;
    into.is_throttled |= node.is_throttled;
    if let Some(tasks) = node.tasks {
        into.tasks.get_or_insert_default().merge(*tasks);
    }
    for column in node.columns {
        match into.columns.iter_mut().find(|known| known.component == column.component) {
            Some(known) => self::column(known, &column),
            None => into.columns.push(column),
        }
    }
}

/// Adds what a component measured elsewhere.
pub(super) fn column(into: &mut Column, column: &Column) {
    let add = |sum: &mut Amount, more: &Amount| sum.add(more);
    into.laps = into.laps.saturating_add(column.laps);
    add(&mut into.total, &column.total);
    add(&mut into.own, &column.own);
    into.inclusive.merge(&column.inclusive);
    into.exclusive.merge(&column.exclusive);
}
