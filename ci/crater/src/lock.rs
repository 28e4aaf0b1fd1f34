//! The lock file of all crates of the list, so that each run is of the same sources.

use std::collections::BTreeSet;
use std::path::Path;

use toml::{Table, Value};

use crate::fetch::read;

/// `lock`, and what else `ours` pins: what `instrument` needs and no listed crate does.
pub(crate) fn merged(lock: &str, ours: &str) -> Result<String, String> {
    let mut lock: Table = lock.parse().map_err(|error| format!("crates.lock: {error}"))?;
    let ours: Table = ours.parse().map_err(|error| format!("Cargo.lock: {error}"))?;
    let known: BTreeSet<_> = packages(&lock).filter_map(compatible).collect();
    let more: Vec<_> = packages(&ours)
        .filter(|package| {
            package.contains_key("source") && compatible(package).is_some_and(|key| !known.contains(&key))
        })
        .map(|package| Value::Table(without_dependencies(package)))
        .collect();
    if let Some(packages) = lock.get_mut("package").and_then(Value::as_array_mut) {
        packages.extend(more);
    }
    Ok(lock.to_string())
}

/// An error, if a run used what's not in `lock`.
pub(crate) fn check(used: &Path, lock: &str) -> Result<(), String> {
    let names = |text: &str| -> Result<BTreeSet<(String, String)>, String> {
        let table: Table = text.parse().map_err(|error| format!("a lock file: {error}"))?;
        let named = packages(&table).filter(|package| package.contains_key("source"));
        Ok(named.filter_map(|package| Some((text_of(package, "name")?, text_of(package, "version")?))).collect())
    };
    let (used, locked) = (names(&read(used)?)?, names(lock)?);
    match used.difference(&locked).next() {
        Some((name, version)) => {
            Err(format!("crates.lock has no {name} {version}: the list was changed, so run this with `--lock` once"))
        }
        None => Ok(()),
    }
}

fn packages(lock: &Table) -> impl Iterator<Item = &Table> {
    lock.get("package").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// Which versions of a package exclude each other.
fn compatible(package: &Table) -> Option<(String, String)> {
    let version = text_of(package, "version")?;
    let mut numbers = version.split('.');
    let range = match (numbers.next()?, numbers.next()?) {
        ("0", minor) => format!("0.{minor}"),
        (major, _) => major.to_owned(),
    };
    Some((text_of(package, "name")?, range))
}

/// Cargo fills them in, with what the lock file has.
fn without_dependencies(package: &Table) -> Table {
    let mut package = package.clone();
    package.remove("dependencies");
    package
}

fn text_of(package: &Table, key: &str) -> Option<String> {
    package.get(key).and_then(Value::as_str).map(str::to_owned)
}
