//! Circles of files: sets of which each names each other, if by way of further ones.

use std::collections::{BTreeMap, BTreeSet};

/// The largest circle with files of more than one floor, sorted; empty if there's none.
pub(crate) fn largest_across(arrows: &[(String, String)], floor: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in arrows {
        graph.entry(from).or_default().insert(to);
    }
    let reached: BTreeMap<&str, BTreeSet<&str>> = graph.keys().map(|from| (*from, reachable(&graph, from))).collect();
    let circle = |from: &str| -> Vec<String> {
        let there = reached.get(from).into_iter().flatten();
        let back = there.filter(|to| reached.get(*to).is_some_and(|reached| reached.contains(from)));
        back.map(|file| (*file).to_owned()).collect()
    };
    let circles = graph.keys().map(|from| circle(from));
    let across = circles.filter(|circle| circle.iter().map(|file| floor(file)).collect::<BTreeSet<_>>().len() > 1);
    across.max_by_key(Vec::len).unwrap_or_default()
}

fn reachable<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        let next = graph.get(file).into_iter().flatten();
        open.extend(next.filter(|file| reached.insert(**file)));
    }
    reached
}
