//! Annotates every function of published crates, and tells what differs from the bare crates: tests and how they end, the
//! compiler's warnings, clippy's.
//!
//! `instrument-crater [--all] [--only NAME,…] [--stacks NAME,… | --rounds N] [--batch N] [--seconds N] [--lints NAME,…]
//! [--no-tests] [--table FILE] [--lock] [--styles]` takes the crates of `ci/crater/crates.toml` that are marked for CI, or all, or some.
//! Crates are built in batches, each as one workspace, once for each stack of attributes; or with `--rounds` as often as
//! that, each crate with another stack (see [`stacks::rotating`]). `--table` puts what was seen into a file's table;
//! `--lock` only makes the lock file anew, after the list was changed. `--styles` looks at our own code instead, see [`styles`].
//!
//! Exits with 1 if anything differs, and with 77 if the crates can't be fetched since the registry can't be reached.

mod annotate;
mod cargo;
mod fetch;
mod list;
mod lock;
mod manifest;
mod observe;
mod options;
mod programs;
mod stacks;
mod styles;
mod table;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fetch::{read, write};
use list::Listed;
use observe::{How, Seen, differences, observe};
use options::Options;
use stacks::{Round, Stack};
use table::Row;
use workspace::{Annotated, Workspace};

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(different) => {
            eprintln!("{different} differences");
            ExitCode::FAILURE
        }
        Err(error) if cargo::is_of_the_network(&error) => {
            eprintln!("{error}");
            println!("skipped: the registry can't be reached");
            ExitCode::from(77)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Where everything is.
struct Folders {
    repository: PathBuf,
    work: PathBuf,
}

impl Folders {
    fn lock(&self) -> PathBuf {
        self.repository.join("ci/crater/crates.lock")
    }
}

/// How many differences there are.
fn run(options: &Options) -> Result<usize, String> {
    let repository =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).ok_or("not in the repository")?.to_owned();
    let work =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from).join("crater");
    let folders = Folders { repository, work };
    if options.styles {
        return styles::compare(&folders.repository, &folders.work.join("styles"));
    }
    let listed = list::parse(&read(&folders.repository.join("ci/crater/crates.toml"))?)?;
    if options.lock {
        return make_lock(&folders, &listed).map(|()| 0);
    }
    let crates = options.crates(listed)?;
    options.table.as_deref().map_or(Ok(()), table::is_there)?;
    let mut different = 0;
    for batch in crates.chunks(options.batch.unwrap_or(usize::MAX)) {
        different += compare(&folders, batch, &options.rounds(batch.len())?, options)?;
    }
    Ok(different)
}

/// Where what `instrument` needs is of the version that's in its own lock file, so that it's built once.
fn make_lock(folders: &Folders, listed: &[Listed]) -> Result<(), String> {
    let sources = fetch::sources(&folders.work.join("fetch"), listed, None)?;
    let workspace = Workspace::new(folders.work.join("bare"), listed, &sources)?;
    write(&workspace.root.join("Cargo.lock"), &read(&folders.repository.join("Cargo.lock"))?)?;
    cargo::metadata(&workspace.root.join("Cargo.toml"))?;
    write(&folders.lock(), &read(&workspace.root.join("Cargo.lock"))?)
}

fn compare(folders: &Folders, crates: &[Listed], rounds: &[Round], options: &Options) -> Result<usize, String> {
    let how = How {
        target: folders.work.join("target"),
        limit: Duration::from_secs(options.seconds.unwrap_or(120)),
        lints: options.lints.clone(),
        tests: !options.no_tests,
    };
    let lock = read(&folders.lock())?;
    let sources = fetch::sources(&folders.work.join("fetch"), crates, Some(&lock))?;

    let workspace = Workspace::new(folders.work.join("bare"), crates, &sources)?;
    write(&workspace.root.join("Cargo.lock"), &lock)?;
    let start = Instant::now();
    let bare = observe(&workspace, &how, None)?;
    lock::check(&workspace.root.join("Cargo.lock"), &lock)?;
    println!(
        "bare: {} crates, {} tests, {} s",
        crates.len(),
        bare.values().map(Seen::count).sum::<usize>(),
        start.elapsed().as_secs()
    );
    for (name, seen) in &bare {
        seen.troubles().iter().for_each(|trouble| println!("  {name}, bare: {trouble}"));
    }

    let workspace = Workspace::new(folders.work.join("noted"), crates, &sources)?;
    write(&workspace.root.join("Cargo.lock"), &lock::merged(&lock, &read(&folders.repository.join("Cargo.lock"))?)?)?;
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut count = 0;
    for round in rounds {
        let start = Instant::now();
        let annotated = workspace.annotate(round, &folders.repository)?;
        let noted = observe(&workspace, &how, Some(round))?;
        let functions: usize = annotated.values().map(|annotated| annotated.functions).sum();
        println!(
            "{}: {functions} functions, {} tests, {} s",
            round.name,
            noted.values().map(Seen::count).sum::<usize>(),
            start.elapsed().as_secs()
        );
        for (listed, stack) in crates.iter().zip(&round.stacks) {
            let (Some(before), Some(after)) = (bare.get(&listed.name), noted.get(&listed.name)) else { continue };
            let found = differences(before, after, (listed, stack, round), &workspace, how.limit)?;
            found.iter().for_each(|text| println!("  {}, {}: {text}", listed.name, stack.name));
            count += found.len();
            let annotated = annotated.get(&listed.name).copied().unwrap_or_default();
            note(rows.entry(&listed.name).or_insert_with(|| row(before, annotated)), stack, found.is_empty());
        }
        // A run of hours may be broken off.
        for (listed, row) in crates.iter().filter_map(|listed| Some((listed, rows.get(listed.name.as_str())?))) {
            options.table.as_deref().map_or(Ok(()), |file| table::put(file, listed, row))?;
        }
    }
    Ok(count)
}

fn row(bare: &Seen, annotated: Annotated) -> Row {
    let troubles = bare.troubles().len();
    Row { functions: annotated.functions, tests: bare.count(), same: Vec::new(), different: Vec::new(), troubles }
}

fn note(row: &mut Row, stack: &Stack, is_same: bool) {
    if is_same { row.same.push(stack.name) } else { row.different.push(stack.name) }
}
