//! What a process has read and written, by `/proc/PID/io`.

use super::{Io, Known};

/// That of a process which has ended, and which nobody has waited for yet; after that it's gone. The kernel adds what
/// children did when they're waited for, so it's theirs, too.
pub(super) fn io(pid: u32) -> Known<Io> {
    if !cfg!(target_os = "linux") {
        return Err("only Linux tells bytes".into());
    }
    let path = format!("/proc/{pid}/io");
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            format!("{path} can't be read: the command has rights that this user hasn't, or the kernel hides it")
        }
        std::io::ErrorKind::NotFound => format!("{path} isn't there; mount /proc to see it"),
        _ => format!("{path} can't be read: {error}"),
    })?;
    parse(&text).ok_or_else(|| format!("{path} isn't understood").into())
}

fn parse(text: &str) -> Option<Io> {
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
    fn the_file_is_understood_and_nonsense_is_not() {
        let text = "rchar: 1\nwchar: 2\nsyscr: 9\nsyscw: 9\nread_bytes: 3\nwrite_bytes: 4\ncancelled_write_bytes: 9\n";
        assert_eq!(parse(text), Some(Io { chars_read: 1, chars_written: 2, bytes_read: 3, bytes_written: 4 }));
        assert_eq!(parse("rchar: 1\n"), None);
        assert_eq!(parse(""), None);
    }
}
