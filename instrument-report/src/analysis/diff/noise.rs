//! What all rows of a run have in common, such as a machine that was busy, and how much a run is worth for that.

use super::figures::median;

/// Logarithms of a figure, by row and run.
pub(super) type Table = Vec<Vec<f64>>;

/// The least scatter that's believed in, so that what never scatters isn't compared with nothing.
pub(super) const FLOOR: f64 = 0.003;
/// Of fewer rows nobody can tell what they have in common.
pub(super) const FEWEST: usize = 4;

/// A figure without what other rows had in common with it.
#[derive(Debug)]
pub(super) struct Adjusted {
    pub(super) rows: Table,
    /// How much each run counts: 1 where the machine was quiet.
    pub(super) weights: Vec<f64>,
}

/// How far above its low level each figure is. The level is the mean of the lowest quarter of the runs, but of two at least.
pub(super) fn excess(row: &[f64]) -> Vec<f64> {
    let mut sorted = row.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let lowest = (row.len() / 4).max(2).min(row.len());
    let low = sorted[..lowest].iter().sum::<f64>() / lowest as f64;
    row.iter().map(|value| value - low).collect()
}

/// Takes away from each row what the others tell of a run. Looks at no run's side.
///
/// Each row's excess, in units of its usual one, is a guess at how much the machine was busy; the median of the rows is a good
/// one. A row depends on it in its own way (a sibling hyperthread doubles what one function takes, and hardly touches another), so
/// each has a slope of its own, by least squares.
pub(super) fn adjust(rows: &Table) -> Adjusted {
    let runs = rows.first().map_or(0, Vec::len);
    if rows.len() < FEWEST {
        return Adjusted { rows: rows.clone(), weights: vec![1.0; runs] };
    }
    let units: Table = rows
        .iter()
        .map(|row| {
            let excess = excess(row);
            let usual = median(&mut excess.iter().map(|value| value.abs()).collect::<Vec<_>>()) + FLOOR;
            excess.into_iter().map(|value| value / usual).collect()
        })
        .collect();
    let busy = |without: Option<usize>| -> Vec<f64> {
        let of = |run: usize| {
            let others = units.iter().enumerate().filter(|(row, _)| Some(*row) != without);
            median(&mut others.map(|(_, values)| values[run]).collect::<Vec<_>>())
        };
        (0..runs).map(of).collect()
    };
    let weights: Vec<f64> = busy(None).into_iter().map(|busy| 1.0 / (1.0 + busy.max(0.0).powi(2))).collect();
    let mean = |values: &[f64]| {
        let sum: f64 = values.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
        sum / weights.iter().sum::<f64>()
    };
    let without = |place: usize, row: &Vec<f64>| {
        let mut busy = busy(Some(place));
        let (busy_mean, row_mean) = (mean(&busy), mean(row));
        busy.iter_mut().for_each(|value| *value -= busy_mean);
        let both: f64 = (0..runs).map(|run| weights[run] * busy[run] * (row[run] - row_mean)).sum();
        let squares: f64 = (0..runs).map(|run| weights[run] * busy[run] * busy[run]).sum();
        let slope = if squares > 1e-12 { both / squares } else { 0.0 };
        (0..runs).map(|run| row[run] - slope * busy[run]).collect()
    };
    Adjusted { rows: rows.iter().enumerate().map(|(place, row)| without(place, row)).collect(), weights }
}
