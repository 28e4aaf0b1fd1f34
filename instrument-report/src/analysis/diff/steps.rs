//! One after the other: what has changed says nothing of how busy the machine was, so it's no reference for the rest.
//!
//! Once the row that has changed most is found, all others are compared anew without it, and so on until none is left that has
//! changed by more than noise. If nothing has changed, the first comparison alone decides, and its level is that of the whole.

use super::measure::Measure;
use super::noise::{Adjusted, Noise, Table};
use super::verdict::{Series, Verdict, verdicts};

/// After so many rows, all others that have changed by more than noise are found at once: each step costs as much as the first.
const MOST: usize = 16;

/// A figure of some rows: what it is, which rows they are, their logarithms, and how they move together.
pub(super) struct Figure {
    pub(super) measure: Measure,
    rows: Vec<usize>,
    table: Table,
    noise: Option<Noise>,
}

impl Figure {
    pub(super) fn new(measure: Measure, rows: Vec<usize>, table: Table, olds: usize) -> Figure {
        let noise = measure.is_time().then(|| Noise::new(&table, olds));
        Figure { measure, rows, table, noise }
    }

    /// Of the rows that aren't left out, as `only` says, what's left without those that are.
    fn series(
        &self,
        is_left_out: &dyn Fn(usize) -> bool,
        only: &dyn Fn(usize) -> bool,
    ) -> (Series, Vec<Option<usize>>) {
        let places: Vec<usize> = (0..self.rows.len()).filter(|&place| only(self.rows[place])).collect();
        let rows = places.iter().map(|&place| self.rows[place]).collect();
        let least = self.measure.least_scatter();
        let Some(noise) = &self.noise else {
            let weights = vec![1.0; self.table.first().map_or(0, Vec::len)];
            let values = places.iter().map(|&place| self.table[place].clone()).collect();
            return (Series { adjusted: Adjusted { rows: values, weights }, rows, least }, vec![None; places.len()]);
        };
        let cleared = places.iter().map(|&place| noise.cleared(place, |other| is_left_out(self.rows[other])));
        let (values, nearest) = cleared
            .map(|cleared| (cleared.values, cleared.nearest.map(|place| self.rows[place])))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        (Series { adjusted: Adjusted { rows: values, weights: noise.weights.clone() }, rows, least }, nearest)
    }
}

/// The verdict on each of so many rows; `None` of one that has no figure.
pub(super) fn judge(figures: &[Figure], rows: usize, ways: &[Vec<u32>], level: f64) -> Vec<Option<Verdict>> {
    let mut done: Vec<Option<Verdict>> = vec![None; rows];
    let mut least = 0.0_f64;
    for taken in 0.. {
        let is_done = |row: usize| done[row].is_some();
        let (series, nearest): (Vec<Series>, Vec<_>) =
            figures.iter().map(|figure| figure.series(&is_done, &|row| !is_done(row))).unzip();
        let mut found = verdicts(&series, rows, ways);
        // What's found later is no surer than what was found before.
        found.iter_mut().flatten().for_each(|verdict| verdict.p = verdict.p.max(least));
        let step = Step { series, nearest, found };
        let Some(most) = step.most(level).filter(|_| taken < MOST) else {
            done.iter_mut().zip(step.found).for_each(|(done, found)| *done = done.or(found));
            return done;
        };
        let mut row = most;
        // If two foretell each other best, either may have changed: the one of which the rest says so has.
        if let Some((other, figure)) = step.mirror(most, level) {
            let is_either = |row: usize| row == most || row == other;
            let (apart, _) = figures[figure].series(&|row| is_done(row) || is_either(row), &is_either);
            let again = verdicts(&[apart], rows, &ways[..1]);
            let statistic = |row: usize| again[row].map_or(0.0, |verdict| verdict.statistic);
            row = if statistic(other) > statistic(most) { other } else { most };
        }
        least = step.found[row].map_or(least, |verdict| verdict.p);
        done[row] = step.found[row];
    }
    done
}

/// What one comparison has found.
struct Step {
    series: Vec<Series>,
    /// By series and place, the row that foretells it best.
    nearest: Vec<Vec<Option<usize>>>,
    found: Vec<Option<Verdict>>,
}

impl Step {
    fn statistic(&self, row: usize) -> f64 {
        self.found[row].map_or(0.0, |verdict| verdict.statistic)
    }

    /// The row that has changed most, if that's more than noise.
    fn most(&self, level: f64) -> Option<usize> {
        let judged = (0..self.found.len()).filter(|&row| self.found[row].is_some());
        let most = judged.max_by(|&a, &b| self.statistic(a).total_cmp(&self.statistic(b)))?;
        self.found[most].is_some_and(|verdict| verdict.p <= level).then_some(most)
    }

    /// The row that foretells this one best, if the other has changed as surely, in the same figure and the other way.
    fn mirror(&self, row: usize, level: f64) -> Option<(usize, usize)> {
        let verdict = self.found[row]?;
        let place = self.series[verdict.series].rows.iter().position(|&other| other == row)?;
        let other = self.nearest[verdict.series][place]?;
        let its = self.found[other]?;
        let is_mirror = its.p <= level && its.series == verdict.series && its.shift * verdict.shift < 0.0;
        is_mirror.then_some((other, verdict.series))
    }
}
