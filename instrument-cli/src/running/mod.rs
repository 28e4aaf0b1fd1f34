//! Runs a command, and measures what it took.

#[cfg(unix)]
mod calls;
#[cfg(unix)]
mod io;
#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use other::{Runner, end_as};
#[cfg(unix)]
pub(crate) use unix::{Runner, end_as};

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

/// A figure, or why there's none.
pub(crate) type Known<T> = Result<T, Cow<'static, str>>;

/// What one run took: the command, and its children as far as they were waited for.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) end: End,
    /// From right before its `exec`, or where that isn't known, from before the process was made; to its end.
    pub(crate) wall: Duration,
    /// What making the process took, before `wall` began.
    pub(crate) spawn: Known<Duration>,
    pub(crate) usage: Known<Usage>,
    /// The largest resident set of any of its processes, in bytes.
    pub(crate) peak: Known<u64>,
    pub(crate) io: Known<Io>,
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    Signalled(i32),
}

impl End {
    pub(crate) fn is_success(self) -> bool {
        self == End::Exited(0)
    }
}

/// What the kernel has counted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
    pub(crate) minor_faults: u64,
    pub(crate) major_faults: u64,
    pub(crate) voluntary: u64,
    pub(crate) involuntary: u64,
    pub(crate) blocks_in: u64,
    pub(crate) blocks_out: u64,
}

/// What was read and written, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Io {
    pub(crate) chars_read: u64,
    pub(crate) chars_written: u64,
    pub(crate) bytes_read: u64,
    pub(crate) bytes_written: u64,
}

/// Why a command didn't run.
#[derive(Debug)]
pub(crate) struct NotRun {
    pub(crate) message: String,
    /// What a shell exits with then.
    pub(crate) code: u8,
}

impl NotRun {
    fn new(program: &OsStr, error: &std::io::Error) -> NotRun {
        let name = instrument_model::text::printable(&program.to_string_lossy());
        let is_path = Path::new(program).components().count() > 1;
        match error.kind() {
            std::io::ErrorKind::NotFound if is_path && Path::new(program).exists() => NotRun {
                message: format!("`{name}` can't be run: the interpreter or the loader that it names isn't there"),
                code: 127,
            },
            std::io::ErrorKind::NotFound if is_path => {
                NotRun { message: format!("there's no file `{name}` to run"), code: 127 }
            }
            std::io::ErrorKind::NotFound => NotRun {
                message: format!(
                    "there's no command `{name}` in the folders of PATH; write its path, as `./{name}`, for one that's \
                     elsewhere, or `sh -c '{name} …'` for what a shell does itself"
                ),
                code: 127,
            },
            std::io::ErrorKind::PermissionDenied => NotRun {
                message: format!("`{name}` can't be run: it isn't an executable file of yours (try `chmod +x`)"),
                code: 126,
            },
            _ => NotRun { message: format!("`{name}` can't be run: {error}"), code: 126 },
        }
    }
}
