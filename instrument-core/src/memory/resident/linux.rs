//! Linux: `VmRSS` and `VmHWM` of `/proc/self/status`.
//!
//! Not `statm`, which has no peak and counts in pages, whose size one must ask for; and not `getrusage`, whose peak
//! survives `exec`, so that a child of a large process would start with its parent's.

use super::{Resident, Unavailable};
use crate::memory::lines::{self, kibibytes};
use core::ops::ControlFlow;
use std::fs::File;
use std::io::Read;

/// Opened for each reading: a file kept open would be the program's, or the parent's after a `fork`, not ours.
pub(super) fn read() -> Result<Resident, Unavailable> {
    let file = File::open("/proc/self/status").map_err(|_| Unavailable::Unreadable)?;
    parse(file)
}

fn parse(status: impl Read) -> Result<Resident, Unavailable> {
    let (mut bytes, mut peak_bytes) = (None, None);
    let look = |line: &[u8]| {
        bytes = bytes.or_else(|| kibibytes(line, b"VmRSS:"));
        peak_bytes = peak_bytes.or_else(|| kibibytes(line, b"VmHWM:"));
        if bytes.is_some() && peak_bytes.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    lines::each(status, look).map_err(|_| Unavailable::Unreadable)?;
    bytes.map(|bytes| Resident { bytes, peak_bytes }).ok_or(Unavailable::Unexpected)
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
