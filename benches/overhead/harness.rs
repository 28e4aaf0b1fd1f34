//! Interleaved rounds, and their medians.

use std::time::Instant;

/// Rounds; each runs every case once.
pub const ROUNDS: usize = 51;
const CALLS: u64 = 100_000;

/// A case: what to run so many times, and the case whose cost isn't the instrumentation's.
pub struct Case {
    pub name: &'static str,
    /// Without instrumentation, the same work.
    pub plain: Option<&'static str>,
    /// How many times as many calls as others it makes, so that what it takes to begin doesn't show.
    pub longer: u64,
    pub run: Box<dyn FnMut(u64)>,
}

/// A case's cost, in ns per call: median and quartiles.
pub struct Figure {
    pub name: &'static str,
    pub median: f64,
    pub quartiles: (f64, f64),
    /// What's left without the plain work.
    pub over_plain: f64,
}

pub fn measure(mut cases: Vec<Case>, rounds: usize) -> Vec<Figure> {
    for case in &mut cases {
        (case.run)(CALLS); // first calls of paths, caches, branch predictors
    }
    let mut times = vec![Vec::with_capacity(rounds); cases.len()];
    for _ in 0..rounds {
        for (case, times) in cases.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let calls = CALLS * case.longer;
            (case.run)(calls);
            times.push(start.elapsed().as_nanos() as f64 / calls as f64);
        }
    }
    for times in &mut times {
        times.sort_by(f64::total_cmp);
    }
    let median = |name| {
        let index = cases.iter().position(|case| case.name == name).expect("plain cases are cases");
        times[index][rounds / 2]
    };
    cases
        .iter()
        .map(|case| {
            let over = case.plain.map_or(0.0, median);
            Figure {
                name: case.name,
                median: median(case.name),
                quartiles: {
                    let own = &times[cases.iter().position(|other| other.name == case.name).expect("itself")];
                    (own[rounds / 4], own[rounds * 3 / 4])
                },
                over_plain: median(case.name) - over,
            }
        })
        .collect()
}
