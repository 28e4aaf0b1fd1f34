//! The `INSTRUMENT_*` variables: read once, each bad value answered by one line on stderr.
//!
//! | variable | values | default |
//! |---|---|---|
//! | `INSTRUMENT` | `on`, `off` | `on` |
//! | `INSTRUMENT_OUTPUT` | `stderr`, `stdout`, or a file to append to | `stderr` |
//! | `INSTRUMENT_SAVE` | a file that a recording is saved to at exit, such as `target/runs/%n-%p.json` | none |
//! | `INSTRUMENT_INTERVAL` | seconds between the tables of `#[instrument::main]`, such as `10` or `0.5` | none |
//! | `INSTRUMENT_SAVE_THREADS` | `on` or `off`: whether that recording keeps threads apart | `off` |
//! | `INSTRUMENT_SIGNALS` | `on`: report before SIGINT or SIGTERM ends the process; `off`; and, alone or after a comma, a signal for a report while it runs, as in `on,report:USR1`: `USR1`, `USR2`, `HUP` or `QUIT` | `off` |
//! | `INSTRUMENT_COLUMNS` | some of `avg,min,max,count,sum,percent,own,dev,timing`, percentiles such as `p50,p99.9`, components such as `thread_cpu,thread_cpu.own`, `alloc_bytes,alloc_blocks,free_bytes` | `avg,min,max,count,sum,percent`, and each component that was measured |
//! | `INSTRUMENT_ROWS` | rows of a table | 100 |
//! | `INSTRUMENT_UNIT` | `auto`, `ns`, `us`, `ms`, `s` | `auto` |
//! | `INSTRUMENT_COMPONENTS` | components that every span measures besides its time, such as `thread_cpu,page_rss` | none |
//! | `INSTRUMENT_AUTO_OUTPUT` | `tree` or `flat`: what to print of components at exit; `off` | `off` |
//! | `INSTRUMENT_SCOPE` | `tree`, `flat`, `timeline`: where components' pushes go | `tree` |
//! | `INSTRUMENT_TESTS` | `on`, `off`: a table at the end of each test binary | `off` |
//! | `INSTRUMENT_TASKS` | `on`, `off`: list async calls that wait | `off` |
//! | `INSTRUMENT_ONLY` | patterns over names, paths and modules, such as `shop::cart::*,parse`: spans that none fits aren't recorded | none |
//! | `INSTRUMENT_SKIP` | patterns; spans that one fits aren't recorded | none |
//! | `INSTRUMENT_THROTTLE` | `on`, `off`, or calls and a mean such as `10000,1us`: sample what's shorter | `off` |
//! | `INSTRUMENT_MAX_DEPTH` | levels of a call path, at most 1024 | 1024 |
//! | `INSTRUMENT_MAX_NODES` | call paths of all threads together | 262144 |
//! | `INSTRUMENT_MEMORY` | `live`: which call paths' blocks are alive, by a sample of one byte in 512 KiB, or another size as in `live:64KiB`; `off` | `off` |
//! | `INSTRUMENT_SERVE` | `on`, `off`: read before `main` by `instrument-probe`, where that's built in | `off` |
//! | `INSTRUMENT_PROBE_SHARE` | how much of its thread's time an instrument of a probe may take, such as `5%` or `100%`: read by `instrument-probe` | `5%` |
//! | `INSTRUMENT_PROFILE` | functions whose checkpoints to print, such as `Type::method,module::function`, or `*` | none |
//! | `NO_COLOR` | anything | colour on a terminal |
//!
//! A program that's set-user-ID or set-group-ID, or has capabilities by its file, ignores all of them, and says so in a line:
//! the environment is that of whoever started it.
//!
//! A file is made for the user alone; one that belongs to somebody else, or that others may write to, a link of somebody else's and
//! a pipe that nobody reads are said once, and what was to be written goes to stderr.
//!
//! In both files' names `%p` is the process's number, `%n` the program's name, `%t` the time when it first used the toolkit, as
//! `20261127T054456Z` in UTC, and `%%` is a `%`. Folders of a recording are made. A forked child saves its own, in a name
//! without `%p` with its number before the extension.
//!
//! Where a report goes to no terminal, `COLUMNS` says how wide it may be, by default 120. Names of variables that are
//! none of these but look like a slip of one are answered too; others that begin with `INSTRUMENT` may be anyone's.

use crate::base::inside::once;
use crate::options::{AutoOutput, FileName, Filter, Output, Scope, Throttle};
use crate::process::bare;
use crate::process::privileges::ignores_variables;
use crate::process::signals::{self, Signals};
use crate::process::stderr;
use instrument_model::text::{TimeUnit, nearest, printable};
use instrument_report::Column;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

/// What the environment asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) enabled: bool,
    pub(crate) output: Output,
    /// Where a recording goes at exit.
    pub(crate) save: Option<FileName>,
    /// Whether that keeps threads apart.
    pub(crate) save_threads: bool,
    pub(crate) interval: Option<Duration>,
    /// What signals are to do, where that's said.
    pub(crate) signals: Signals,
    /// `None` for those of [`Column::DEFAULT`] that fit.
    pub(crate) columns: Option<Vec<Column>>,
    pub(crate) unit: TimeUnit,
    /// Of a report's tables.
    pub(crate) rows: usize,
    /// Functions with checkpoints.
    pub(crate) profile: Vec<String>,
    /// Whether async calls that wait are listed.
    pub(crate) tasks: bool,
    /// Whether programs without `#[instrument::main]` report, as test binaries.
    pub(crate) tests: bool,
    pub(crate) throttle: Option<Throttle>,
    /// Call paths deeper than this fold into the node they are in; pushes of components aren't entered.
    pub(crate) max_depth: u16,
    /// Nodes of all threads together, at some 800 bytes each, and some 500 for the histogram; also cells of components.
    pub(crate) max_nodes: usize,
    /// What's recorded.
    pub(crate) filter: Filter,
    /// Names of those that every span measures.
    pub(crate) components: Vec<String>,
    pub(crate) auto_output: Option<AutoOutput>,
    /// Of how many bytes one is sampled to tell what's alive.
    pub(crate) live_memory: Option<u64>,
    /// Where pushes of components go.
    pub(crate) scope: Scope,
    /// Terminal cells, from `COLUMNS`, for targets that aren't terminals.
    pub(crate) width: Option<usize>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            enabled: true,
            output: Output::Stderr,
            save: None,
            save_threads: false,
            interval: None,
            signals: Signals::default(),
            columns: None,
            unit: TimeUnit::Auto,
            rows: 100,
            profile: Vec::new(),
            tasks: false,
            tests: false,
            throttle: None,
            max_depth: DEEPEST,
            max_nodes: 1 << 18,
            filter: Filter::new(),
            components: Vec::new(),
            auto_output: None,
            live_memory: None,
            scope: Scope::Tree,
            width: None,
        }
    }
}

/// The variables above.
const KNOWN: [&str; 21] = [
    "INSTRUMENT",
    "INSTRUMENT_OUTPUT",
    "INSTRUMENT_SAVE",
    "INSTRUMENT_SAVE_THREADS",
    "INSTRUMENT_INTERVAL",
    "INSTRUMENT_SIGNALS",
    "INSTRUMENT_COLUMNS",
    "INSTRUMENT_ROWS",
    "INSTRUMENT_UNIT",
    "INSTRUMENT_PROFILE",
    "INSTRUMENT_TASKS",
    "INSTRUMENT_TESTS",
    "INSTRUMENT_SCOPE",
    "INSTRUMENT_ONLY",
    "INSTRUMENT_SKIP",
    "INSTRUMENT_THROTTLE",
    "INSTRUMENT_MAX_DEPTH",
    "INSTRUMENT_MAX_NODES",
    "INSTRUMENT_COMPONENTS",
    "INSTRUMENT_AUTO_OUTPUT",
    "INSTRUMENT_MEMORY",
];

/// Read by other parts of the toolkit.
const RESERVED: [&str; 2] = ["INSTRUMENT_SERVE", "INSTRUMENT_PROBE_SHARE"];

/// Deeper than any table could show.
const DEEPEST: u16 = 1024;

/// Cells of a bad value that a complaint repeats.
const LONGEST: usize = 60;

/// The settings of this process.
pub(crate) fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    once(&SETTINGS, || {
        let mut complaints = Vec::new();
        let ignored = ignores_variables();
        // How wide a terminal is may be anybody's word.
        let variables = bare::variables().filter(|(name, _)| !ignored || name == "COLUMNS");
        let mut settings = Settings::parse(variables, &mut complaints);
        complaints.iter().for_each(|complaint| stderr::warn(complaint));
        let output = if let Output::File(name) = &mut settings.output { Some(name) } else { None };
        output.into_iter().chain(&mut settings.save).for_each(FileName::absolute);
        settings
    })
}

impl Settings {
    fn parse(variables: impl Iterator<Item = (OsString, OsString)>, complaints: &mut Vec<String>) -> Settings {
        let mut settings = Settings::default();
        for (name, value) in variables {
            let Some(name) = name.to_str() else { continue };
            // An empty value is how scripts unset a variable.
            if value.to_str().is_some_and(|value| value.trim().is_empty()) {
                continue;
            }
            let answer = match name {
                "COLUMNS" => {
                    // Not ours: a shell's bad value isn't worth a line.
                    settings.width =
                        value.to_str().and_then(|value| value.trim().parse().ok()).filter(|&width| width > 0);
                    Ok(())
                }
                "INSTRUMENT_OUTPUT" => settings.set_output(&value),
                "INSTRUMENT_SAVE" => settings.save.insert(FileName::new(&value)).complaint().map_or(Ok(()), Err),
                known if KNOWN.contains(&known) => match value.to_str() {
                    Some(value) => settings.set(known, value.trim()),
                    None => Err("not UTF-8; ignored".into()),
                },
                reserved if RESERVED.contains(&reserved) => Ok(()),
                unknown if unknown.starts_with("INSTRUMENT_") => {
                    match nearest(unknown, KNOWN.into_iter().chain(RESERVED)) {
                        Some(near) => Err(format!("no such variable; did you mean {near}?")),
                        None => Ok(()),
                    }
                }
                _ => Ok(()),
            };
            if let Err(complaint) = answer {
                complaints.push(format!("{name}={}: {complaint}", shortened(&value)));
            }
        }
        settings
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let lower = value.to_lowercase();
        match name {
            "INSTRUMENT" => self.enabled = switch(&lower).map_err(|complaint| complaint + "; staying on")?,
            "INSTRUMENT_SAVE_THREADS" => {
                self.save_threads = switch(&lower).map_err(|complaint| complaint + "; staying off")?;
            }
            "INSTRUMENT_TASKS" => self.tasks = switch(&lower).map_err(|complaint| complaint + "; staying off")?,
            "INSTRUMENT_TESTS" => self.tests = switch(&lower).map_err(|complaint| complaint + "; staying off")?,
            "INSTRUMENT_INTERVAL" => match seconds(value) {
                Some(interval) => self.interval = Some(interval),
                None => {
                    let bare = lower.trim_end_matches(|c: char| c.is_alphabetic()).trim_end();
                    let meant =
                        ["s", "sec", "seconds"].iter().any(|unit| lower.ends_with(unit)) && !lower.ends_with("ms");
                    let hint = or_nothing(Some(bare).filter(|bare| meant && seconds(bare).is_some()));
                    return Err(format!("write a number of seconds above 0, such as `10` or `0.5`{hint}; ignored"));
                }
            },
            "INSTRUMENT_SIGNALS" => self.signals = signals(&lower)?,
            "INSTRUMENT_MEMORY" => self.live_memory = live_memory(&lower)?,
            "INSTRUMENT_PROFILE" => self.profile = list(value),
            "INSTRUMENT_MAX_DEPTH" => match number(value).and_then(|depth| u16::try_from(depth).ok()) {
                Some(depth) if (1..=DEEPEST).contains(&depth) => self.max_depth = depth,
                _ => return Err(format!("write a number from 1 to {DEEPEST}; staying with {DEEPEST}")),
            },
            "INSTRUMENT_MAX_NODES" => match number(value) {
                Some(nodes) if nodes > 0 => self.max_nodes = nodes,
                _ => return Err(format!("write a number above 0; staying with {}", self.max_nodes)),
            },
            "INSTRUMENT_ROWS" => match number(value) {
                Some(rows) if rows > 0 => self.rows = rows,
                _ => return Err(format!("write a number above 0; staying with {}", self.rows)),
            },
            "INSTRUMENT_THROTTLE" => self.throttle = throttle(&lower)?,
            "INSTRUMENT_ONLY" => self.filter = list(value).into_iter().fold(std::mem::take(&mut self.filter), Filter::only),
            "INSTRUMENT_SKIP" => self.filter = list(value).into_iter().fold(std::mem::take(&mut self.filter), Filter::skip),
            // Which names there are isn't known before the program has had time to register its own.
            "INSTRUMENT_COMPONENTS" => self.components = list(value),
            "INSTRUMENT_AUTO_OUTPUT" => match AutoOutput::NAMES.iter().find(|(known, _)| *known == lower) {
                Some((_, form)) => self.auto_output = *form,
                None => {
                    let hint = or_nothing(nearest(&lower, AutoOutput::NAMES.map(|(name, _)| name)));
                    return Err(format!("write `tree`, `flat` or `off`{hint}; printing nothing"));
                }
            },
            "INSTRUMENT_SCOPE" => match Scope::NAMES.iter().find(|(known, _)| *known == lower) {
                Some((_, scope)) => self.scope = *scope,
                None => {
                    let hint = or_nothing(nearest(&lower, Scope::NAMES.map(|(name, _)| name)));
                    return Err(format!("write `tree`, `flat` or `timeline`{hint}; staying with `tree`"));
                }
            },
            "INSTRUMENT_COLUMNS" => self.columns = Some(columns(value)?),
            "INSTRUMENT_UNIT" => {
                match TimeUnit::NAMES.iter().find(|(known, _)| *known == lower || (*known == "us" && lower == "µs")) {
                    Some((_, unit)) => self.unit = *unit,
                    None => {
                        let hint = or_nothing(alias(&UNITS, &lower));
                        return Err(format!("write `auto`, `ns`, `us`, `ms` or `s`{hint}; choosing fitting ones"));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A path needn't be UTF-8, and may be anything: what looks like a slip is taken at its word, and said.
    fn set_output(&mut self, value: &OsStr) -> Result<(), String> {
        let word = value.to_str().map(|value| value.trim().to_ascii_lowercase()).unwrap_or_default();
        self.output = match word.as_str() {
            "stderr" => Output::Stderr,
            "stdout" => Output::Stdout,
            _ => Output::File(FileName::new(value)),
        };
        // With a folder or an extension it's a file beyond doubt.
        let doubtful = !word.contains(['/', '\\']) && Path::new(&word).extension().is_none();
        match nearest(&word, ["stderr", "stdout"]) {
            Some(near) if doubtful && near != word => {
                Err(format!("did you mean `{near}`? writing to the file; write `./{word}` if that's what you want"))
            }
            _ => match &self.output {
                Output::File(name) => name.complaint().map_or(Ok(()), Err),
                _ => Ok(()),
            },
        }
    }
}

/// What `on` or `off`, or another common word for it, asks for.
pub fn switch(value: &str) -> Result<bool, String> {
    match value {
        "on" | "1" | "true" | "yes" => Ok(true),
        "off" | "0" | "false" | "no" => Ok(false),
        _ => Err(format!("write `on` or `off`{}", or_nothing(nearest(value, ["on", "off"])))),
    }
}

/// What people write for columns and units that have other names here.
const COLUMNS: [(&str, &str); 11] = [
    ("average", "avg"),
    ("mean", "avg"),
    ("minimum", "min"),
    ("maximum", "max"),
    ("calls", "count"),
    ("total", "sum"),
    ("%", "percent"),
    ("self", "own"),
    ("exclusive", "own"),
    ("stddev", "dev"),
    ("median", "p50"),
];
const UNITS: [(&str, &str); 8] = [
    ("nanoseconds", "ns"),
    ("nanos", "ns"),
    ("microseconds", "us"),
    ("micros", "us"),
    ("milliseconds", "ms"),
    ("millis", "ms"),
    ("seconds", "s"),
    ("sec", "s"),
];

/// Components of ours whose names could be a slip of a column's: those with an underscore can't.
const COMPONENTS: [&str; 2] = ["cycles", "instructions"];

fn alias(names: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    names.iter().find(|(name, _)| *name == word).map(|(_, meant)| *meant)
}

fn columns(value: &str) -> Result<Vec<Column>, String> {
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let columns = names.map(|name| {
        Column::parse(name, &|name| COMPONENTS.contains(&name)).ok_or_else(|| {
            let known = Column::NAMES.map(|(name, _)| name);
            let lower = name.to_lowercase();
            let hint = or_nothing(alias(&COLUMNS, &lower).or_else(|| nearest(&lower, known)));
            format!(
                "there's no column `{}`{hint}; write some of `{}`, percentiles such as `p99.9`, or components such as \
                 `thread_cpu`, `thread_cpu.own`; printing the usual ones",
                shortened(name.as_ref()),
                known.join(",")
            )
        })
    });
    match columns.collect::<Result<Vec<_>, _>>()? {
        none if none.is_empty() => Err("names no column; printing the usual ones".into()),
        columns => Ok(columns),
    }
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// `on`, `off`, or `1000,5us`.
fn throttle(value: &str) -> Result<Option<Throttle>, String> {
    if let Ok(on) = switch(value) {
        return Ok(on.then(Throttle::default));
    }
    let parsed = value.split_once(',').and_then(|(calls, mean)| {
        let calls = number(calls).filter(|&calls| calls > 0)?;
        Some(Throttle::new(calls as u64, time(mean.trim())?))
    });
    parsed.map(Some).ok_or_else(|| {
        "write `on`, `off`, or a number of calls and the mean below which they're too short, such as `10000,1us`; \
         throttling nothing"
            .into()
    })
}

/// `on`, `off`, `report:USR1` or `on,report:USR1`.
fn signals(value: &str) -> Result<Signals, String> {
    if signals::NAMES.is_empty() {
        return match switch(value) {
            // That's how it is anyway.
            Ok(false) => Ok(Signals::default()),
            _ => Err("there are no such signals on this system; reports are written at exit only".into()),
        };
    }
    let mut asked = Signals::default();
    for part in value.split(',').map(str::trim) {
        let Some(name) = part.strip_prefix("report:") else {
            asked.ends = Some(switch(part).map_err(|complaint| {
                format!("{complaint}, or a signal for a report while the program runs, as in `on,report:USR1`; handling none")
            })?);
            continue;
        };
        let name = name.trim().to_uppercase();
        let name = name.strip_prefix("SIG").unwrap_or(&name);
        let Some((_, signal)) = signals::NAMES.iter().find(|(known, _)| *known == name) else {
            let known = signals::NAMES.map(|(name, _)| format!("`report:{name}`")).join(", ");
            return Err(format!("there's no report by that signal; write one of {known}; handling none"));
        };
        asked.report = Some(*signal);
    }
    Ok(asked)
}

/// `live`, `live:256KiB` or `off`.
fn live_memory(value: &str) -> Result<Option<u64>, String> {
    const USUAL: u64 = 512 * 1024;
    let (word, interval) = match value.split_once(':') {
        Some((word, interval)) => (word.trim_end(), size(interval.trim()).filter(|&bytes| bytes > 0)),
        None => (value, Some(USUAL)),
    };
    match (word, interval) {
        ("live", Some(interval)) => Ok(Some(interval)),
        ("off" | "0" | "false" | "no", _) if word == value => Ok(None),
        _ => {
            let hint = or_nothing(nearest(word, ["live", "off"]).filter(|near| *near != word));
            Err(format!(
                "write `live`, `off`, or of how many bytes one is to be sampled, such as `live:256KiB`{hint}; profiling nothing"
            ))
        }
    }
}

/// `4096`, `256KiB`, `1 MiB`
fn size(value: &str) -> Option<u64> {
    let unit = value.find(|c: char| c.is_alphabetic()).unwrap_or(value.len());
    let (digits, unit) = value.split_at(unit);
    let bytes = match unit {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return None,
    };
    u64::try_from(number(digits)?).ok()?.checked_mul(bytes)
}

/// `1000`, `1_000`
fn number(value: &str) -> Option<usize> {
    value.trim().replace('_', "").parse().ok()
}

/// `1us`, `0.5 ms`
fn time(value: &str) -> Option<Duration> {
    let digits = value.find(|c: char| c.is_alphabetic())?;
    let (number, unit) = value.split_at(digits);
    let nanoseconds = match unit {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    let time = Duration::try_from_secs_f64(number.trim().parse::<f64>().ok()? * nanoseconds / 1e9).ok()?;
    (!time.is_zero()).then_some(time)
}

fn seconds(value: &str) -> Option<Duration> {
    let seconds = Duration::try_from_secs_f64(value.parse().ok()?).ok()?;
    (!seconds.is_zero()).then_some(seconds)
}

fn or_nothing(meant: Option<&str>) -> String {
    meant.map(|meant| format!(" (did you mean `{meant}`?)")).unwrap_or_default()
}

/// A value as one line can show it.
fn shortened(value: &OsStr) -> String {
    let value = printable(&value.to_string_lossy());
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value,
    }
}

#[cfg(test)]
mod tests;
