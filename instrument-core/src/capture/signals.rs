//! What signals are asked to do, by the environment or by the program, and the report that one of them is sent for.

use super::report;
use crate::perf_timer;
use crate::process::signals::{Signals, watch};
use crate::settings::Settings;
use crate::state::Setup;

// Where there's no `#[instrument::main]`, from the first span on.
inventory::submit! { Setup(|settings| start(settings, false)) }

/// Watches for the signals that the environment asks for or, where it doesn't say, the program. Where timers are off from
/// the start, none is handled.
pub(super) fn start(settings: &Settings, by_program: bool) {
    if settings.enabled {
        let ends = Some(settings.signals.ends.unwrap_or(by_program));
        watch(Signals { ends, ..settings.signals }, print);
    }
}

/// All so far, while the program goes on.
fn print() {
    report().print();
    perf_timer::print();
}
