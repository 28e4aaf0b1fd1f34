//! The folder of sockets: the user's alone, in the user's runtime folder, or, where there's none, in `/tmp`.

use crate::system::user;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Bytes that a socket's path may have on every Unix (macOS has the fewest: 104 with a final zero).
const LONGEST: usize = 103;

/// Where a process of this user makes its socket. Makes the folder, if there's none.
///
/// # Errors
///
/// It can't be made, or isn't the user's alone.
pub fn make() -> io::Result<PathBuf> {
    let folder = runtime().unwrap_or_else(fallback);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(explain(&folder, &error)),
        _ => {}
    }
    check(&folder)?;
    Ok(folder)
}

/// Where sockets of this user's processes may be; those started by another session have other settings.
pub fn all() -> Vec<PathBuf> {
    let system = PathBuf::from(format!("/run/user/{}/instrument", user()));
    let mut folders: Vec<PathBuf> = runtime().into_iter().chain([system, fallback()]).collect();
    folders.dedup();
    // What isn't the user's alone can be anybody's trap.
    folders.retain(|folder| check(folder).is_ok());
    folders
}

/// In `$XDG_RUNTIME_DIR`, if that's a folder of the user's, and a socket's path fits into what the system allows.
fn runtime() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?);
    let is_ours = |folder: &Path| fs::metadata(folder).is_ok_and(|data| data.is_dir() && data.uid() == user());
    let inner = folder.join("instrument");
    let fits = socket(&inner, u32::MAX).as_os_str().len() <= LONGEST;
    (folder.is_absolute() && fits && is_ours(&folder)).then_some(inner)
}

fn fallback() -> PathBuf {
    PathBuf::from(format!("/tmp/instrument-{}", user()))
}

/// Whether a folder is the user's alone: in `/tmp` anybody may have made it first.
fn check(folder: &Path) -> io::Result<()> {
    // Not what a link points to.
    let data = fs::symlink_metadata(folder).map_err(|error| explain(folder, &error))?;
    let wrong =
        |what: &str| Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{} {what}", folder.display())));
    if !data.is_dir() {
        return wrong("is no folder; delete it");
    }
    if data.uid() != user() {
        return wrong("belongs to another user; set XDG_RUNTIME_DIR to a folder of your own");
    }
    if data.mode() & 0o077 != 0 {
        return wrong("is open to other users; use `chmod 700` if nobody else has put anything there");
    }
    Ok(())
}

fn explain(folder: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", folder.display()))
}

/// A process's socket.
pub fn socket(folder: &Path, pid: u32) -> PathBuf {
    folder.join(format!("{pid}.sock"))
}

/// The sockets in a folder, with the processes that they belong to.
pub fn sockets(folder: &Path) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let pid = |path: &Path| path.file_name()?.to_str()?.strip_suffix(".sock")?.parse().ok();
    entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| Some((pid(&path)?, path)))
        .collect()
}

/// Removes the sockets of processes that ended without doing so.
pub fn remove_stale(folder: &Path) {
    for (pid, path) in sockets(folder) {
        // Its number alone proves nothing: in another container it may well run.
        if !crate::process::is_running(pid) && is_refused(&path) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether nobody listens at that socket.
pub fn is_refused(socket: &Path) -> bool {
    UnixStream::connect(socket).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}
