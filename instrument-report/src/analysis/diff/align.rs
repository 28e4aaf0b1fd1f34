//! Which path of one side is which of the other: from the roots down, so that what a renamed function calls isn't new.

use super::rename;
use super::side::Side;
use instrument_model::data::Label;
use std::collections::{BTreeMap, HashMap};

/// What two sides have, together: a row each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) parent: Option<u32>,
    pub(super) base: Option<u32>,
    pub(super) new: Option<u32>,
    /// Whether it's called otherwise on the other side.
    pub(super) is_renamed: bool,
}

/// What labels of the same place have in common in two builds, in which lines have moved.
fn key(label: &Label) -> (bool, &str, &str) {
    (label.is_given, &label.name, if label.is_given { "" } else { &label.path })
}

/// All rows, parents before their children.
pub(super) fn align(base: &Side<'_>, new: &Side<'_>) -> Vec<Pair> {
    let mut rows: Vec<Pair> = Vec::new();
    pair_up(base, new, &base.roots, &new.roots, None, &mut rows);
    let mut next = 0;
    while let Some(&row) = rows.get(next) {
        let children = |side: &Side<'_>, path: Option<u32>| {
            path.map_or_else(Vec::new, |path| side.paths[path as usize].children.clone())
        };
        let (olds, news) = (children(base, row.base), children(new, row.new));
        pair_up(base, new, &olds, &news, Some(next as u32), &mut rows);
        next += 1;
    }
    rows
}

/// The rows of two lists of siblings: those that are the same, then renamed ones, then what only one side has.
fn pair_up(base: &Side<'_>, new: &Side<'_>, olds: &[u32], news: &[u32], parent: Option<u32>, rows: &mut Vec<Pair>) {
    let mut partner: HashMap<u32, (u32, bool)> = HashMap::new();
    for (old, new) in same(base, new, olds, news) {
        partner.insert(old, (new, false));
    }
    let taken: std::collections::HashSet<u32> = partner.values().map(|&(new, _)| new).collect();
    let gone: Vec<u32> = olds.iter().copied().filter(|old| !partner.contains_key(old)).collect();
    let come: Vec<u32> = news.iter().copied().filter(|new| !taken.contains(new)).collect();
    let renamed = rename::find(base, new, &gone, &come);
    let come = come.into_iter().filter(|path| renamed.iter().all(|(_, new)| new != path)).collect::<Vec<_>>();
    partner.extend(renamed.into_iter().map(|(old, new)| (old, (new, true))));
    rows.extend(olds.iter().map(|&old| {
        let (new, is_renamed) = partner.get(&old).copied().unzip();
        Pair { parent, base: Some(old), new, is_renamed: is_renamed.unwrap_or(false) }
    }));
    rows.extend(come.into_iter().map(|path| Pair { parent, base: None, new: Some(path), is_renamed: false }));
}

/// Those of the same function: where there are several, as of macros, those of the same line, then the others in order.
fn same(base: &Side<'_>, new: &Side<'_>, olds: &[u32], news: &[u32]) -> Vec<(u32, u32)> {
    type Placed<'a> = Vec<((&'a str, u32, u32), u32)>;
    let mut of_keys: BTreeMap<(bool, &str, &str), [Placed<'_>; 2]> = BTreeMap::new();
    for (which, side, paths) in [(0, base, olds), (1, new, news)] {
        for &path in paths {
            let label = &side.paths[path as usize].label;
            let place = (&*label.file, label.line, label.column);
            of_keys.entry(key(label)).or_default()[which].push((place, path));
        }
    }
    let mut found = Vec::new();
    for [mut olds, mut news] in of_keys.into_values() {
        olds.sort_unstable();
        news.sort_unstable();
        if olds.len() != news.len() {
            // In the same place it's surely the same.
            olds.retain(|(place, old)| match news.iter().position(|(other, _)| other == place) {
                Some(at) => {
                    found.push((*old, news.remove(at).1));
                    false
                }
                None => true,
            });
        }
        found.extend(olds.into_iter().zip(news).map(|((_, old), (_, new))| (old, new)));
    }
    found
}
