//! Files in folders where others may have put something first: a link, a pipe, a file of their own.
//!
//! Names are replaced, never what links of others point to; nothing waits for a pipe; and what's read or written is the user's
//! own, or root's. New files are for the user alone.

#[cfg(unix)]
mod links;
mod out;

pub use out::Out;

#[cfg(any(unix, windows))]
use std::fs::File;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What's in a file of the user's or root's that nobody else may write to; `None` if it's more than `most` bytes. A link to
/// it may be theirs as well.
///
/// # Errors
///
/// It can't be read, is no file, belongs to somebody else, or can be written by others.
pub fn read(path: &Path, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    let links::Followed { path, is_open_file } = links::follow(path, true, READ)?;
    #[cfg(not(unix))]
    let is_open_file = true;
    careful(&mut options, !is_open_file);
    let file = options.open(path)?;
    let data = file.metadata()?;
    if !data.is_file() {
        return Err(io::Error::other("not a file"));
    }
    trusted(&data, READ)?;
    let mut content = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut content)?;
    Ok((content.len() <= most).then_some(content))
}

/// The same place, by a path without links. Each has to be the user's or root's; one that leads nowhere, in the place of the file
/// itself, is a name like any other.
///
/// # Errors
///
/// There's a link of somebody else's, or one that leads in a circle.
pub fn target(path: &Path) -> io::Result<PathBuf> {
    #[cfg(unix)]
    {
        let followed = links::follow(path, true, READ)?.path;
        // A path that's empty is none of a file.
        if followed.symlink_metadata().is_ok() { Ok(followed) } else { within(path) }
    }
    #[cfg(not(unix))]
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_symlink() => fs::canonicalize(path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(path.to_owned()),
            _ => Err(error),
        }),
        _ => Ok(path.to_owned()),
    }
}

/// The same name, in the same folder, by a path without links, for whoever puts a file there. Links on the way have to be the
/// user's or root's; what the name itself is, doesn't matter.
///
/// # Errors
///
/// There's a link of somebody else's, or one that leads in a circle.
pub fn within(path: &Path) -> io::Result<PathBuf> {
    #[cfg(unix)]
    return links::follow(path, false, WRITTEN).map(|followed| followed.path);
    #[cfg(not(unix))]
    Ok(path.to_owned())
}

/// A file's lock, held until this is dropped, or the process ends.
#[cfg(any(unix, windows))]
#[derive(Debug)]
#[must_use = "it's unlocked when this is dropped: bind it, as in `let _lock = …`"]
pub struct Lock(#[cfg_attr(windows, expect(dead_code, reason = "it's closed when it's dropped"))] File);

/// A forked child has the file open, too, and would keep its lock: closing it isn't enough.
#[cfg(unix)]
impl Drop for Lock {
    fn drop(&mut self) {
        crate::users::unlock(&self.0);
    }
}

/// The locked file, made if need be, unless somebody else holds the lock. Those of the standard library are younger than our
/// oldest compiler.
///
/// # Errors
///
/// It can't be made or opened, or it's a link or no file.
#[cfg(unix)]
pub fn try_lock(path: &Path) -> io::Result<Option<Lock>> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    careful(&mut options, true);
    let file = options.open(within(path)?).map_err(|error| match error.raw_os_error() {
        Some(libc::ELOOP) => io::Error::other("it's a link; remove it, so that a file can be made"),
        Some(libc::ENXIO) => io::Error::other("it's no file; remove it, so that one can be made"),
        _ => error,
    })?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it's no file; remove it, so that one can be made"));
    }
    Ok(crate::users::try_lock(&file)?.then_some(Lock(file)))
}

/// A file that nobody else can open meanwhile, unless somebody else has it open.
///
/// # Errors
///
/// It can't be made or opened.
#[cfg(windows)]
pub fn try_lock(path: &Path) -> io::Result<Option<Lock>> {
    use std::os::windows::fs::OpenOptionsExt;
    const ERROR_SHARING_VIOLATION: i32 = 32;
    match OpenOptions::new().create(true).truncate(false).write(true).share_mode(0).open(path) {
        Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
        opened => opened.map(|file| Some(Lock(file))),
    }
}

/// Gives a name a new content in one step: whoever opens it sees the old file or the new one, also after a crash. The new one
/// has the old one's mode. Whoever calls this holds a lock, so that nobody else does.
///
/// # Errors
///
/// Those of writing a new file beside it, and of renaming that.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = &within(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| io::Error::other("not the name of a file"))?;
    let mut new = std::ffi::OsString::from(".");
    new.push(name);
    new.push(".new");
    let new = folder.join(new);
    // Whose writer was killed: the lock is ours, so nobody is writing it.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    careful(&mut options, true);
    let mut file = options.open(&new)?;
    let written = (|| {
        if let Some(old) = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(content)?;
        // Else the name could reach the disk before the content does.
        file.sync_all()?;
        fs::rename(&new, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&new);
        return written;
    }
    // The new content is in place by now; a folder that can't be synced doesn't undo that.
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// New files are the user's alone; a pipe isn't waited for, nor a last link followed if there may be none.
fn careful(options: &mut OpenOptions, no_link: bool) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NONBLOCK | if no_link { libc::O_NOFOLLOW } else { 0 });
    }
    #[cfg(not(unix))]
    let _ = (options, no_link);
}

/// Why it matters whose a file is that's read.
const READ: &str = "what's in it would run in your processes";

/// Why it matters whose a file is that's written.
#[cfg(unix)]
const WRITTEN: &str = "what's written there isn't for them";

/// Whether nobody but the user, root, and the user's group can have written a file, or will; else why that matters.
fn trusted(data: &fs::Metadata, why: &str) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        owned(data, "it belongs to", why)?;
        let by_others = data.mode() & 0o002 != 0 || (data.mode() & 0o020 != 0 && data.gid() != crate::group());
        if by_others {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!("others may write to it, and {why}; use `chmod go-w` if nobody else has"),
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = (data, why);
    Ok(())
}

#[cfg(unix)]
fn owned(data: &fs::Metadata, what: &str, why: &str) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    if [0, crate::user()].contains(&data.uid()) {
        return Ok(());
    }
    let message = format!("{what} another user, number {}, and {why}; use one of your own", data.uid());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}
