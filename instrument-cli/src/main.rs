//! The program `instrument`: shows what programs have recorded, looks into those that run, and measures commands.

#[cfg(unix)]
mod arguments;
mod commands;
mod failure;
mod figures;
mod filter;
mod page;
mod pattern;
#[cfg(unix)]
mod process;
mod recordings;
mod row;
mod running;
mod shown;
mod table;
mod write;

use clap::{Parser, Subcommand};
use commands::{Components, Diff, Measured, Merge};
#[cfg(unix)]
use failure::Failure;
use shown::Show;
use std::process::ExitCode;

const HOW: &str = "\
A program leaves a recording when it's built with `--features instrument/enabled` and has INSTRUMENT_SAVE=FILE in its \
environment. It can be looked into while it runs if it calls `instrument::serve()` or was started with INSTRUMENT_SERVE=1.

Examples:
  INSTRUMENT_SAVE=run.json cargo run --features instrument/enabled
  instrument show run.json --sort own
  instrument show run.json -o run.html
  instrument diff before/ after/
  instrument targets
  instrument probe add Cart::add --value result --condition 'result > 10' --follow
  instrument top --by own
  instrument save -o now.json
  instrument run --repeat 10 -- sort -u words.txt
  instrument components

On a narrow terminal, or where COLUMNS says so, columns go and names are cut; a pipe gets all.

Exits with 0 when all went well, 1 when not, and 2 when it didn't understand the command; `run` ends as the command that \
it ran.";

/// Show what programs have recorded; look into one that runs: probe its functions, see where its time goes.
#[derive(Debug, Parser)]
#[command(name = "instrument", version, after_help = HOW, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show recordings: as tables, as pictures, for the viewers that you have
    Show(Box<Show>),
    /// Put several recordings together
    Merge(Merge),
    /// Show what has changed from some runs to others, and what's noise
    Diff(Diff),
    /// Run a command, and show what it took: time, CPU, memory, faults, switches, I/O
    Run(Measured),
    /// List what can be measured of a span besides its time, and whether it can be here
    Components(Components),
    #[cfg(unix)]
    #[command(flatten)]
    Remote(arguments::Remote),
}

fn main() -> ExitCode {
    let answer = match Arguments::parse().command {
        Command::Show(show) => commands::show(&show),
        Command::Merge(merge) => commands::merge(&merge),
        Command::Diff(diff) => commands::diff(&diff),
        Command::Run(measured) => return commands::run(&measured),
        Command::Components(asked) => commands::components(&asked),
        #[cfg(unix)]
        Command::Remote(remote) => look(remote),
    };
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.say(),
    }
}

#[cfg(unix)]
fn look(command: arguments::Remote) -> Result<(), Failure> {
    use arguments::{ProbeCommand, Remote};
    match command {
        Remote::Processes => commands::processes(),
        Remote::Targets { which, filter } => commands::targets(&which.into(), filter.as_deref()),
        Remote::Probe { command: ProbeCommand::Add(add) } => commands::probe_add(*add),
        Remote::Probe { command: ProbeCommand::List { place } } => commands::probe_list(&place),
        Remote::Probe { command: ProbeCommand::Follow { which, target, name } } => {
            commands::probe_follow(&which.into(), target, name)
        }
        Remote::Probe { command: ProbeCommand::Remove { place, target, name } } => {
            commands::probe_remove(&place, target, name)
        }
        Remote::Top(top) => commands::top(top),
        Remote::Dump { which } => commands::dump(&which.into()),
        Remote::Report { which } => commands::report(&which.into()),
        Remote::Save(save) => commands::save(save),
    }
}
