//! From rows and runs to verdicts: what's compared, what it's cleared of, what's called a change.

use super::align::Pair;
use super::figures::{change, median};
use super::labelling::{labellings, ways};
use super::measure::{Measure, OfRun, of_run};
use super::noise::{Adjusted, FEWEST, FLOOR, Table, excess};
use super::options::DiffOptions;
use super::side::Side;
use super::steps::{self, Figure};
use super::verdict::{Series, Verdict, verdicts};

/// What tells a row's change from noise, or that there's none.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// In which share of comparisons of the same with the same any row would look as changed as this one.
    pub p: f64,
    /// By how much the row has changed, with what all rows have in common taken away: 0.1 is 10 % more.
    pub change: f64,
    /// The figure that says so most clearly.
    pub measure: Measure,
}

/// What all rows have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Common {
    /// In which share of comparisons of the same with the same the median row would look as changed.
    pub p: f64,
    /// By how much the median row has changed: 0.1 is 10 % slower.
    pub change: f64,
}

/// The verdicts on a diff's rows.
#[derive(Default)]
pub(super) struct Judgement {
    /// By row; `None` where there was nothing to judge by.
    pub(super) rows: Vec<Option<(Evidence, bool)>>,
    pub(super) common: Option<(Common, bool)>,
    /// How many rows were judged.
    pub(super) judged: usize,
}

/// The least p that so many runs can give.
pub(super) fn least_p(base: usize, new: usize) -> f64 {
    // Exchanging sides of the same size is a way that looks the same.
    let same = if base == new { 2.0 } else { 1.0 };
    ways(base + new, new).map_or(0.0, |ways| (same / ways as f64).min(1.0))
}

/// Own times that a caller's change must exceed, as a share of what its callees' typical calls changed by: less may be theirs.
const LEAST_OWN: f64 = 0.25;

pub(super) fn judge(base: &Side<'_>, new: &Side<'_>, pairs: &[Pair], options: &DiffOptions) -> Judgement {
    let mut judgement = Judgement { rows: vec![None; pairs.len()], ..Judgement::default() };
    let (olds, news) = (base.runs.len(), new.runs.len());
    // With fewer runs nothing that's found here would mean anything.
    if olds == 0 || news == 0 || least_p(olds, news) > options.level {
        return judgement;
    }
    let judged = worth_judging(base, new, pairs, options.least_share);
    let of_runs: Vec<Vec<OfRun>> = judged.iter().map(|&row| figures(base, new, pairs, row)).collect();
    let mut compared: Vec<Figure> = Vec::new();
    let mut typical: Option<Table> = None;
    for (place, measure) in Measure::ALL.into_iter().enumerate() {
        let (rows, table) = table(&of_runs, place);
        if rows.is_empty() {
            continue;
        }
        if measure == Measure::Typical {
            typical = Some(table.clone());
        }
        compared.push(Figure::new(measure, rows, table, olds));
    }
    let ways = labellings(olds, news, options.labellings);
    judgement.common = typical.filter(|rows| rows.len() >= FEWEST).and_then(|rows| common(&rows, &ways, options));
    let is_common = judgement.common.is_some_and(|(_, is_significant)| is_significant);
    judgement.judged = judged.len();
    for (place, verdict) in steps::judge(&compared, judged.len(), &ways, options.level).into_iter().enumerate() {
        let Some(Verdict { p, series, shift, .. }) = verdict else { continue };
        let measure = compared[series].measure;
        let figure = Measure::ALL.iter().position(|known| *known == measure).unwrap_or(0);
        // But for rounding, no difference is none.
        let change = if shift.abs() < 1e-9 { 0.0 } else { shift.exp_m1() };
        let evidence = Evidence { p, change, measure };
        let raw = medians(&of_runs[place], figure, olds);
        // Where all rows have changed, one that hasn't differs from them; nobody would call it changed.
        let changed = !is_common || (raw * shift > 0.0 && raw.abs() >= options.least_change);
        let is_own = measure != Measure::Typical || is_own(&of_runs[place], figure, olds);
        let is_significant = p <= options.level && evidence.change.abs() >= options.least_change && changed && is_own;
        judgement.rows[judged[place]] = Some((evidence, is_significant));
    }
    judgement
}

/// Rows that each run has called, and which take enough of its time. Looks at no run's side.
fn worth_judging(base: &Side<'_>, new: &Side<'_>, pairs: &[Pair], least_share: f64) -> Vec<usize> {
    let mut shares = vec![0.0; pairs.len()];
    let mut called = vec![0_usize; pairs.len()];
    for (side, path_of) in [(base, (|pair| pair.base) as fn(&Pair) -> Option<u32>), (new, |pair| pair.new)] {
        for run in 0..side.runs.len() {
            let sum: f64 = side.runs[run].data().nodes.iter().map(|node| node.own as f64).sum();
            for (row, pair) in pairs.iter().enumerate() {
                let Some(node) = path_of(pair).and_then(|path| side.node(run, path)) else { continue };
                shares[row] += node.own as f64 / sum.max(1.0);
                called[row] += usize::from(node.calls() > 0);
            }
        }
    }
    let runs = base.runs.len() + new.runs.len();
    (0..pairs.len()).filter(|&row| called[row] == runs && shares[row] / runs as f64 >= least_share).collect()
}

/// A row's figures in each run, those of the base first.
fn figures(base: &Side<'_>, new: &Side<'_>, pairs: &[Pair], row: usize) -> Vec<OfRun> {
    let pair = &pairs[row];
    let parent = pair.parent.map(|parent| pairs[parent as usize]);
    let of = |side: &Side<'_>, path: Option<u32>, parent: Option<Option<u32>>| {
        let parent = parent.flatten();
        let of_run = |run| path.map_or_else(OfRun::default, |path| of_run(side, run, pair, path, parent));
        (0..side.runs.len()).map(of_run).collect::<Vec<_>>()
    };
    let mut found = of(base, pair.base, parent.map(|parent| parent.base));
    found.extend(of(new, pair.new, parent.map(|parent| parent.new)));
    found
}

/// The rows that have a figure in each run, and its logarithms.
fn table(of_runs: &[Vec<OfRun>], figure: usize) -> (Vec<usize>, Table) {
    let logarithms =
        |runs: &Vec<OfRun>| runs.iter().map(|run| run.figures[figure].map(f64::ln)).collect::<Option<Vec<_>>>();
    let rows = of_runs.iter().enumerate().filter_map(|(row, runs)| Some((row, logarithms(runs)?)));
    rows.unzip()
}

/// The change of a figure's median, without anything taken away.
fn medians(runs: &[OfRun], figure: usize, olds: usize) -> f64 {
    let of = |runs: &[OfRun]| median(&mut runs.iter().filter_map(|run| run.figures[figure]).collect::<Vec<_>>());
    change(of(&runs[..olds]), of(&runs[olds..]))
}

/// Whether a caller's change is too large to be an error of what was taken away for its callees.
fn is_own(runs: &[OfRun], figure: usize, olds: usize) -> bool {
    let shift = |of: &dyn Fn(&OfRun) -> f64| {
        let of = |runs: &[OfRun]| median(&mut runs.iter().map(of).collect::<Vec<_>>());
        (of(&runs[olds..]) - of(&runs[..olds])).abs()
    };
    shift(&|run| run.figures[figure].unwrap_or(0.0)) >= LEAST_OWN * shift(&|run| run.below)
}

/// The median row's excess, run by run.
fn common(rows: &Table, ways: &[Vec<u32>], options: &DiffOptions) -> Option<(Common, bool)> {
    let excesses: Table = rows.iter().map(|row| excess(row)).collect();
    let runs = excesses.first()?.len();
    let of_run = |run: usize| median(&mut excesses.iter().map(|row| row[run]).collect::<Vec<_>>());
    let adjusted = Adjusted { rows: vec![(0..runs).map(of_run).collect()], weights: vec![1.0; runs] };
    let verdict = (*verdicts(&[Series { adjusted, rows: vec![0], least: FLOOR }], 1, ways).first()?)?;
    let common = Common { p: verdict.p, change: verdict.shift.exp_m1() };
    Some((common, common.p <= options.level && common.change.abs() >= options.least_change))
}
