//! The thread that waits for what the handler has to tell.

use super::{NAMES, Signals, handler};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::exit::finish;
use crate::process::fork::Holder;
use crate::process::stderr::warn;
use instrument_system::threads::spawn;
use std::ffi::c_int;
use std::io::{self, ErrorKind, Read};
use std::os::fd::IntoRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Mutex;

static STARTING: Mutex<()> = Mutex::new(());

inventory::submit! { Holder::new(97, || Box::new(lock(&STARTING))) }

/// Watches for the signals that are asked for, and no others; `report` is called for a report while the program goes on.
///
/// What's ignored when this is called stays ignored, as a program's parent may have wanted it.
pub(crate) fn watch(signals: Signals, report: fn()) {
    let _inside = Inside::enter();
    let _starting = lock(&STARTING);
    if signals.ends != Some(true) && signals.report.is_none() {
        return;
    }
    if !handler::is_watched()
        && let Err(error) = start(report)
    {
        return warn(&format!("no thread that waits for signals ({error}); reports are written at exit only"));
    }
    if signals.ends == Some(true) {
        for signal in [libc::SIGINT, libc::SIGTERM] {
            // One that's ignored ends nothing.
            handler::install(signal, true);
        }
    }
    if let Some(signal) = signals.report
        && !handler::install(signal, false)
    {
        let name = NAMES.iter().find(|(_, number)| *number == signal).map_or("", |(name, _)| name);
        warn(&format!(
            "INSTRUMENT_SIGNALS=report:{name}: the program was started with this signal ignored, and so it stays; \
             choose another one"
        ));
    }
}

fn start(report: fn()) -> io::Result<()> {
    let (told, teller) = UnixStream::pair()?;
    spawn("instrument-signals", move || wait(told, report))?;
    handler::tell(teller.into_raw_fd());
    Ok(())
}

/// Each byte is a signal's number.
fn wait(mut told: UnixStream, report: fn()) {
    let mut signal = [0];
    loop {
        match told.read(&mut signal) {
            Ok(1) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // Closed by a program that closes what it doesn't know: the number may be another file's by now.
            _ => return std::mem::forget(told),
        }
        let signal = c_int::from(signal[0]);
        if handler::ends(signal) {
            finish();
            handler::end_by(signal);
        }
        // What's measured may be read by code of the program's, and panic.
        let _ = std::panic::catch_unwind(report);
    }
}
