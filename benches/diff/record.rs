//! Takes recordings: one of each program in turn, so that what the machine does meanwhile is the same for all.

use crate::{Done, number};
use std::path::Path;
use std::process::{Command, Stdio};

/// Which function does more, and by how many percent. The last one has nothing to do but its name: what's found there is made up.
pub const CASES: [(&str, u32); 8] = [
    ("base", 0),
    ("escape", 10),
    ("lookup", 10),
    ("authorize", 10),
    ("render", 10),
    ("escape", 3),
    ("render", 3),
    ("nobody", 0),
];

pub fn record(pool: &Path, words: &[&str]) -> Done {
    let runs = number(words, "--runs", 60)?;
    let census = words.iter().position(|word| *word == "--census").and_then(|at| words.get(at + 1..at + 3));
    let this = std::env::current_exe()?;
    // In another order each time, so that no program always runs after the same one.
    let mut random = fastrand::Rng::with_seed(7);
    let mut order: Vec<_> = CASES.into_iter().map(Some).chain([None]).collect();
    for run in 0..runs {
        random.shuffle(&mut order);
        for case in &order {
            match (case, census) {
                (Some((name, percent)), _) => {
                    let file = pool.join("work").join(format!("{name}-{percent}")).join(format!("{run:03}.json"));
                    let mut command = Command::new(&this);
                    command.arg("work").arg(file).args([*name, &percent.to_string()]);
                    finish(command)?;
                }
                (None, Some([program, folder])) => {
                    let file = pool.join("census").join(format!("{run:03}.json"));
                    let mut command = Command::new(program);
                    command.arg(folder).env("INSTRUMENT_SAVE", file);
                    finish(command)?;
                }
                (None, _) => {}
            }
        }
    }
    Ok(())
}

fn finish(mut command: Command) -> Done {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}").into()) }
}
