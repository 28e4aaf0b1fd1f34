//! Draws runs of both sides and counts what a diff says of them.

use crate::record::CASES;
use crate::{Done, number};
use instrument::Snapshot;
use instrument_report::analysis::{DiffOptions, diff};
use std::collections::BTreeMap;
use std::path::Path;

pub fn judge(pool: &Path, words: &[&str]) -> Done {
    let pairs = number(words, "--pairs", 200)?;
    let options = DiffOptions::default();
    let census = load(&pool.join("census"))?;
    let base = load(&pool.join("work/base-0"))?;
    println!("{} runs of the census, {} of the program; {pairs} pairs of each sort", census.len(), base.len());
    for (name, runs) in [("census", &census), ("program", &base)] {
        for side in [5, 20] {
            if runs.len() >= 2 * side {
                let found = experiment(runs, runs, true, side, pairs, None, &options)?;
                println!("same against same, {name}, {side} runs a side: {found}");
            }
        }
    }
    for (name, percent) in CASES.into_iter().skip(1) {
        let slow = load(&pool.join("work").join(format!("{name}-{percent}")))?;
        for side in [5, 20] {
            let found = experiment(&base, &slow, false, side, pairs, Some(name), &options)?;
            println!("{name} {percent} % slower, {side} runs a side: {found}");
        }
    }
    Ok(())
}

fn load(folder: &Path) -> Result<Vec<Snapshot>, Box<dyn std::error::Error>> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    files.iter().map(|file| Ok(Snapshot::load(file)?)).collect()
}

fn experiment(
    base: &[Snapshot],
    new: &[Snapshot],
    same: bool,
    side: usize,
    pairs: usize,
    slow: Option<&str>,
    options: &DiffOptions,
) -> Result<String, Box<dyn std::error::Error>> {
    // The same draws every time.
    let mut random = fastrand::Rng::with_seed(7);
    let (mut found, mut made_up, mut clean, mut common) = (0, 0, 0, 0);
    let mut blamed: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..pairs {
        let mut olds = draw(&mut random, base, if same { 2 * side } else { side });
        let news = if same { olds.split_off(side) } else { draw(&mut random, new, side) };
        let diff = diff(&olds, &news, options)?;
        let (mut is_found, mut others) = (false, 0);
        for row in diff.rows().filter(|row| row.significant()) {
            if Some(row.name()) == slow && row.evidence().is_some_and(|evidence| evidence.change > 0.0) {
                is_found = true;
            } else {
                others += 1;
                let measure = row.evidence().map(|evidence| evidence.measure.to_string()).unwrap_or_default();
                *blamed.entry(format!("{} by {measure}", row.name())).or_default() += 1;
            }
        }
        found += u32::from(is_found);
        made_up += u32::from(others > 0);
        clean += u32::from(is_found && others == 0);
        common += u32::from(diff.common().is_some());
    }
    let share = |of: u32| format!("{:.1} %", 100.0 * f64::from(of) / pairs as f64);
    Ok(match slow {
        Some(_) => format!(
            "found in {}, nothing else blamed in {}, both in {}; everything in {}; others {blamed:?}",
            share(found),
            share(pairs as u32 - made_up),
            share(clean),
            share(common)
        ),
        None => format!("any row in {}, everything in {}; {blamed:?}", share(made_up), share(common)),
    })
}

/// So many runs, none of them twice.
fn draw(random: &mut fastrand::Rng, from: &[Snapshot], count: usize) -> Vec<Snapshot> {
    let mut places: Vec<usize> = (0..from.len()).collect();
    random.shuffle(&mut places);
    places.into_iter().take(count).map(|place| from[place].clone()).collect()
}
