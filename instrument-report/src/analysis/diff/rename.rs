//! Functions that are called otherwise in the other build: told from one that's gone and another one that's new.

use super::side::Side;
use instrument_model::data::Label;
use std::collections::HashSet;

/// So many pairs of what's gone and what's new are looked at below one caller.
const MOST: usize = 250_000;
/// How many lines a function may have moved and still be in the same place.
const NEARBY: u32 = 12;
/// What makes two of them one.
const ENOUGH: u32 = 4;

/// Pairs of what's gone and what's new below the same caller where the tree says that it's the same function: it has its name
/// still and another module, or it's in the same place of the same file, or it calls the same.
pub(super) fn find(base: &Side<'_>, new: &Side<'_>, gone: &[u32], come: &[u32]) -> Vec<(u32, u32)> {
    if gone.len().saturating_mul(come.len()) > MOST {
        return Vec::new();
    }
    let mut likely: Vec<(u32, u32, u32)> = Vec::new();
    for &old in gone {
        let children = names_below(base, old);
        for &path in come {
            let score = score(base, new, old, path, &children);
            if score >= ENOUGH {
                likely.push((score, old, path));
            }
        }
    }
    // The likeliest first; of equal ones those met first.
    likely.sort_by_key(|&(score, old, path)| (std::cmp::Reverse(score), old, path));
    let (mut olds, mut news) = (HashSet::new(), HashSet::new());
    likely.retain(|&(_, old, path)| {
        !olds.contains(&old) && !news.contains(&path) && olds.insert(old) && news.insert(path)
    });
    likely.into_iter().map(|(_, old, path)| (old, path)).collect()
}

fn score(base: &Side<'_>, new: &Side<'_>, old: u32, path: u32, children: &HashSet<&str>) -> u32 {
    let (before, after): (&Label, &Label) = (&base.paths[old as usize].label, &new.paths[path as usize].label);
    let others = names_below(new, path);
    let (common, all) = (children.intersection(&others).count(), children.union(&others).count());
    let is_same_file = !before.file.is_empty() && before.file == after.file;
    let is_near = is_same_file && before.line.abs_diff(after.line) <= NEARBY;
    // Its caller calls it as often as it did the other.
    let alike = calls(base, old).zip(calls(new, path)).is_some_and(|(one, other)| (0.5..=2.0).contains(&(other / one)));
    let points = [
        (4, before.name == after.name && !before.name.is_empty()),
        (2, is_near),
        (1, is_same_file),
        (2, common > 0 && common * 2 >= all),
        (1, common > 1 && common == all),
        (1, alike),
    ];
    let differs = all > 0 && common == 0;
    let sum: u32 = points.into_iter().filter(|&(_, holds)| holds).map(|(points, _)| points).sum();
    sum.saturating_sub(if differs { 2 } else { 0 })
}

fn names_below<'b>(side: &'b Side<'_>, path: u32) -> HashSet<&'b str> {
    side.paths[path as usize].children.iter().map(|&child| &*side.paths[child as usize].label.name).collect()
}

/// Calls a run, on the average of those that have it.
fn calls(side: &Side<'_>, path: u32) -> Option<f64> {
    let counts = (0..side.runs.len()).filter_map(|run| side.node(run, path)).map(|node| node.calls() as f64);
    let (sum, runs) = counts.fold((0.0, 0), |(sum, runs), count| (sum + count, runs + 1));
    (sum > 0.0).then(|| sum / f64::from(runs))
}
