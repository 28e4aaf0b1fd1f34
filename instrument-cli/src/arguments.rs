//! The command line of what looks into programs that run.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use instrument_wire::remote::{MOST_ROWS, Order};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Debug, Subcommand)]
pub(crate) enum Remote {
    /// List the processes that can be looked into
    Processes,
    /// List the functions that probes can be attached to
    Targets {
        #[command(flatten)]
        which: Which,
        /// Only those with this in their path
        filter: Option<String>,
    },
    /// Add, list, follow and remove probes
    Probe {
        #[command(subcommand)]
        command: ProbeCommand,
    },
    /// Show where the time goes, refreshed every second on a terminal
    Top(Top),
    /// Show what each thread is in now, and for how long
    Dump {
        #[command(flatten)]
        which: Which,
    },
    /// Show the report that the program would print
    Report {
        #[command(flatten)]
        which: Which,
    },
    /// Save what a running program has recorded so far
    Save(Save),
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProbeCommand {
    /// Add a probe to a function
    Add(Box<Add>),
    /// List the probes, how often they fired, and what went wrong with them
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Print what a probe logs from now on, until it's gone
    Follow {
        #[command(flatten)]
        which: ProbeWhich,
        /// The function, as `probe list` names it
        target: String,
        /// The probe's name; not needed where the function has a single one
        name: Option<String>,
    },
    /// Remove a probe
    Remove {
        #[command(flatten)]
        place: Place,
        /// The function, as `probe list` names it
        target: String,
        /// The probe's name; not needed where the function has a single one
        name: Option<String>,
    },
}

/// A process's number; where several have it, in containers, also its place among them, as `7-2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pid {
    pub(crate) number: u32,
    pub(crate) place: Option<u32>,
}

impl FromStr for Pid {
    type Err = String;

    fn from_str(text: &str) -> Result<Pid, String> {
        let (number, place) = text.split_once('-').map_or((text, None), |(number, place)| (number, Some(place)));
        match (number.parse(), place.map(str::parse).transpose()) {
            (Ok(number), Ok(place)) => Ok(Pid { number, place }),
            _ => Err("write a number, such as `7`, or `7-2` where `processes` lists it so".to_owned()),
        }
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(f, "{}-{place}", self.number),
            None => write!(f, "{}", self.number),
        }
    }
}

/// Which process, where several can be looked into.
#[derive(Debug, Args, Clone, Default)]
pub(crate) struct Which {
    /// The process with this number, as `processes` lists it
    #[arg(long, value_name = "PID", allow_negative_numbers = true)]
    pub(crate) pid: Option<Pid>,
    /// The process that runs this program
    #[arg(long, visible_alias = "name", value_name = "NAME", conflicts_with = "pid")]
    pub(crate) program: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Save {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Where to write it; `-` is stdout
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// Which process, where `name` is a probe's.
#[derive(Debug, Args, Clone)]
pub(crate) struct ProbeWhich {
    /// The process with this number, as `processes` lists it
    #[arg(long, value_name = "PID", allow_negative_numbers = true)]
    pub(crate) pid: Option<Pid>,
    /// The process that runs this program
    #[arg(long, value_name = "NAME", conflicts_with = "pid")]
    pub(crate) program: Option<String>,
}

/// A process, or a store that processes read.
#[derive(Debug, Args, Clone)]
#[command(group = ArgGroup::new("one place").multiple(false))]
pub(crate) struct Place {
    /// The process with this number, as `processes` lists it
    #[arg(long, value_name = "PID", allow_negative_numbers = true, group = "one place")]
    pub(crate) pid: Option<Pid>,
    /// The process that runs this program
    #[arg(long, value_name = "NAME", group = "one place")]
    pub(crate) program: Option<String>,
    /// Not a process, but a JSON file of probes that processes read
    #[arg(long, value_name = "FILE", group = "one place")]
    pub(crate) store: Option<PathBuf>,
    /// Not a process, but a Redis server with probes that processes read
    #[cfg(feature = "redis")]
    #[arg(long, value_name = "URL", group = "one place")]
    pub(crate) redis: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The function, as `instrument targets` names it
    pub(crate) target: String,
    /// What to observe: an expression over `result`, `elapsed`, and the arguments by their names
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true, value_parser = expression)]
    pub(crate) value: Option<String>,
    /// What to do with it: log, histogram, increment, or a type of the program's own
    #[arg(long = "type", value_name = "TYPE", default_value = "log")]
    pub(crate) kind: String,
    /// When to do it; unless given, as soon as all is known that the expressions name
    #[arg(long)]
    pub(crate) event: Option<When>,
    /// Only if this is true, as `result > 10 && user_id == 42`
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true, value_parser = expression)]
    pub(crate) condition: Option<String>,
    /// What to tag it with, as `{'user': user_id}`
    #[arg(long, value_name = "EXPRESSION", allow_hyphen_values = true, value_parser = expression)]
    pub(crate) tags: Option<String>,
    /// What to call it; the type and a number, unless given
    #[arg(long, allow_hyphen_values = true, value_parser = expression)]
    pub(crate) name: Option<String>,
    /// Minutes until it's removed, or `none`
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true, default_value = "10", value_parser = lifespan)]
    pub(crate) lifespan: Lifespan,
    /// Percent of a thread's time that it may take, beyond which it looks at some calls only; what the program says, or 5, unless given
    #[arg(long, value_name = "PERCENT", allow_hyphen_values = true, value_parser = share)]
    pub(crate) share: Option<f64>,
    /// Go on and print what it logs, until it's gone
    #[arg(long)]
    pub(crate) follow: bool,
}

/// What may begin with a `-`, as `-result`, but isn't the option that comes where it was left out.
fn expression(text: &str) -> Result<String, String> {
    match text.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic())) {
        true => Err("a value is missing before that option; for minus of minus write `-(-x)`".to_owned()),
        false => Ok(text.to_owned()),
    }
}

/// When a probe fires.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum When {
    /// Before the function runs
    Call,
    /// When it has returned
    Return,
    /// When it has returned an `Err`, or panicked
    Error,
}

/// How long a probe stays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifespan {
    pub(crate) minutes: Option<f64>,
}

fn lifespan(text: &str) -> Result<Lifespan, String> {
    if text == "none" {
        return Ok(Lifespan { minutes: None });
    }
    match text.parse::<f64>() {
        Ok(minutes) if minutes > 0.0 && minutes.is_finite() => Ok(Lifespan { minutes: Some(minutes) }),
        _ => Err("write minutes above 0, such as `10` or `0.5`, or `none`".to_owned()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.strip_suffix('%').unwrap_or(text).trim_end().parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => Ok(percent),
        _ => Err("write percent above 0 and up to 100, such as `5` or `0.5%`".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct Top {
    #[command(flatten)]
    pub(crate) which: Which,
    /// What comes first
    #[arg(long, default_value = "total")]
    pub(crate) by: By,
    /// How many rows; as many as the terminal has, unless given
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_ROWS)))]
    pub(crate) rows: Option<u16>,
    /// Seconds between two tables
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, default_value = "1", value_parser = every)]
    pub(crate) every: f64,
    /// One table of everything since the program's start, and no more
    #[arg(long)]
    pub(crate) once: bool,
}

fn every(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.1..=30.0).contains(&seconds) => Ok(seconds),
        _ => Err("write seconds from 0.1 to 30".to_owned()),
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum By {
    /// Time in a function and in what it calls
    Total,
    /// Time in a function itself
    Own,
    /// What the callers of async functions waited
    Wall,
}

impl From<By> for Order {
    fn from(by: By) -> Order {
        match by {
            By::Total => Order::Total,
            By::Own => Order::Own,
            By::Wall => Order::Wall,
        }
    }
}
