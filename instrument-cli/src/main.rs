//! The second terminal: `instrument` looks into programs that run.

#[cfg(unix)]
mod arguments;
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod failure;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod table;

#[cfg(unix)]
use arguments::{Arguments, Command, ProbeCommand};
#[cfg(unix)]
use clap::Parser;
use std::process::ExitCode;

#[cfg(unix)]
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

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("instrument: programs can be looked into on Unix only, since that takes a Unix socket");
    ExitCode::FAILURE
}
