//! What signals are asked to do, by the environment or by the program, and the report that one of them is sent for.

use super::report;
use crate::perf_timer;
use crate::process::fork::AfterFork;
use crate::process::signals::{Signals, watch};
use crate::settings::{Settings, settings};
use crate::state::Setup;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

// Where there's no `#[instrument::main]`, from the first span on.
inventory::submit! { Setup(|settings| start(settings, false)) }

/// Watches for the signals that the environment asks for or, where it doesn't say, the program. Where timers are off from
/// the start, none is handled.
pub(super) fn start(settings: &Settings, by_program: bool) {
    if settings.enabled {
        BY_PROGRAM.fetch_or(by_program, Relaxed);
        let ends = Some(settings.signals.ends.unwrap_or(by_program));
        watch(Signals { ends, ..settings.signals }, print);
    }
}

/// Whether the program has asked for it.
static BY_PROGRAM: AtomicBool = AtomicBool::new(false);

inventory::submit! { AfterFork(|| start(settings(), BY_PROGRAM.load(Relaxed))) }

/// All so far, while the program goes on.
fn print() {
    report().print();
    perf_timer::print();
}
