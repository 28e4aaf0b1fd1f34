//! Lines of the files that Linux states figures in, read without an allocation: it would change what's being measured.

use core::ops::ControlFlow;
use std::io::{ErrorKind, Read, Result};

/// Goes through the lines until `look` breaks, each without its end.
///
/// Lines can be longer than any buffer (a process may be in 65,536 groups), but those with figures aren't: of a long
/// line, only the beginning is kept.
pub(super) fn each(mut file: impl Read, mut look: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<()> {
    let mut chunk = [0_u8; 1024];
    let mut line = [0_u8; 64];
    let mut length = 0;
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for &byte in chunk.iter().take(read) {
            if byte != b'\n' {
                if let Some(slot) = line.get_mut(length) {
                    *slot = byte;
                    length += 1;
                }
                continue;
            }
            if look(line.get(..length).unwrap_or_default()).is_break() {
                return Ok(());
            }
            length = 0;
        }
    }
}

/// The bytes that a line such as `VmRSS:      1748 kB` states, if it begins with `name`.
pub(super) fn kibibytes(line: &[u8], name: &[u8]) -> Option<u64> {
    number(line.strip_prefix(name)?.trim_ascii().strip_suffix(b"kB")?)?.checked_mul(1024)
}

/// A number with nothing but space around it.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    core::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}
