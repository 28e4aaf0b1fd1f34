//! Counts the items of a folder of Rust sources, and shows where the time for that goes.
//!
//! ```text
//! cargo run --release --example census                    # this repository
//! cargo run --release --example census -- ../other --every 2
//! ```

mod arguments;
mod count;

use arguments::Arguments;
use count::Census;
use instrument::{CountingAllocator, PerfTimer, log_metrics, measure, perf_timer, print_mem, scope, timer};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Reports in one line when the program exits.
static PARSE: PerfTimer = PerfTimer::new("parse a file");

#[instrument::main]
fn main() -> ExitCode {
    let arguments = match Arguments::from_command_line() {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("census: {message}");
            return ExitCode::from(2);
        }
    };
    let files = match find_sources(&arguments.folder) {
        Ok(files) => files,
        Err(message) => {
            eprintln!("census: {message}");
            return ExitCode::FAILURE;
        }
    };
    let mut census = Census::default();
    for file in &files {
        if let Err(message) = take(file, &mut census) {
            eprintln!("census: {message}; going on without it");
            census.failed += 1;
        }
        if let Some(every) = arguments.every {
            log_metrics(every);
        }
    }
    print_mem("counted everything");
    println!("{census}");
    if census.failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// All `.rs` files below `folder`, but for those that a build made.
#[timer]
#[print_mem("found the sources")]
fn find_sources(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if !folder.exists() {
        return Err(format!("there's no folder {}; name one that exists", folder.display()));
    }
    let mut files = Vec::new();
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry)) {
        match entry {
            Ok(entry) if entry.path().extension().is_some_and(|extension| extension == "rs") => {
                if entry.file_type().is_file() {
                    files.push(entry.into_path());
                }
            }
            Ok(_) => {}
            Err(error) => eprintln!("census: {error}; going on without it"),
        }
    }
    Ok(files)
}

fn is_skipped(entry: &walkdir::DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name == "target" || (name.starts_with('.') && entry.file_type().is_dir())
}

/// One file, from disk to figures.
#[timer]
fn take(path: &Path, census: &mut Census) -> Result<(), String> {
    let source = read(path)?;
    measure!("bytes a file", source.len());
    let file = parse(&source).map_err(|error| {
        let start = error.span().start();
        format!("{}:{}:{}: {error}", path.display(), start.line, start.column + 1)
    })?;
    measure!("items a file", file.items.len());
    census.add(&file);
    let _span = scope!("drop the syntax tree");
    drop(file);
    Ok(())
}

#[timer]
fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[timer]
#[perf_timer("parse, by quantile", quantiles = [0.5, 0.9, 0.99])]
fn parse(source: &str) -> syn::Result<syn::File> {
    PARSE.time(|| syn::parse_file(source))
}
