//! Which rows differ by more than noise: a permutation test over runs, corrected for the number of rows.
//!
//! If nothing has changed, then which side a run is on means nothing, and each other way to divide the runs could have happened as
//! well. So all rows are compared for all ways, and a row's p is the share of ways in which *any* row (of those that differ no more
//! than it) looks at least as changed: the step-down maximum of Westfall and Young (*Resampling-Based Multiple Testing*, 1993,
//! algorithm 2.8), after Fisher's and Pitman's randomisation tests. No distribution is assumed. What is: that runs could have been
//! swapped. The statistic only decides what's found: Student's, with runs weighted, over several figures of a row.

use super::noise::Adjusted;

/// A figure of some rows, in logarithms.
pub(super) struct Series {
    pub(super) adjusted: Adjusted,
    /// Which row each of them is.
    pub(super) rows: Vec<usize>,
    /// The least scatter that's believed in.
    pub(super) least: f64,
}

/// What was found of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    /// The share of ways in which any row would look as changed.
    pub(super) p: f64,
    /// Which of the series says so.
    pub(super) series: usize,
    /// By how much its logarithm differs.
    pub(super) shift: f64,
    /// That in units of its scatter.
    pub(super) statistic: f64,
}

/// Verdicts of so many rows; `None` of one in no series.
pub(super) fn verdicts(series: &[Series], rows: usize, labellings: &[Vec<u32>]) -> Vec<Option<Verdict>> {
    let sums: Vec<Vec<Sums<'_>>> = series.iter().map(sums).collect();
    let mut found: Vec<Option<(f64, Verdict)>> = vec![None; rows];
    let Some(truth) = labellings.first() else { return vec![None; rows] };
    each(series, &sums, truth, &mut |of, row, (shift, statistic)| {
        if found[row].is_none_or(|(best, _)| statistic > best) {
            found[row] = Some((statistic, Verdict { p: 1.0, series: of, shift, statistic }));
        }
    });
    let mut order: Vec<usize> = (0..rows).filter(|&row| found[row].is_some()).collect();
    let statistic = |row: usize| found[row].map_or(0.0, |(statistic, _)| statistic);
    order.sort_by(|&a, &b| statistic(a).total_cmp(&statistic(b)));
    let (mut greatest, mut often) = (vec![0.0_f64; rows], vec![0_usize; rows]);
    for labelling in labellings {
        greatest.fill(0.0);
        each(series, &sums, labelling, &mut |_, row, (_, statistic)| greatest[row] = greatest[row].max(statistic));
        let mut any = 0.0_f64;
        for &row in &order {
            any = any.max(greatest[row]);
            // But for rounding: the truth is as changed as itself.
            often[row] += usize::from(any >= statistic(row) * (1.0 - 1e-9));
        }
    }
    // A row that's less changed than another has no smaller p.
    let mut least = 0.0_f64;
    for &row in order.iter().rev() {
        least = least.max(often[row] as f64 / labellings.len() as f64);
        if let Some((_, verdict)) = &mut found[row] {
            verdict.p = least;
        }
    }
    found.into_iter().map(|row| row.map(|(_, verdict)| verdict)).collect()
}

/// A row's sums over all runs, with values about their mean, so that squares don't drown.
struct Sums<'a> {
    values: Vec<f64>,
    weights: &'a [f64],
    sum: f64,
    squares: f64,
}

fn sums(series: &Series) -> Vec<Sums<'_>> {
    let weights = &series.adjusted.weights;
    let of = |row: &Vec<f64>| {
        let mean = row.iter().sum::<f64>() / row.len() as f64;
        let values: Vec<f64> = row.iter().map(|value| value - mean).collect();
        let weighted = |power: i32| values.iter().zip(weights).map(|(value, weight)| weight * value.powi(power)).sum();
        Sums { sum: weighted(1), squares: weighted(2), values, weights }
    };
    series.adjusted.rows.iter().map(of).collect()
}

/// Tells shift and statistic of each row in each series, with these runs on the new side.
fn each(series: &[Series], sums: &[Vec<Sums<'_>>], new: &[u32], tell: &mut dyn FnMut(usize, usize, (f64, f64))) {
    for (place, (of, sums)) in series.iter().zip(sums).enumerate() {
        let weights = &of.adjusted.weights;
        let of_new = |power: i32| new.iter().map(|&run| weights[run as usize].powi(power)).sum::<f64>();
        let (here, here_squares) = (of_new(1), of_new(2));
        let all = |power: i32| weights.iter().map(|weight| weight.powi(power)).sum::<f64>();
        let (there, there_squares) = (all(1) - here, all(2) - here_squares);
        // One over how many runs each side is worth.
        let worth = here_squares / (here * here) + there_squares / (there * there);
        for (&row, sums) in of.rows.iter().zip(sums) {
            let sum: f64 = new.iter().map(|&run| sums.weights[run as usize] * sums.values[run as usize]).sum();
            let (mean, other) = (sum / here, (sums.sum - sum) / there);
            let rest = sums.squares - here * mean * mean - there * other * other;
            let variance = rest.max(0.0) / (here + there) + of.least * of.least;
            let shift = mean - other;
            tell(place, row, (shift, shift.abs() / (variance * worth).sqrt()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::labelling::labellings;
    use super::*;

    fn series(rows: &[&[f64]], weights: &[f64]) -> Series {
        let adjusted = Adjusted { rows: rows.iter().map(|row| row.to_vec()).collect(), weights: weights.to_vec() };
        Series { adjusted, rows: (0..rows.len()).collect(), least: 0.02 }
    }

    #[test]
    fn the_shares_are_those_that_another_library_counts() {
        let rows: [&[f64]; 4] = [
            &[0.00, 0.31, 0.12, 0.26, 0.57, 0.44, 0.61, 0.38],
            &[0.20, 0.05, 0.33, 0.11, 0.29, 0.02, 0.18, 0.40],
            &[1.10, 1.00, 1.21, 1.05, 0.98, 1.02, 0.71, 0.93],
            &[0.52, 0.55, 0.50, 0.54, 0.56, 0.57, 0.58, 0.56],
        ];
        let found = verdicts(&[series(&rows, &[1.0, 0.5, 1.0, 0.8, 1.0, 0.25, 1.0, 0.9])], 4, &labellings(4, 4, 100));
        // By ci/diff/reference.py.
        let expected = [(4.530_892_702, 2.0), (0.866_397_947, 30.0), (2.923_247_718, 8.0), (2.368_314_375, 8.0)];
        for (row, (statistic, ways)) in found.into_iter().zip(expected) {
            let row = row.expect("it's judged");
            assert!((row.statistic - statistic).abs() < 1e-8 && (row.p * 70.0 - ways).abs() < 1e-9, "{row:?}");
        }
    }

    /// Student's, of two sides, by its definition.
    fn student(row: &[f64], is_new: &dyn Fn(usize) -> bool) -> f64 {
        let of = |new: bool| (0..row.len()).filter(|&run| is_new(run) == new).map(|run| row[run]).collect::<Vec<_>>();
        let [(mean, squares, count), (other_mean, other_squares, other_count)] = [of(true), of(false)].map(|side| {
            let mean = side.iter().sum::<f64>() / side.len() as f64;
            (mean, side.iter().map(|value| (value - mean).powi(2)).sum::<f64>(), side.len() as f64)
        });
        let variance = (squares + other_squares) / (count + other_count) + 0.02 * 0.02;
        (mean - other_mean).abs() / (variance * (1.0 / count + 1.0 / other_count)).sqrt()
    }

    #[test]
    fn each_row_has_the_share_of_ways_that_the_definition_counts() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1 << 24) as f64
        };
        for (base, new, rows) in [(2, 2, 1), (3, 4, 3), (4, 3, 5), (1, 6, 2), (5, 5, 4)] {
            let all = base + new;
            let values: Vec<Vec<f64>> = (0..rows)
                .map(|row| {
                    let shift = |run| if run >= base { 0.2 * row as f64 } else { 0.0 };
                    (0..all).map(|run| random() + shift(run)).collect()
                })
                .collect();
            let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
            let found = verdicts(&[series(&values, &vec![1.0; all])], rows, &labellings(base, new, 1_000));
            // Each way is a set of bits; each row is judged beside those that are no more changed than it.
            let ways: Vec<u32> = (0..1_u32 << all).filter(|ways| ways.count_ones() as usize == new).collect();
            let truth = ((1_u32 << all) - 1) ^ ((1_u32 << base) - 1);
            let of = |row: usize, way: u32| student(values[row], &|run| way >> run & 1 == 1);
            let share = |row: usize| {
                let own = of(row, truth);
                let beside: Vec<usize> = (0..rows).filter(|&other| of(other, truth) <= own).collect();
                let exceeds = |way: &&u32| beside.iter().any(|&other| of(other, **way) >= own * (1.0 - 1e-9));
                ways.iter().filter(exceeds).count() as f64 / ways.len() as f64
            };
            for (row, verdict) in found.iter().enumerate() {
                let more = (0..rows).filter(|&other| of(other, truth) >= of(row, truth));
                let expected = more.map(share).fold(0.0, f64::max);
                let p = verdict.expect("it's judged").p;
                assert!((p - expected).abs() < 1e-12, "row {row} of {base} and {new}: {p}, not {expected}");
            }
        }
    }
}
