//! The second terminal: `instrument` looks into programs that run.

mod arguments;
mod commands;
mod failure;
mod process;
mod table;

use arguments::{Arguments, Command, ProbeCommand};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let answer = match Arguments::parse().command {
        Command::Processes => commands::processes(),
        Command::Targets { which, filter } => commands::targets(&which.into(), filter.as_deref()),
        Command::Probe { command: ProbeCommand::Add(add) } => commands::probe_add(*add),
        Command::Probe { command: ProbeCommand::List { place } } => commands::probe_list(&place),
        Command::Probe { command: ProbeCommand::Follow { which, target, name } } => {
            commands::probe_follow(&which.into(), target, name)
        }
        Command::Probe { command: ProbeCommand::Remove { place, target, name } } => {
            commands::probe_remove(&place, target, name)
        }
        Command::Top(top) => commands::top(top),
        Command::Dump { which } => commands::dump(&which.into()),
        Command::Report { which } => commands::report(&which.into()),
    };
    match answer {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.say(),
    }
}
