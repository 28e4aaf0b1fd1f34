//! The `INSTRUMENT_*` variables: read once, each bad value answered by one line on stderr.
//!
//! | variable | values | default |
//! |---|---|---|
//! | `INSTRUMENT` | `on`, `off` | `on` |
//! | `INSTRUMENT_OUTPUT` | `stderr`, `stdout`, or a file to append to | `stderr` |
//! | `INSTRUMENT_INTERVAL` | seconds between the tables of `#[instrument::main]`, such as `10` or `0.5` | none |
//! | `INSTRUMENT_COLUMNS` | some of `avg,min,max,count,sum,percent,own,dev`, and percentiles such as `p50,p99.9` | `avg,min,max,count,sum,percent` |
//! | `INSTRUMENT_UNIT` | `auto`, `ns`, `us`, `ms`, `s` | `auto` |
//! | `NO_COLOR` | anything | colour on a terminal |

use crate::output::{self, Output};
use crate::report::{Column, Unit};
use std::ffi::OsString;
use std::sync::OnceLock;
use std::time::Duration;

/// What the environment asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) enabled: bool,
    pub(crate) output: Output,
    pub(crate) interval: Option<Duration>,
    pub(crate) columns: Vec<Column>,
    pub(crate) unit: Unit,
    /// Terminal cells, from `COLUMNS`, for targets that aren't terminals.
    pub(crate) width: Option<usize>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            enabled: true,
            output: Output::Stderr,
            interval: None,
            columns: Column::DEFAULT.to_vec(),
            unit: Unit::Auto,
            width: None,
        }
    }
}

/// Variables of ours, those included that later parts of the toolkit read.
const KNOWN: [&str; 9] = [
    "INSTRUMENT",
    "INSTRUMENT_OUTPUT",
    "INSTRUMENT_INTERVAL",
    "INSTRUMENT_COLUMNS",
    "INSTRUMENT_UNIT",
    "INSTRUMENT_PROFILE",
    "INSTRUMENT_COMPONENTS",
    "INSTRUMENT_AUTO_OUTPUT",
    "INSTRUMENT_SERVE",
];

/// The settings of this process.
pub(crate) fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let mut complaints = Vec::new();
        let settings = Settings::parse(std::env::vars_os(), &mut complaints);
        complaints.iter().for_each(|complaint| output::complain(complaint));
        settings
    })
}

impl Settings {
    fn parse(variables: impl Iterator<Item = (OsString, OsString)>, complaints: &mut Vec<String>) -> Settings {
        let mut settings = Settings::default();
        for (name, value) in variables {
            let Some(name) = name.to_str().filter(|name| name.starts_with("INSTRUMENT") || *name == "COLUMNS") else {
                continue;
            };
            match value.to_str() {
                // An empty value is how scripts unset a variable.
                Some(value) if value.trim().is_empty() => {}
                Some(value) => {
                    if let Err(complaint) = settings.set(name, value.trim()) {
                        complaints.push(format!("{name}={value}: {complaint}"));
                    }
                }
                None if KNOWN.contains(&name) => complaints.push(format!("{name}: its value is not UTF-8; ignored")),
                None => {}
            }
        }
        settings
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "INSTRUMENT" => match value.to_ascii_lowercase().as_str() {
                "on" | "1" | "true" | "yes" => self.enabled = true,
                "off" | "0" | "false" | "no" => self.enabled = false,
                _ => return Err("write `on` or `off`; staying on".into()),
            },
            "INSTRUMENT_OUTPUT" => {
                self.output = match value.to_ascii_lowercase().as_str() {
                    "stderr" => Output::Stderr,
                    "stdout" => Output::Stdout,
                    _ => Output::File(value.into()),
                }
            }
            "INSTRUMENT_INTERVAL" => match value.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok()) {
                Some(interval) if !interval.is_zero() => self.interval = Some(interval),
                _ => return Err("write a number of seconds above 0, such as `10` or `0.5`; ignored".into()),
            },
            "INSTRUMENT_COLUMNS" => {
                let parse = |name: &str| {
                    Column::parse(name).ok_or_else(|| {
                        let known = Column::NAMES.map(|(name, _)| name).join(",");
                        format!(
                            "there's no column `{}`; write some of `{known}`, or percentiles such as `p99.9`; \
                                 printing the usual ones",
                            name.trim()
                        )
                    })
                };
                self.columns = value.split(',').map(parse).collect::<Result<_, _>>()?;
            }
            "INSTRUMENT_UNIT" => {
                let lower = value.to_ascii_lowercase();
                match Unit::NAMES.iter().find(|(known, _)| *known == lower || (*known == "us" && lower == "µs")) {
                    Some((_, unit)) => self.unit = *unit,
                    None => return Err("write `auto`, `ns`, `us`, `ms` or `s`; choosing fitting ones".into()),
                }
            }
            // Not ours: a shell's bad value isn't worth a line.
            "COLUMNS" => self.width = value.parse().ok().filter(|&width| width > 0),
            known if KNOWN.contains(&known) => {}
            unknown if unknown.starts_with("INSTRUMENT_") => {
                return Err(format!("no such variable; there are {}", KNOWN[..5].join(", ")));
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(variables: &[(&str, &str)]) -> (Settings, Vec<String>) {
        let mut complaints = Vec::new();
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        (Settings::parse(variables, &mut complaints), complaints)
    }

    #[test]
    fn good_values_are_taken() {
        let (settings, complaints) = parse(&[
            ("INSTRUMENT", "OFF"),
            ("INSTRUMENT_OUTPUT", "target/report.txt"),
            ("INSTRUMENT_INTERVAL", "0.5"),
            ("INSTRUMENT_COLUMNS", "own, P99.9,count"),
            ("INSTRUMENT_UNIT", "ms"),
            ("COLUMNS", "90"),
            ("PATH", "x"),
        ]);
        assert_eq!(complaints, Vec::<String>::new());
        assert_eq!(
            settings,
            Settings {
                enabled: false,
                output: Output::File("target/report.txt".into()),
                interval: Some(Duration::from_millis(500)),
                columns: vec![Column::Own, Column::Quantile(99.9 / 100.0), Column::Count],
                unit: Unit::Milliseconds,
                width: Some(90),
            }
        );
    }

    #[test]
    fn each_bad_value_is_one_line_that_says_what_to_write() {
        for (name, value, complaint) in [
            ("INSTRUMENT", "maybe", "INSTRUMENT=maybe: write `on` or `off`; staying on"),
            (
                "INSTRUMENT_INTERVAL",
                "-1",
                "INSTRUMENT_INTERVAL=-1: write a number of seconds above 0, such as `10` or `0.5`; ignored",
            ),
            (
                "INSTRUMENT_COLUMNS",
                "avg,median",
                "INSTRUMENT_COLUMNS=avg,median: there's no column `median`; write some of \
                 `avg,min,max,count,sum,percent,own,dev`, or percentiles such as `p99.9`; printing the usual ones",
            ),
            (
                "INSTRUMENT_UNIT",
                "hours",
                "INSTRUMENT_UNIT=hours: write `auto`, `ns`, `us`, `ms` or `s`; choosing fitting ones",
            ),
            (
                "INSTRUMENT_UNITS",
                "ms",
                "INSTRUMENT_UNITS=ms: no such variable; there are INSTRUMENT, INSTRUMENT_OUTPUT, INSTRUMENT_INTERVAL, \
                 INSTRUMENT_COLUMNS, INSTRUMENT_UNIT",
            ),
        ] {
            let (settings, complaints) = parse(&[(name, value)]);
            assert_eq!(complaints, [complaint]);
            assert_eq!(settings, Settings::default(), "a bad value changes nothing");
        }
        for infinite in ["inf", "nan", "1e400"] {
            assert_eq!(parse(&[("INSTRUMENT_INTERVAL", infinite)]).1.len(), 1);
        }
    }
}
