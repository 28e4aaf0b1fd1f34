//! Linux: `VmRSS` and `VmHWM` of `/proc/self/status`.
//!
//! Not `statm`, which has no peak and counts in pages, whose size one must ask for; and not `getrusage`, whose peak
//! survives `exec`, so that a child of a large process would start with its parent's.

use super::{Resident, Unavailable};
use std::fs::File;
use std::io::Read;

/// Opened for each reading: a file kept open would be the program's, or the parent's after a `fork`, not ours.
pub(super) fn read() -> Result<Resident, Unavailable> {
    let file = File::open("/proc/self/status").map_err(|_| Unavailable::Unreadable)?;
    parse(file)
}

/// Goes through the lines with a buffer on the stack, because an allocation would change what's being measured.
///
/// Lines can be longer than any buffer (a process may be in 65,536 groups), but those that we look for aren't: of a long
/// line, only the beginning is kept.
fn parse(mut status: impl Read) -> Result<Resident, Unavailable> {
    let mut chunk = [0_u8; 1024];
    let mut line = [0_u8; 64];
    let mut length = 0;
    let (mut bytes, mut peak_bytes) = (None, None);
    loop {
        let read = match status.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return Err(Unavailable::Unreadable),
        };
        for &byte in chunk.iter().take(read) {
            if byte != b'\n' {
                if let Some(slot) = line.get_mut(length) {
                    *slot = byte;
                    length += 1;
                }
                continue;
            }
            let whole = line.get(..length).unwrap_or_default();
            bytes = bytes.or_else(|| kibibytes(whole, b"VmRSS:"));
            peak_bytes = peak_bytes.or_else(|| kibibytes(whole, b"VmHWM:"));
            length = 0;
        }
        if bytes.is_some() && peak_bytes.is_some() {
            break;
        }
    }
    bytes.map(|bytes| Resident { bytes, peak_bytes }).ok_or(Unavailable::Unexpected)
}

/// The bytes that a line such as `VmRSS:      1748 kB` states, if it begins with `name`.
fn kibibytes(line: &[u8], name: &[u8]) -> Option<u64> {
    let figure = line.strip_prefix(name)?.trim_ascii().strip_suffix(b"kB")?.trim_ascii();
    let figure: u64 = core::str::from_utf8(figure).ok()?.parse().ok()?;
    figure.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{Resident, Unavailable, parse};
    use std::io::Read;

    /// Gives one byte at a time, so that every line is split wherever it can be.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(1).min(buffer.len());
            let (now, later) = self.0.split_at(length);
            buffer[..length].copy_from_slice(now);
            self.0 = later;
            Ok(length)
        }
    }

    #[test]
    fn figures_are_found_behind_lines_longer_than_any_buffer() {
        let groups = "1234567 ".repeat(70_000);
        let status = format!("Name:\tx\nGroups:\t{groups}\nVmHWM:\t   2048 kB\nVmRSS:\t    1024 kB\nThreads:\t1\n");
        let expected = Ok(Resident { bytes: 1 << 20, peak_bytes: Some(2 << 20) });
        assert_eq!(parse(status.as_bytes()), expected);
        assert_eq!(parse(Trickle(status.as_bytes())), expected);
    }

    #[test]
    fn a_name_like_a_figure_is_not_taken_for_one() {
        let status = b"Name:\tVmRSS: 77 kB\nVmRSS:\t4 kB\n";
        assert_eq!(parse(&status[..]), Ok(Resident { bytes: 4096, peak_bytes: None }));
    }

    #[test]
    fn nonsense_is_an_error_with_its_reason() {
        for status in ["", "VmRSS:", "VmRSS:\t4 MB\n", "VmRSS:\tfour kB\n", "VmRSS:\t18446744073709551615 kB\n"] {
            assert_eq!(parse(status.as_bytes()), Err(Unavailable::Unexpected), "{status:?}");
        }
    }
}
