//! Where reports and lines go, and how a failing target is met: with silence, or with stderr in its stead.

use crate::options::Output;
use crate::process::stderr::{to_stderr, warn};
use crate::process::{facts, terminal};
use crate::settings::settings;
use instrument_model::text::{moment, printable};
use instrument_system::files::Out;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, SystemTime};

/// An output, and what can be shown there.
pub(crate) struct Target {
    output: &'static Output,
    /// Terminal cells; `None` if it's no terminal.
    pub(crate) width: Option<usize>,
    pub(crate) colour: bool,
}

impl Target {
    /// Whether other programs, or other runs of this one, write there, too.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.output, Output::File(_))
    }
}

/// When and by whom something is written: `2026-11-26 21:59:36 UTC, kv_server, pid 4711`.
pub(crate) fn origin() -> String {
    format!("{}, {}, pid {}", moment(SystemTime::now()), facts::program(), std::process::id())
}

/// Whether a terminal program has the terminal that reports go to, so that a table would be written into its display.
pub(crate) fn is_taken() -> bool {
    match settings().output {
        Output::Stderr => terminal::is_raw(&io::stderr()),
        Output::Stdout => terminal::is_raw(&io::stdout()),
        Output::File(_) => false,
    }
}

/// The output that the environment asks for, stderr if it doesn't.
pub(crate) fn target() -> Target {
    let output = &settings().output;
    let terminal = match output {
        Output::Stderr => io::stderr().is_terminal(),
        Output::Stdout => io::stdout().is_terminal(),
        Output::File(_) => false,
    };
    let width = match output {
        Output::Stderr if terminal => terminal::width(&io::stderr()),
        Output::Stdout if terminal => terminal::width(&io::stdout()),
        _ => None,
    };
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    Target { output, width, colour: terminal && !no_color && !dumb }
}

/// Writes `text` in one write, so that what several threads print doesn't mix.
pub(crate) fn write(target: &Target, text: &str) {
    let written = match target.output {
        Output::Stderr => io::stderr().lock().write_all(text.as_bytes()),
        Output::Stdout => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
        }
        Output::File(path) => append(path, text).or_else(|error| {
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                let path = printable(&path.to_string_lossy());
                warn(&format!("can't write to INSTRUMENT_OUTPUT={path} ({error}); writing to stderr instead"));
            });
            to_stderr(text);
            Ok(())
        }),
    };
    // A closed pipe or a full disk is none of the host program's business.
    let _ = written;
}

/// How long a pipe or a terminal may take nothing, before its reader is taken to have stopped.
const PATIENCE: Duration = Duration::from_secs(2);

/// Waits for a reader that has stopped no second time, until it reads again.
fn append(path: &Path, text: &str) -> io::Result<()> {
    static STOPPED: AtomicBool = AtomicBool::new(false);
    let patience = if STOPPED.load(Relaxed) { Duration::ZERO } else { PATIENCE };
    let written = Out::append(path, patience).and_then(|mut out| out.write_all(text.as_bytes()));
    STOPPED.store(written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::TimedOut), Relaxed);
    written
}

/// Writes lines that belong together to where reports go. Where others write, too, a line above says who and when.
pub(crate) fn write_block(lines: &str) {
    let target = target();
    if target.is_shared() && lines.trim_end().contains('\n') {
        write(&target, &format!("{}\n{lines}", origin()));
    } else {
        write(&target, lines);
    }
}

/// Writes one line to where reports go.
pub fn write_line(line: &str) {
    write(&target(), &format!("{line}\n"));
}
