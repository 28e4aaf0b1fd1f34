//! What rows of a run have in common, such as a machine that was busy, and how much a run is worth for that.
//!
//! A busy machine doesn't slow everything down alike: a sibling hyperthread doubles what one function takes and hardly touches
//! another, while a slower clock touches both. So each row is compared with those that noise has moved alike from run to run
//! of a side: each other row foretells it, with a slope of its own, and the median of what they say, weighted by how well
//! they foretell, is taken away. One row that has changed can't move a median of several that haven't.

use super::figures::median;

/// Logarithms of a figure, by row and run.
pub(super) type Table = Vec<Vec<f64>>;

/// The least scatter that's believed in, so that what never scatters isn't compared with nothing.
pub(super) const FLOOR: f64 = 0.003;
/// Of fewer rows nobody can tell what they have in common.
pub(super) const FEWEST: usize = 4;
/// Rows that scatter less than this tell little of how they move together, and are taken to move alike.
const ALIKE: f64 = 0.03;
/// No noise moves a row so much more than another one.
const STEEPEST: f64 = 4.0;

/// A figure without what other rows had in common with it.
#[derive(Debug)]
pub(super) struct Adjusted {
    pub(super) rows: Table,
    /// How much each run counts: 1 where the machine was quiet.
    pub(super) weights: Vec<f64>,
}

/// A row without what others foretell of it.
#[derive(Debug)]
pub(super) struct Cleared {
    pub(super) values: Vec<f64>,
    /// The row that foretells it best.
    pub(super) nearest: Option<usize>,
}

/// How the rows of a table move together within each side: else two that have changed alike would explain each other.
#[derive(Debug)]
pub(super) struct Noise {
    pub(super) weights: Vec<f64>,
    /// Each row about its mean.
    rows: Table,
    /// Of each two rows, their covariance.
    products: Table,
}

/// How far above its low level each figure is. The level is the mean of the lowest quarter of the runs, but of two at least.
pub(super) fn excess(row: &[f64]) -> Vec<f64> {
    let mut sorted = row.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let lowest = (row.len() / 4).max(2).min(row.len());
    let low = sorted[..lowest].iter().sum::<f64>() / lowest as f64;
    row.iter().map(|value| value - low).collect()
}

impl Noise {
    pub(super) fn new(table: &Table, olds: usize) -> Noise {
        let weights = weights(table);
        let about_mean = |row: &[f64], weights: &[f64]| {
            let sum: f64 = row.iter().zip(weights).map(|(value, weight)| weight * value).sum();
            let mean = sum / weights.iter().sum::<f64>();
            row.iter().map(|value| value - mean).collect::<Vec<_>>()
        };
        let rows: Table = table.iter().map(|row| about_mean(row, &weights)).collect();
        let within = |row: &Vec<f64>| {
            let mut values = about_mean(&row[..olds], &weights[..olds]);
            values.extend(about_mean(&row[olds..], &weights[olds..]));
            values
        };
        let within: Table = table.iter().map(within).collect();
        let all: f64 = weights.iter().sum();
        let product = |one: &[f64], other: &[f64]| {
            one.iter().zip(other).zip(&weights).map(|((one, other), weight)| weight * one * other).sum::<f64>() / all
        };
        let products = within.iter().map(|one| within.iter().map(|other| product(one, other)).collect()).collect();
        Noise { weights, rows, products }
    }

    /// A row without what the others foretell, but for those that are left out. Of too few others nothing is known.
    pub(super) fn cleared(&self, row: usize, is_left_out: impl Fn(usize) -> bool) -> Cleared {
        let floor = FLOOR * FLOOR;
        let others = (0..self.rows.len()).filter(|&other| other != row && !is_left_out(other));
        // With slope and trust.
        let others: Vec<(usize, f64, f64)> = others
            .map(|other| {
                let (own, both) = (self.products[row][row], self.products[row][other]);
                let other_own = self.products[other][other];
                let slope = ((both + ALIKE * ALIKE) / (other_own + ALIKE * ALIKE)).clamp(0.0, STEEPEST);
                let rest = (own - 2.0 * slope * both + slope * slope * other_own).max(0.0);
                (other, slope, (rest + floor).powi(-2))
            })
            .collect();
        let nearest = others.iter().max_by(|one, other| one.2.total_cmp(&other.2)).map(|&(other, ..)| other);
        if others.len() + 1 < FEWEST {
            return Cleared { values: self.rows[row].clone(), nearest };
        }
        let half = others.iter().map(|(.., trust)| trust).sum::<f64>() / 2.0;
        let mut foretold: Vec<(f64, f64)> = Vec::with_capacity(others.len());
        let of_run = |(run, value): (usize, &f64)| {
            foretold.clear();
            foretold.extend(others.iter().map(|&(other, slope, trust)| (slope * self.rows[other][run], trust)));
            foretold.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
            let mut sum = 0.0;
            let middle = foretold.iter().find(|(_, trust)| {
                sum += trust;
                sum >= half
            });
            value - middle.or(foretold.last()).map_or(0.0, |(foretold, _)| *foretold)
        };
        Cleared { values: self.rows[row].iter().enumerate().map(of_run).collect(), nearest }
    }
}

/// Each row's excess, in units of its usual one, is a guess at how much the machine was busy; the median of the rows is a good one.
fn weights(rows: &Table) -> Vec<f64> {
    let runs = rows.first().map_or(0, Vec::len);
    if rows.len() < FEWEST {
        return vec![1.0; runs];
    }
    let in_units = |row: &Vec<f64>| {
        let excess = excess(row);
        let usual = median(&mut excess.iter().map(|value| value.abs()).collect::<Vec<_>>()) + FLOOR;
        excess.into_iter().map(|value| value / usual).collect::<Vec<_>>()
    };
    let units: Table = rows.iter().map(in_units).collect();
    let busy = |run: usize| median(&mut units.iter().map(|values| values[run]).collect::<Vec<_>>());
    (0..runs).map(|run| 1.0 / (1.0 + busy(run).max(0.0).powi(2))).collect()
}
