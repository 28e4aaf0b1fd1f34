//! Recordings: snapshots as text, saved and loaded.
//!
//! ```text
//!   Snapshot ──fields──▶ json::Writer ──▶ file (a temporary one, then renamed)
//!   Snapshot ◀──check── fields ◀── json::Reader ◀── file
//! ```
//! `docs/format.md` describes the text. What's read can be anything: memory is bounded by the text's length, numbers in
//! it allocate nothing, and nothing is walked recursively that a text can make deeper.

mod error;
mod fields;
mod file;

pub use error::{LoadError, Place};
pub use file::save_file;

use crate::{Snapshot, json};
use std::io::{self, Read, Write};
use std::path::Path;

/// The longest text that's read, in bytes: some 25 times what a recording of 100,000 nodes takes. A pipe can be endless.
const LONGEST: u64 = 1 << 30;
/// Bytes that are read before it's looked at what the text begins with.
const FIRST: u64 = 4096;

/// Saving and loading.
impl Snapshot {
    /// Saves it as a recording: JSON, described in `docs/format.md`. Folders that are missing are made.
    ///
    /// It's written to a file beside it first, which then takes its place: at each time the path has what was there
    /// before, or the whole recording. The file is its owner's only. A path that's no file, such as `/dev/stdout`, is
    /// written to. How much of both a node costs, `cargo bench -p instrument-model --bench recording` tells.
    ///
    /// # Errors
    /// Where it can't be written; the message names the path.
    ///
    /// ```
    /// # let snapshot = instrument_model::Snapshot::new(Default::default()).expect("nothing is wrong with nothing");
    /// # let folder = std::env::temp_dir().join(format!("instrument-doc-{}", std::process::id()));
    /// # let path = folder.join("run.json");
    /// snapshot.save(&path)?;
    /// let again = instrument_model::Snapshot::load(&path)?;
    /// assert_eq!(again.data(), snapshot.data());
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        file::save_recording(path.as_ref(), &mut |out| self.write_to(out))
    }

    /// Loads a recording. Newer minor versions of the format are understood but for what's new in them.
    ///
    /// Costs memory in proportion to the file's length, whatever it says.
    ///
    /// # Errors
    /// [`LoadError`] where the file can't be read, is of a newer version, or isn't a whole recording.
    pub fn load(path: impl AsRef<Path>) -> Result<Snapshot, LoadError> {
        let path = path.as_ref();
        let loaded = std::fs::File::open(path).map_err(LoadError::unreadable).and_then(|file| {
            let length = file.metadata().map_or(0, |metadata| metadata.len());
            Snapshot::read(file, length)
        });
        loaded.map_err(|error| error.of_file(path))
    }

    /// Writes it as a recording, in pieces of some 64 KiB.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, mut out: impl Write) -> io::Result<()> {
        let mut writer = json::Writer::new(&mut out);
        fields::write(self.data(), &mut writer);
        writer.finish()?;
        out.flush()
    }

    /// Reads a recording to its end, of at most a gibibyte.
    ///
    /// # Errors
    /// As of [`load`](Self::load).
    pub fn read_from(from: impl Read) -> Result<Snapshot, LoadError> {
        Snapshot::read(from, 0)
    }

    /// Of about that length.
    fn read(from: impl Read, length: u64) -> Result<Snapshot, LoadError> {
        let text = read_at_most(LONGEST, length, from)?;
        fields::read(&text).map_err(|fault| LoadError::of_fault(fault, &text))
    }
}

/// Reads to the end, unless it's clear before that it's no recording.
fn read_at_most(longest: u64, length: u64, from: impl Read) -> Result<Vec<u8>, LoadError> {
    let mut text = Vec::new();
    let mut from = from.take(longest + 1);
    from.by_ref().take(FIRST).read_to_end(&mut text).map_err(LoadError::unreadable)?;
    let begins_well = text.iter().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|&byte| byte == b'{');
    if begins_well {
        // A byte more, which tells that it has ended; if there's no room, it's seen soon enough.
        let _ = text.try_reserve(length.min(longest).saturating_sub(FIRST) as usize + 1);
        from.read_to_end(&mut text).map_err(LoadError::unreadable)?;
    }
    if text.len() as u64 > longest {
        let problem = format!("this is longer than the {longest} bytes that are read: it's no recording");
        return Err(LoadError::of_fault(json::Fault::new(problem, 0), &text));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_text_is_read_to_a_limit_and_what_begins_otherwise_hardly() {
        let error = read_at_most(10_000, 0, io::repeat(b' ')).expect_err("too long");
        assert!(error.to_string().ends_with("longer than the 10000 bytes that are read: it's no recording"), "{error}");
        assert_eq!(read_at_most(10_000, 0, io::repeat(b'x')).expect("its beginning").len(), FIRST as usize);
        assert_eq!(read_at_most(10_000, 0, &b" {} "[..]).expect("all of it"), b" {} ");
    }
}
