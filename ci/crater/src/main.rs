//! Annotates every function of published crates, and tells what differs from the bare crates: tests and how they end, the
//! compiler's warnings, clippy's.
//!
//! `instrument-crater [--all] [--only NAME,…] [--stacks NAME,…] [--batch N] [--seconds N] [--lints NAME,…] [--no-tests] [--table FILE] [--lock]` takes the
//! crates of `ci/crater/crates.toml` that are marked for CI, or all, or some; exits with 1 if anything differs. Crates are
//! built in batches, each as one workspace. `--table` puts what was seen into a file's table; `--lock` only makes the lock
//! file anew, after the list was changed.

mod annotate;
mod cargo;
mod fetch;
mod list;
mod lock;
mod manifest;
mod observe;
mod programs;
mod stacks;
mod table;
mod workspace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fetch::{read, write};
use list::Listed;
use observe::{How, Seen, differences, observe};
use stacks::{STACKS, Stack};
use table::Row;
use workspace::{Annotated, Workspace};

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(different) => {
            eprintln!("{different} differences");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Options {
    all: bool,
    lock: bool,
    only: Vec<String>,
    stacks: Vec<String>,
    batch: Option<usize>,
    seconds: Option<u64>,
    table: Option<PathBuf>,
    lints: Vec<String>,
    no_tests: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Options::default();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` takes a value"));
            let words = |value: String| value.split(',').map(str::to_owned).collect();
            match argument.as_str() {
                "--all" => options.all = true,
                "--lock" => options.lock = true,
                "--only" => options.only = words(value()?),
                "--stacks" => options.stacks = words(value()?),
                "--batch" => options.batch = Some(value()?.parse().map_err(|_| "`--batch` takes a number")?),
                "--seconds" => options.seconds = Some(value()?.parse().map_err(|_| "`--seconds` takes a number")?),
                "--lints" => options.lints = words(value()?),
                "--no-tests" => options.no_tests = true,
                "--table" => options.table = Some(value()?.into()),
                _ => return Err(format!("`{argument}` is no option: see the first lines of ci/crater/src/main.rs")),
            }
        }
        Ok(options)
    }

    fn crates(&self, mut crates: Vec<Listed>) -> Result<Vec<Listed>, String> {
        if let Some(unknown) = self.only.iter().find(|name| !crates.iter().any(|listed| listed.name == **name)) {
            return Err(format!("`{unknown}` isn't in crates.toml"));
        }
        crates.retain(
            |listed| if self.only.is_empty() { self.all || listed.ci } else { self.only.contains(&listed.name) },
        );
        Ok(crates)
    }

    fn stacks(&self) -> Result<Vec<Stack>, String> {
        if self.stacks.is_empty() {
            return Ok(STACKS.to_vec());
        }
        let named = |name: &String| STACKS.into_iter().find(|stack| stack.name == name);
        self.stacks.iter().map(|name| named(name).ok_or_else(|| format!("`{name}` is no stack"))).collect()
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
    let listed = list::parse(&read(&folders.repository.join("ci/crater/crates.toml"))?)?;
    if options.lock {
        return make_lock(&folders, &listed).map(|()| 0);
    }
    let (crates, stacks) = (options.crates(listed)?, options.stacks()?);
    options.table.as_deref().map_or(Ok(()), table::is_there)?;
    let mut different = 0;
    for batch in crates.chunks(options.batch.unwrap_or(usize::MAX)) {
        different += compare(&folders, batch, &stacks, options)?;
    }
    Ok(different)
}

/// Where what `instrument` needs is of the version that's in its own lock file, so that it's built once.
fn make_lock(folders: &Folders, listed: &[Listed]) -> Result<(), String> {
    let sources = fetch::sources(&folders.work.join("fetch"), listed)?;
    let workspace = Workspace::new(folders.work.join("bare"), listed, &sources)?;
    write(&workspace.root.join("Cargo.lock"), &read(&folders.repository.join("Cargo.lock"))?)?;
    cargo::metadata(&workspace.root.join("Cargo.toml"))?;
    write(&folders.lock(), &read(&workspace.root.join("Cargo.lock"))?)
}

fn compare(folders: &Folders, crates: &[Listed], stacks: &[Stack], options: &Options) -> Result<usize, String> {
    let how = How {
        target: folders.work.join("target"),
        limit: Duration::from_secs(options.seconds.unwrap_or(120)),
        lints: options.lints.clone(),
        tests: !options.no_tests,
    };
    let sources = fetch::sources(&folders.work.join("fetch"), crates)?;
    let lock = read(&folders.lock())?;

    let workspace = Workspace::new(folders.work.join("bare"), crates, &sources)?;
    write(&workspace.root.join("Cargo.lock"), &lock)?;
    let start = Instant::now();
    let bare = observe(&workspace, &how)?;
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
    for stack in stacks {
        let start = Instant::now();
        let annotated = workspace.annotate(stack, &folders.repository)?;
        let noted = observe(&workspace, &how)?;
        let functions: usize = annotated.values().map(|annotated| annotated.functions).sum();
        println!(
            "{}: {functions} functions, {} tests, {} s",
            stack.name,
            noted.values().map(Seen::count).sum::<usize>(),
            start.elapsed().as_secs()
        );
        for listed in crates {
            let (Some(before), Some(after)) = (bare.get(&listed.name), noted.get(&listed.name)) else { continue };
            let found = differences(before, after, listed, &workspace, how.limit)?;
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
