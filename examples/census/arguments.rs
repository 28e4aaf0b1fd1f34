//! The command line.

use std::path::PathBuf;
use std::time::Duration;

pub struct Arguments {
    pub folder: PathBuf,
    /// How often to print a table of the interval.
    pub every: Option<Duration>,
}

const USAGE: &str = "usage: census [FOLDER] [--every SECONDS]";

impl Arguments {
    pub fn from_command_line() -> Result<Self, String> {
        let (mut folder, mut every) = (None, None);
        let mut arguments = std::env::args_os().skip(1);
        while let Some(argument) = arguments.next() {
            if argument == "--every" {
                let seconds = arguments.next().and_then(|value| value.to_str()?.parse::<f64>().ok());
                let period = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                every = Some(period.ok_or(format!("--every needs a number of seconds, such as 2; {USAGE}"))?);
            } else if argument.to_string_lossy().starts_with('-') {
                return Err(format!("there's no option {}; {USAGE}", argument.display()));
            } else if folder.replace(PathBuf::from(&argument)).is_some() {
                return Err(format!("one folder at a time, please; {USAGE}"));
            }
        }
        let folder = folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        Ok(Arguments { folder, every })
    }
}
