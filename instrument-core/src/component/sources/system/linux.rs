//! Linux: `statm`, `status` and `io` of `/proc/self`.

use super::kept::{Kept, own_reads};
use super::{Io, Pages, calls};
use crate::process::fork::Holder;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

static STATM: Kept = Kept::new("/proc/self/statm");
static STATUS: Kept = Kept::new("/proc/self/status");
static IO: Kept = Kept::new("/proc/self/io");

inventory::submit! { Holder::new(94, || Box::new([STATM.hold(), STATUS.hold(), IO.hold()])) }

pub(in crate::component::sources) fn pages() -> Result<Pages, &'static str> {
    static PAGE: OnceLock<u64> = OnceLock::new();
    let mut buffer = [0; 256];
    let text = STATM.read(&mut buffer).ok_or("/proc/self/statm can't be read; mount /proc to see it")?;
    parse_statm(text, *PAGE.get_or_init(calls::page_size)).ok_or("/proc/self/statm isn't understood")
}

fn parse_statm(text: &[u8], page: u64) -> Option<Pages> {
    let mut numbers = core::str::from_utf8(text).ok()?.split_ascii_whitespace();
    let mut bytes = || numbers.next()?.parse::<u64>().ok()?.checked_mul(page);
    Some(Pages { virtual_memory: Ok(bytes()?), resident: bytes()? })
}

/// The most that was ever resident.
///
/// `getrusage` has it for less, but its figure survives `exec`: a child of a large process would begin with its parent's
/// peak, and never see its own. So as long as that's the higher one, `/proc/self/status` is asked, which is the slower.
pub(in crate::component::sources) fn peak(usage: Result<u64, &'static str>) -> Result<u64, &'static str> {
    /// Whether the process has outgrown what it inherited. It never shrinks below again.
    static OUTGROWN: AtomicBool = AtomicBool::new(false);
    if OUTGROWN.load(Relaxed) && usage.is_ok() {
        return usage;
    }
    let mut buffer = [0; 4096];
    let text = STATUS.read(&mut buffer).ok_or("/proc/self/status can't be read; mount /proc to see it")?;
    let peak = parse_peak(text).ok_or("/proc/self/status has no line `VmHWM`")?;
    // Asked after `usage`, so equal or more only if nothing was inherited.
    if usage.is_ok_and(|inherited| inherited <= peak) {
        OUTGROWN.store(true, Relaxed);
    }
    Ok(peak)
}

fn parse_peak(text: &[u8]) -> Option<u64> {
    let line = text.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"VmHWM:"))?;
    let figure = line.trim_ascii().strip_suffix(b"kB")?.trim_ascii();
    core::str::from_utf8(figure).ok()?.parse::<u64>().ok()?.checked_mul(1024)
}

pub(in crate::component::sources) fn io() -> Result<Io, &'static str> {
    // What this reading reads is counted only after it.
    let own = own_reads();
    let mut buffer = [0; 512];
    let text = IO.read(&mut buffer).ok_or("/proc/self/io can't be read; mount /proc to see it")?;
    let mut io = parse_io(text).ok_or("/proc/self/io isn't understood")?;
    io.chars_read = io.chars_read.saturating_sub(own);
    Ok(io)
}

fn parse_io(text: &[u8]) -> Option<Io> {
    let text = core::str::from_utf8(text).ok()?;
    let figure = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))?;
        line.parse::<u64>().ok()
    };
    Some(Io {
        chars_read: figure("rchar")?,
        chars_written: figure("wchar")?,
        bytes_read: figure("read_bytes")?,
        bytes_written: figure("write_bytes")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_understood_and_nonsense_is_not() {
        let pages = parse_statm(b"765 410 382 5 0 123 0\n", 4096).expect("as the kernel writes it");
        assert_eq!((pages.virtual_memory, pages.resident), (Ok(765 * 4096), 410 * 4096));
        assert_eq!(parse_statm(b"765", 4096), None);
        assert_eq!(parse_statm(b"18446744073709551615 1", 4096), None);

        assert_eq!(parse_peak(b"Name:\tVmHWM: 7 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 1 kB\n"), Some(2 << 20));
        assert_eq!(parse_peak(b"VmHWM:\t2 MB\n"), None);

        let text = b"rchar: 1\nwchar: 2\nsyscr: 9\nsyscw: 9\nread_bytes: 3\nwrite_bytes: 4\ncancelled_write_bytes: 9\n";
        let io = Io { chars_read: 1, chars_written: 2, bytes_read: 3, bytes_written: 4 };
        assert_eq!(parse_io(text), Some(io));
        assert_eq!(parse_io(b"rchar: 1\n"), None);
    }

    #[test]
    fn files_are_opened_once() {
        let open = || {
            std::fs::read_dir("/proc/self/fd")
                .expect("its own files")
                .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok().filter(|path| path.ends_with("statm")))
                .count()
        };
        for _ in 0..10 {
            pages().expect("on Linux");
        }
        assert_eq!(open(), 1);
    }
}
