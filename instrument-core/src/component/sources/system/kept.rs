//! Files under `/proc` that stay open: opening one costs several times as much as reading it.

use crate::process::fork;
use crate::base::sync::lock;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Bytes that we have read of `/proc`, which the kernel counts as the program's.
static OWN_READS: AtomicU64 = AtomicU64::new(0);

/// How many bytes of the process's reads were ours.
pub(super) fn own_reads() -> u64 {
    OWN_READS.load(Relaxed)
}

/// A file that's opened by the first reading and closed by nobody.
///
/// It's the opener's: in a forked child it would still tell about the parent, so a child opens its own. Whoever closes
/// all of a process's files, as daemons do, closes it, too: what's read then is nonsense or an error, not a panic.
pub(super) struct Kept {
    path: &'static str,
    /// With the generation of processes that it's of. Locked only to copy the reference.
    file: Mutex<Option<(u32, &'static File)>>,
}

impl Kept {
    pub(super) const fn new(path: &'static str) -> Self {
        Kept { path, file: Mutex::new(None) }
    }

    /// Keeps others from opening it while this exists.
    pub(super) fn hold(&'static self) -> Box<dyn std::any::Any> {
        Box::new(lock(&self.file))
    }

    fn file(&self) -> Option<&'static File> {
        let generation = fork::generation();
        if let Some((of, file)) = *lock(&self.file)
            && of == generation
        {
            return Some(file);
        }
        fork::watch();
        let file: &'static File = Box::leak(Box::new(File::open(self.path).ok()?));
        *lock(&self.file) = Some((generation, file));
        Some(file)
    }

    /// The file's beginning, as much as fits into `buffer`.
    pub(super) fn read<'a>(&self, buffer: &'a mut [u8]) -> Option<&'a [u8]> {
        let file = self.file()?;
        let read = loop {
            match file.read_at(buffer, 0) {
                Ok(read) => break read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        };
        OWN_READS.fetch_add(read as u64, Relaxed);
        buffer.get(..read)
    }
}
