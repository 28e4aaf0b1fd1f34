//! Runs a command where there are signals, and a kernel that tells what a child used.

use super::calls::{self, Came, Sender, Shared, Signals};
use super::{End, Known, NotRun, Run, Usage, io};
use instrument_model::Unit;
use std::ffi::{CString, OsString};
use std::io::Error;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

/// Signals after which nothing more is begun.
const ENDING: [i32; 4] = [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT, libc::SIGTERM];
/// Runs commands, one at a time. As long as it's there, signals wait for the command to end or are handed on to it.
pub(crate) struct Runner {
    signals: Signals,
    shared: Shared,
    /// What a command's peak has to exceed to be its own: that of a child that came to its `exec` and no further, which
    /// survives an `exec`, and what the kernel may be wrong by.
    least: u64,
    ended_by: Option<i32>,
}

impl Runner {
    pub(crate) fn new() -> std::io::Result<Runner> {
        let (signals, shared) = (Signals::block()?, Shared::new()?);
        let (_, _, forked) = calls::reap(calls::start(&[c"/dev/null/nothing".into()], &signals, &shared)?)?;
        Ok(Runner { signals, shared, least: forked + calls::uncounted(), ended_by: None })
    }

    /// The signal that asked for an end, if one did; nothing more should be run then.
    pub(crate) fn ended_by(&mut self) -> Option<i32> {
        while let Some(signal) = self.signals.pending() {
            self.note(signal);
        }
        self.ended_by
    }

    fn note(&mut self, signal: i32) {
        if ENDING.contains(&signal) {
            self.ended_by = Some(signal);
        }
    }

    pub(crate) fn run(&mut self, words: &[OsString]) -> Result<Run, NotRun> {
        let lost = |error: Error| NotRun { message: format!("there can't be a process for it: {error}"), code: 125 };
        let c_words: Result<Vec<CString>, _> = words.iter().map(|word| CString::new(word.as_bytes())).collect();
        let c_words = c_words.map_err(|error| lost(error.into()))?;
        let made = calls::now();
        let pid = calls::start(&c_words, &self.signals, &self.shared).map_err(lost)?;
        let lost = |error| NotRun { message: format!("the command can't be waited for: {error}"), code: 125 };
        let end = loop {
            match self.signals.wait() {
                Came::Child => {
                    let now = calls::now();
                    if calls::has_ended(pid).map_err(lost)? {
                        break now;
                    }
                }
                // Who sends a signal to the group that it's in has had it itself.
                Came::Signal(_, Sender::Process(sender)) if sender == pid.cast_signed() => {}
                Came::Signal(signal, sender) => {
                    self.note(signal);
                    if !matches!(sender, Sender::Terminal) {
                        calls::send(pid, signal);
                    }
                }
            }
        };
        let io = io::io(pid);
        let (status, usage, peak) = calls::reap(pid).map_err(lost)?;
        let before = self.shared.take().map_err(|error| NotRun::new(&words[0], &error))?;
        let nanos = |from: u64, to: u64| Duration::from_nanos(to.saturating_sub(from));
        Ok(Run {
            end: ended(status),
            wall: nanos(before.map_or(made, |before| before.nanos), end),
            spawn: match before {
                Some(before) => Ok(nanos(made, before.nanos)),
                None => Err("a signal ended the process before the command was loaded into it".into()),
            },
            usage: Ok(before.map_or(usage, |before| less(usage, before.usage))),
            peak: own_peak(peak, self.least),
            io,
        })
    }
}

/// The command's own peak, if it's larger than that of what was only forked can be.
fn own_peak(peak: u64, least: u64) -> Known<u64> {
    if peak > least || !cfg!(target_os = "linux") {
        return Ok(peak);
    }
    let most = Unit::Bytes.format(peak as f64);
    Err(format!("it's at most {most}, and the process may have had that before the command was loaded into it").into())
}

fn less(all: Usage, before: Usage) -> Usage {
    Usage {
        user: all.user.saturating_sub(before.user),
        system: all.system.saturating_sub(before.system),
        minor_faults: all.minor_faults.saturating_sub(before.minor_faults),
        major_faults: all.major_faults.saturating_sub(before.major_faults),
        voluntary: all.voluntary.saturating_sub(before.voluntary),
        involuntary: all.involuntary.saturating_sub(before.involuntary),
        blocks_in: all.blocks_in.saturating_sub(before.blocks_in),
        blocks_out: all.blocks_out.saturating_sub(before.blocks_out),
    }
}

fn ended(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, Some(signal)) => End::Signalled(signal),
        (None, None) => End::Exited(1),
    }
}

/// Ends as the command ended: with its exit code, or by its signal; where that can't be, with what a shell says of it.
pub(crate) fn end_as(end: End) -> ExitCode {
    match end {
        End::Exited(code) => ExitCode::from(u8::try_from(code & 0xff).unwrap_or(1)),
        End::Signalled(signal) => {
            calls::end_by(signal);
            ExitCode::from(u8::try_from(128 + (signal & 0x7f)).unwrap_or(u8::MAX))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_that_may_be_the_forked_childs_is_none() {
        if cfg!(target_os = "linux") {
            let least = 1024 * 1024;
            assert_eq!(own_peak(2 * least, least).expect("the command's"), 2 * least);
            assert!(own_peak(least, least).is_err_and(|why| why.contains("at most 1.00 MiB")));
        }
    }
}
