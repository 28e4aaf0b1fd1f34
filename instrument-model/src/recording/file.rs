//! A file that's there as a whole, or not at all.

use instrument_system::files::{Out, within};
use std::collections::hash_map::RandomState;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a pipe or a terminal may take nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Names that are tried for the temporary file.
const TRIES: usize = 16;

/// Has `write` write the file at `path`, as [`Snapshot::save`](crate::Snapshot::save) writes a recording: to a file beside it,
/// which then takes its place, so that it's there as a whole or not at all. Folders that are missing are made.
///
/// # Errors
/// Those of `write`, and where the file can't be written, also since a folder on the way is a link of another user's who
/// isn't root; the message names the path.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("instrument-doc-file-{}", std::process::id()));
/// # let path = folder.join("notes.txt");
/// instrument_model::save_file(&path, &mut |out| out.write_all(b"all of it"))?;
/// assert_eq!(std::fs::read(&path)?, b"all of it");
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn save_file(path: &Path, write: &mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    save(path, write).map_err(|error| says(&error, format_args!("{} can't be written", path.display())))
}

/// The same of a recording.
pub(super) fn save_recording(
    path: &Path,
    write: &mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    save(path, write).map_err(|error| says(&error, format_args!("the recording {} can't be saved", path.display())))
}

fn says(error: &io::Error, what: std::fmt::Arguments<'_>) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

fn save(path: &Path, write: &mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    match fs::metadata(path) {
        // To put a file in the place of `/dev/null` would harm the machine, and root could.
        Ok(known) if !known.is_file() && !known.is_dir() => {
            Out::append(path, PATIENCE).and_then(|mut out| write(&mut out))
        }
        _ => replace(path, write),
    }
}

fn replace(path: &Path, write: &mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    if path.file_name().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path ends without a file's name: add one"));
    }
    let path = &within(path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    let (temporary, mut out) = create_beside(path)?;
    // It isn't waited for until the disk has it: what's promised is about programs that end early, not about machines.
    let written = write(&mut out).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error says what's wrong; one of tidying up wouldn't help anybody.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A new file in the same folder, so that it can be renamed, and which nobody has prepared, so that it's no link.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut last = None;
    for _ in 0..TRIES {
        // Not made of the file's name, which may be as long as names can be.
        let name = format!(".instrument-{:016x}.tmp", RandomState::new().build_hasher().finish());
        let temporary = path.with_file_name(name);
        match options.open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()))
}
