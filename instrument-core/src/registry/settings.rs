//! The `INSTRUMENT_*` variables: read once, each bad value answered by one line on stderr.

use std::sync::OnceLock;
use std::time::Duration;

/// What the environment asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) enabled: bool,
    pub(crate) interval: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { enabled: true, interval: None }
    }
}

/// The settings of this process.
pub(crate) fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let mut complaints = Vec::new();
        let settings = Settings::parse(|name| std::env::var(name).ok(), &mut complaints);
        for complaint in complaints {
            crate::output::write_line(&complaint);
        }
        settings
    })
}

impl Settings {
    fn parse(variable: impl Fn(&str) -> Option<String>, complaints: &mut Vec<String>) -> Settings {
        let mut settings = Settings::default();
        if let Some(value) = variable("INSTRUMENT") {
            match value.trim().to_ascii_lowercase().as_str() {
                "off" | "0" | "false" | "no" => settings.enabled = false,
                "on" | "1" | "true" | "yes" | "" => {}
                _ => complaints.push(format!("instrument: INSTRUMENT={value} is neither `on` nor `off`; staying on")),
            }
        }
        if let Some(value) = variable("INSTRUMENT_INTERVAL") {
            match value.trim().parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
                Some(interval) if !interval.is_zero() => settings.interval = Some(interval),
                _ => complaints.push(format!(
                    "instrument: INSTRUMENT_INTERVAL={value} is not a number of seconds above 0, such as `10` or \
                     `0.5`; ignored"
                )),
            }
        }
        settings
    }
}
