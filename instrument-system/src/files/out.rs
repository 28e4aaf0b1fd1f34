//! What's written to: a file that grows, or whatever else a user names, such as a terminal or a pipe that's read.

#[cfg(unix)]
use super::WRITTEN;
#[cfg(unix)]
use super::links::{Followed, follow};
#[cfg(unix)]
use std::fs;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// An open file to write to, made for the user alone if it wasn't there, and written at its end.
///
/// A pipe or a terminal that takes nothing is waited for as long as `patience` lasts, for all writes together.
#[derive(Debug)]
pub struct Out {
    file: File,
    patience: Duration,
}

impl Out {
    /// Opens the file, and waits for nothing.
    ///
    /// # Errors
    ///
    /// It can't be made or opened. It, or a link in its place, belongs to another user who isn't root, or others may write to
    /// it. It's a pipe that nobody reads, or neither file, pipe nor terminal.
    pub fn append(path: &Path, patience: Duration) -> io::Result<Out> {
        open(path).map(|file| Out { file, patience })
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.patience.is_zero() {
                        return Err(io::Error::new(io::ErrorKind::TimedOut, "nobody reads what's written there"));
                    }
                    let start = Instant::now();
                    #[cfg(unix)]
                    crate::users::wait_to_write(&self.file, self.patience);
                    #[cfg(not(unix))]
                    std::thread::sleep(Duration::from_millis(1));
                    self.patience = self.patience.saturating_sub(start.elapsed());
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    let Followed { path, is_open_file } = follow(path, true, WRITTEN)?;
    let file = attempt(&path, !is_open_file).map_err(|error| {
        let data = if is_open_file { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
        explained(error, data.ok().as_ref())
    })?;
    // What this process has open was opened by who may write there.
    if is_open_file { Ok(file) } else { checked(file) }
}

#[cfg(unix)]
fn attempt(path: &Path, only_name: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // A terminal doesn't become a daemon's own by being written to.
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY | if only_name { libc::O_NOFOLLOW } else { 0 };
    OpenOptions::new().create(true).append(true).mode(0o600).custom_flags(flags).open(path)
}

/// A file, a pipe, or a device that takes characters; only who may do anything can make the latter.
#[cfg(unix)]
fn checked(file: File) -> io::Result<File> {
    use std::os::unix::fs::FileTypeExt;
    let data = file.metadata()?;
    let kind = data.file_type();
    if kind.is_file() || kind.is_fifo() {
        super::trusted(&data, WRITTEN)?;
    } else if !kind.is_char_device() {
        return Err(io::Error::other("it's no file, pipe or terminal"));
    }
    Ok(file)
}

#[cfg(unix)]
fn explained(error: io::Error, data: Option<&fs::Metadata>) -> io::Error {
    use std::os::unix::fs::FileTypeExt;
    match (error.raw_os_error(), data.map(fs::Metadata::file_type)) {
        (Some(libc::ENXIO), Some(kind)) if kind.is_fifo() => {
            io::Error::new(error.kind(), "it's a pipe that nobody reads")
        }
        (Some(libc::ENXIO), Some(kind)) if kind.is_socket() => io::Error::new(error.kind(), "it's a socket"),
        _ => error,
    }
}
