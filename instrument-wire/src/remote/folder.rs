//! The folder of sockets: the user's alone, in the user's runtime folder, or, where there's none, in `/tmp`.

use instrument_system::{is_privileged, sockets::connect, user};
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Bytes that a socket's path may have on every Unix (macOS has the fewest: 104 with a final zero).
const LONGEST: usize = 103;

/// Sockets of processes of one number.
pub const MOST_PLACES: u32 = 99;

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

/// In `$XDG_RUNTIME_DIR`, if that's a folder of the user's where nobody else can put anything, and a socket's path fits into
/// what the system allows.
fn runtime() -> Option<PathBuf> {
    if is_privileged() {
        return None;
    }
    let folder = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?);
    let is_ours = |folder: &Path| {
        fs::metadata(folder).is_ok_and(|data| data.is_dir() && data.uid() == user() && data.mode() & 0o022 == 0)
    };
    let inner = folder.join("instrument");
    let fits = socket(&inner, u32::MAX, MOST_PLACES).as_os_str().len() <= LONGEST;
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

/// A process's socket: its first, or a further one. Others may have the process's number, in containers that share the folder,
/// and a process serves twice if it's built with two versions of this.
pub fn socket(folder: &Path, pid: u32, place: u32) -> PathBuf {
    folder.join(match place {
        1 => format!("{pid}.sock"),
        _ => format!("{pid}-{place}.sock"),
    })
}

/// Which process's socket that is, and its place among those of that number.
pub(super) fn place(socket: &Path) -> Option<(u32, u32)> {
    let name = socket.file_name()?.to_str()?.strip_suffix(".sock")?;
    match name.split_once('-') {
        None => Some((name.parse().ok()?, 1)),
        Some((pid, place)) => Some((pid.parse().ok()?, place.parse().ok()?)),
    }
}

/// The sockets in a folder, with the processes that they belong to.
pub fn sockets(folder: &Path) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| Some((place(&path)?.0, path)))
        .collect()
}

/// How long it takes at most from a socket's making to its listening, on a machine that's very busy.
const MAKING: Duration = Duration::from_secs(5);

/// Removes the sockets of processes that ended without doing so, as those that are killed.
pub fn remove_stale(folder: &Path) {
    for (pid, path) in sockets(folder) {
        // A number proves nothing: another process may have got it since, it may be that of a process which its parent hasn't
        // asked after, and in another container it may well run. What tells is that nobody listens; but for a moment, when
        // it's made.
        let is_made = || crate::process::is_running(pid) && is_newer_than(&path, MAKING);
        if is_refused(&path) && !is_made() {
            let _ = fs::remove_file(&path);
        }
    }
}

fn is_newer_than(path: &Path, age: Duration) -> bool {
    let changed = fs::symlink_metadata(path).and_then(|data| data.modified());
    // Where a clock was set back, it's as good as new.
    changed.is_ok_and(|changed| changed.elapsed().map_or(true, |elapsed| elapsed < age))
}

/// Whether nobody listens at that socket. Who listens and is stopped may accept nothing, and isn't waited for.
pub fn is_refused(socket: &Path) -> bool {
    connect(socket, Duration::ZERO).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    #[test]
    fn a_socket_that_nobody_listens_at_goes_whoever_has_the_number_now() {
        let folder = tempfile::tempdir().expect("a folder");
        let own = std::process::id();
        let age = |path: &Path| {
            let past = std::time::SystemTime::now() - MAKING * 2;
            let touched = std::process::Command::new("touch")
                .arg("-d")
                .arg(format!("@{}", past.duration_since(std::time::UNIX_EPOCH).expect("later").as_secs()))
                .arg(path)
                .status();
            assert!(touched.is_ok_and(|status| status.success()));
        };
        let [old, new, listening] = [1, 2, 3].map(|place| socket(folder.path(), own, place));
        // Dropped, it stays as that of a process that's killed does.
        for path in [&old, &new] {
            drop(UnixListener::bind(path).expect("a socket"));
        }
        let listener = UnixListener::bind(&listening).expect("a socket");
        age(&old);
        age(&listening);
        assert_eq!(sockets(folder.path()).len(), 3);
        remove_stale(folder.path());
        assert_eq!((old.exists(), new.exists(), listening.exists()), (false, true, true));
        drop(listener);
        assert_eq!(place(&listening), Some((own, 3)));
        assert_eq!([".sock", "x.sock", "7-.sock", "7-x.sock", "7"].map(|name| place(Path::new(name))), [None; 5]);
    }
}
