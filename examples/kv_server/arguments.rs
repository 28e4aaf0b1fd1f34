//! The command line.

use std::time::Duration;

pub struct Arguments {
    /// 0 for any that's free.
    pub port: u16,
    /// How often to print a table of the interval.
    pub every: Duration,
    /// When to stop, if nobody asks before.
    pub stop_after: Option<Duration>,
}

const USAGE: &str = "usage: kv_server [--port N] [--every SECONDS] [--seconds N]";

impl Arguments {
    pub fn from_command_line() -> Result<Self, String> {
        let mut found = Arguments { port: 6380, every: Duration::from_secs(5), stop_after: None };
        let mut arguments = std::env::args_os().skip(1);
        while let Some(option) = arguments.next() {
            let value = arguments.next().and_then(|value| value.into_string().ok());
            let seconds = || value.as_ref()?.parse().ok().and_then(|value| Duration::try_from_secs_f64(value).ok());
            if option == "--port" {
                let port = value.as_ref().and_then(|value| value.parse().ok());
                found.port = port.ok_or(format!("--port needs a number up to 65535, such as 6380; {USAGE}"))?;
            } else if option == "--every" {
                let every = seconds().filter(|every| !every.is_zero());
                found.every = every.ok_or(format!("--every needs a number of seconds, such as 5; {USAGE}"))?;
            } else if option == "--seconds" {
                let after = seconds().ok_or(format!("--seconds needs a number of seconds, such as 60; {USAGE}"))?;
                found.stop_after = Some(after);
            } else {
                return Err(format!("there's no option {}; {USAGE}", option.display()));
            }
        }
        Ok(found)
    }
}
