//! What links on the way to a file lead to: those that are the user's or root's are followed, and no others.
//!
//! The kernel asks only whose the last file is, and that only sometimes: in a folder that's shared, anybody may put a link in the
//! place of a name, or of a folder that's part of a path, and lead it to what's the user's.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// As many as Linux follows.
const MOST: usize = 40;

/// A path without links.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) path: PathBuf,
    /// It ends with one of `/proc/self/fd` or the like, which stands for what a process has open, and not for a name.
    pub(super) is_open_file: bool,
}

/// Goes from name to name. What isn't there, or can't be looked at, is left to whoever opens it; `last` says whether the
/// last name is followed, too; `why`, why it matters whose the links are.
pub(super) fn follow(path: &Path, last: bool, why: &str) -> io::Result<Followed> {
    let mut ahead = parts(path);
    let mut done = PathBuf::new();
    let mut links = 0;
    let mut is_open_file = false;
    while let Some(part) = ahead.pop() {
        is_open_file = false;
        let name = done.join(&part);
        let is_last = ahead.is_empty();
        let found = if is_last && !last { None } else { fs::symlink_metadata(&name).ok() };
        let Some(link) = found.filter(fs::Metadata::is_symlink) else {
            done = name;
            continue;
        };
        if is_of_a_process(&link) {
            (done, is_open_file) = (name, true);
            continue;
        }
        let what = if is_last { "it's a link of".to_owned() } else { format!("{} is a link of", name.display()) };
        super::owned(&link, &what, why)?;
        let target = fs::read_link(&name)?;
        // Where others may replace it, it may have been theirs for a moment.
        let same = fs::symlink_metadata(&name)?;
        if (same.dev(), same.ino(), same.uid()) != (link.dev(), link.ino(), link.uid()) {
            return Err(io::Error::other("it's a link that somebody changes"));
        }
        links += 1;
        if links > MOST {
            return Err(io::Error::other("it's a link that leads in a circle"));
        }
        ahead.extend(parts(&target));
    }
    Ok(Followed { path: done, is_open_file })
}

/// The names of a path, the last one first. One that begins anew is the root's.
fn parts(path: &Path) -> Vec<OsString> {
    path.components().rev().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_owned()).collect()
}

/// Whether the kernel made that link, for a process.
fn is_of_a_process(link: &fs::Metadata) -> bool {
    fs::symlink_metadata("/proc/self/fd").is_ok_and(|folder| folder.dev() == link.dev())
}
