//! What `instrument diff` finds, and what it makes up: on recordings of real runs, taken on this machine as busy as it is.
//!
//! ```text
//! cargo build --release --example census --features enabled
//! cargo bench --bench diff -- record POOL --runs 60 --census target/release/examples/census SOURCES
//! cargo bench --bench diff -- judge POOL
//! ```
//! `record` runs the census, and a program of which a function does 10 % or 3 % more on demand, in turns. `judge` draws runs of
//! both sides at random, without putting them back, and counts what was called a change.

mod judge;
mod record;
mod work;

use std::process::ExitCode;

const USAGE: &str = "usage: record POOL --runs N [--census PROGRAM FOLDER], or judge POOL [--pairs N]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        [] => return ExitCode::SUCCESS,
        ["work", file, name, percent] => work(file, name, percent),
        ["record", pool, ref rest @ ..] => record::record(pool.as_ref(), rest),
        ["judge", pool, ref rest @ ..] => judge::judge(pool.as_ref(), rest),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("diff: {error}");
            ExitCode::FAILURE
        }
    }
}

type Done = Result<(), Box<dyn std::error::Error>>;

/// The value behind an option.
fn number(words: &[&str], option: &str, usual: usize) -> Result<usize, Box<dyn std::error::Error>> {
    match words.iter().position(|word| *word == option) {
        Some(at) => Ok(words.get(at + 1).ok_or(format!("{option} needs a number"))?.parse()?),
        None => Ok(usual),
    }
}

fn work(file: &str, name: &str, percent: &str) -> Done {
    work::Work::new(name, percent.parse()?).run();
    Ok(instrument::snapshot().save(file)?)
}
