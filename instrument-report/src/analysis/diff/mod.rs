//! What has changed between two sides, of one or more runs each, and what's noise.
//!
//! ```text
//!   Snapshot… ─side─▶ Side ─┐
//!                           ├align─▶ Pair… ─figures─▶ rows
//!   Snapshot… ─side─▶ Side ─┘    (rename)  └measure─▶ noise ⇄ steps ⇄ verdict  (labelling)
//! ```

mod align;
mod figures;
mod json;
mod judge;
mod labelling;
mod measure;
mod model;
mod noise;
mod notes;
mod options;
mod rename;
mod said;
mod side;
mod steps;
#[cfg(test)]
mod tests;
mod text;
mod verdict;

pub use figures::{ColumnFigures, RowFigures};
pub use judge::{Common, Evidence};
pub use measure::Measure;
pub use model::{Diff, Presence, RowRef, SideFacts};
pub use options::DiffOptions;
pub use text::DiffTable;

use align::Pair;
use figures::median;
use instrument_model::data::{Component, Data, Process};
use instrument_model::{Invalid, Snapshot};
use model::Row;
use side::Side;
use std::sync::Arc;

/// What has changed from one side to the other: a row a call path, blamed for its own time only.
///
/// Each side is one or more runs of the same: only several runs tell a change from noise. `docs/guide/diff.md` says how that's
/// done, what's assumed, and what was measured. Rows are the same where functions are, whatever their lines; renamed ones are told
/// from vanished and new ones where the tree says so. Threads that are kept apart are put together.
///
/// Costs a look-up in a hash table a node, and for each row that's judged as much again for each way to divide the runs.
///
/// # Errors
/// [`Invalid`] if there are more nodes than there can be: 2³² - 1.
///
/// ```
/// use instrument_model::Snapshot;
/// use instrument_report::analysis::{DiffOptions, diff};
///
/// # let runs = || -> Vec<Snapshot> { Vec::new() };
/// let (before, after): (Vec<Snapshot>, Vec<Snapshot>) = (runs(), runs());
/// let diff = diff(&before, &after, &DiffOptions::default())?;
/// for row in diff.rows().filter(|row| row.significant()) {
///     println!("{}: {:+.1} %", row.path().join("/"), 100.0 * row.own_change());
/// }
/// # Ok::<(), instrument_model::Invalid>(())
/// ```
pub fn diff(base: &[Snapshot], new: &[Snapshot], options: &DiffOptions) -> Result<Diff, Invalid> {
    let sides = [Side::new(base)?, Side::new(new)?];
    let [old_side, new_side] = &sides;
    let pairs = align::align(old_side, new_side);
    let judgement = judge::judge(old_side, new_side, &pairs, options);
    let components = components(&sides);
    let mut rows: Vec<Row> = pairs.iter().map(|pair| row(pair, old_side, new_side, &components)).collect();
    rows.iter_mut().zip(judgement.rows).for_each(|(row, evidence)| row.evidence = evidence);
    Ok(Diff {
        base: facts(base)?,
        new: facts(new)?,
        components,
        rows,
        common: judgement.common,
        judged: judgement.judged,
        level: options.level,
        warnings: notes::warnings(base, new),
    })
}

fn row(pair: &Pair, base: &Side<'_>, new: &Side<'_>, components: &[Component]) -> Row {
    let label = |side: &Side<'_>, path: u32| Arc::clone(&side.paths[path as usize].label);
    let (old_label, new_label) = (pair.base.map(|path| label(base, path)), pair.new.map(|path| label(new, path)));
    let mut columns = Vec::new();
    for (component, known) in components.iter().enumerate() {
        let of = |side: &Side<'_>, path: Option<u32>| figures::column(side, path?, known);
        let (old, new) = (of(base, pair.base), of(new, pair.new));
        if old.is_none() && new.is_none() {
            continue;
        }
        let ((base_total, base_own), (new_total, new_own)) = (old.unwrap_or_default(), new.unwrap_or_default());
        columns.push(ColumnFigures { component, base_total, base_own, new_total, new_own });
    }
    let is_estimated = |side: &Side<'_>, path: Option<u32>| {
        let of_run = |run| path.and_then(|path| side.node_ref(run, path)).is_some_and(|node| node.is_estimated());
        (0..side.runs.len()).any(of_run)
    };
    Row {
        is_estimated: is_estimated(base, pair.base) || is_estimated(new, pair.new),
        old: if pair.is_renamed { old_label.clone() } else { None },
        label: new_label.or(old_label).unwrap_or_default(),
        parent: pair.parent,
        base: pair.base.map(|path| figures::of_side(base, path)),
        new: pair.new.map(|path| figures::of_side(new, path)),
        columns,
        evidence: None,
    }
}

/// What either side measured besides time.
fn components(sides: &[Side<'_>]) -> Vec<Component> {
    let mut found: Vec<Component> = Vec::new();
    for component in sides.iter().flat_map(|side| &side.runs).flat_map(|run| run.components()) {
        if !found.iter().any(|known| known.name == component.name && known.unit == component.unit) {
            found.push(component.clone());
        }
    }
    found
}

fn facts(runs: &[Snapshot]) -> Result<SideFacts, Invalid> {
    let empty: Vec<Snapshot> = runs
        .iter()
        .map(|run| {
            // Of when they ran nothing is asked.
            let process = Process { start: 0, ..run.data().process.clone() };
            Snapshot::new(Data { process, ..Data::default() })
        })
        .collect::<Result<_, _>>()?;
    let process = super::merge(&empty)?.into_data().process;
    let elapsed = median(&mut runs.iter().map(|run| run.elapsed().as_nanos() as f64).collect::<Vec<_>>());
    let own = |run: &Snapshot| {
        let ticks: f64 = run.data().nodes.iter().map(|node| node.own as f64).sum();
        run.data().scale.nanos_f64(ticks)
    };
    Ok(SideFacts { runs: runs.len(), process, elapsed, own: median(&mut runs.iter().map(own).collect::<Vec<_>>()) })
}
