//! How much memory there's left for this process: what the system has, or its control groups allow, whichever is less.
//!
//! Both are estimates, of what could be had without swapping: pages of files that can be dropped count as left, the
//! system's by its own reckoning (`MemAvailable`), a group's by its statistics. Groups are those of version 2, at the
//! usual place.

use super::lines;
use core::ops::ControlFlow;
use std::fs::{self, File};
use std::path::Path;

/// In bytes, where the system tells.
pub(super) fn available() -> Option<u64> {
    let of_system = of_system(File::open("/proc/meminfo").ok()?)?;
    let groups = fs::read("/proc/self/cgroup").unwrap_or_default();
    let of_groups = of_groups(Path::new("/sys/fs/cgroup"), &groups);
    Some(of_groups.map_or(of_system, |left| left.min(of_system)))
}

fn of_system(meminfo: impl std::io::Read) -> Option<u64> {
    let mut left = None;
    let look = |line: &[u8]| {
        left = lines::kibibytes(line, b"MemAvailable:");
        if left.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    lines::each(meminfo, look).ok()?;
    left
}

/// What's left in the process's group, and in all that it's in: the least, of those with a limit.
///
/// In a container, the process's path may be that on the host, which isn't there; the container's group is the root
/// then.
fn of_groups(root: &Path, groups: &[u8]) -> Option<u64> {
    let path = groups.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"0::/"))?;
    let path = core::str::from_utf8(path).ok().filter(|path| !path.split('/').any(|part| part == ".."))?;
    let innermost = root.join(path);
    innermost.ancestors().take_while(|group| group.starts_with(root)).filter_map(of_group).min()
}

fn of_group(group: &Path) -> Option<u64> {
    let number = |name| lines::number(&fs::read(group.join(name)).ok()?);
    // `max` where there's no limit, which is no number.
    let limit = number("memory.max")?;
    let used = number("memory.current")?;
    let droppable = File::open(group.join("memory.stat")).ok().map_or(0, droppable);
    Some(limit.saturating_sub(used.saturating_sub(droppable)))
}

/// Of `memory.stat`: pages of files.
fn droppable(stat: impl std::io::Read) -> u64 {
    let mut sum = 0_u64;
    let look = |line: &[u8]| {
        let figure = [&b"inactive_file "[..], b"active_file "].iter().find_map(|name| line.strip_prefix(*name));
        sum = sum.saturating_add(figure.and_then(lines::number).unwrap_or(0));
        ControlFlow::Continue(())
    };
    match lines::each(stat, look) {
        Ok(()) => sum,
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{available, of_groups, of_system};
    use std::fs;
    use std::path::{Path, PathBuf};

    /// A folder that's gone in the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = std::env::temp_dir().join(format!("instrument-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).expect("a folder for temporary files");
            Folder(path)
        }

        /// The files of a group.
        fn group(&self, path: &str, max: &str, current: u64, stat: &str) {
            let group = self.0.join(path);
            fs::create_dir_all(&group).expect("a folder");
            let write = |name: &str, text: &str| fs::write(group.join(name), text).expect("a file");
            write("memory.max", &format!("{max}\n"));
            write("memory.current", &format!("{current}\n"));
            write("memory.stat", stat);
        }

        fn left(&self, groups: &str) -> Option<u64> {
            of_groups(&self.0, groups.as_bytes())
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_system_tells_what_it_has_left() {
        let meminfo = "MemTotal:  2048 kB\nMemFree:  10 kB\nMemAvailable:    1024 kB\nBuffers:  5 kB\n";
        assert_eq!(of_system(meminfo.as_bytes()), Some(1 << 20));
        // So do Linux before 3.14.
        assert_eq!(of_system(&b"MemTotal:  2048 kB\nMemFree:  10 kB\n"[..]), None);
        let left = available();
        assert!(!Path::new("/proc/meminfo").exists() || left.is_some_and(|left| left > 0), "{left:?}");
    }

    #[test]
    fn the_least_that_a_group_on_the_way_to_the_root_has_left_counts() {
        let root = Folder::new("groups");
        assert_eq!(root.left("0::/a/b\n"), None);
        root.group("a/b", "max", 70, "");
        assert_eq!(root.left("0::/a/b\n"), None);
        root.group("a", "1000", 300, "anon 200\nfile 100\nactive_file 10\ninactive_file 90\nactive_filet 7\n");
        assert_eq!(root.left("4:memory:/x\n0::/a/b\n"), Some(800));
        root.group("a/b", "500", 70, "");
        assert_eq!(root.left("0::/a/b\n"), Some(430));
        // More than allowed is used for a moment; pages may be charged to another group.
        root.group("a/b", "50", 70, "");
        assert_eq!(root.left("0::/a/b\n"), Some(0));
        root.group("a/b", "50", 70, "inactive_file 100\n");
        assert_eq!(root.left("0::/a/b\n"), Some(50));
        assert_eq!(root.left("0::/a\n"), Some(800));
    }

    #[test]
    fn a_group_that_is_not_there_is_the_one_that_a_container_has_as_root() {
        let root = Folder::new("container");
        root.group("", "600", 100, "");
        assert_eq!(root.left("0::/docker/0123\n"), Some(500));
        assert_eq!(root.left("0::/\n"), Some(500));
        // Outside of the namespace: nobody can look there.
        assert_eq!(root.left("0::/../other\n"), None);
        assert_eq!(root.left("4:memory:/x\n"), None);
    }
}
