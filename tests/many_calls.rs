//! A hundred million calls: memory grows with call paths, not with calls. Alone in its process, since it looks at memory.

use instrument::{scope, snapshot};

const CALLS: u64 = 100_000_000;

/// Resident bytes, from the OS, without those of files: pages of the program itself come and go as the machine likes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux from 4.5 on");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
}

#[test]
#[cfg(target_os = "linux")]
fn calls_leave_their_count_and_no_memory() {
    let calls = |count| (0..count).for_each(|_| drop(scope!("many")));
    calls(CALLS / 100);
    let before = resident();
    calls(CALLS - CALLS / 100);
    let grown = resident().saturating_sub(before);
    // A byte for each call in a thousand would show. Rare, slow calls may still need a page for their octave.
    assert!(grown < 100_000, "{grown} bytes more");
    let snapshot = snapshot();
    let node = snapshot.find(&["many"]).expect("recorded");
    assert_eq!(node.count(), CALLS);
    assert!(snapshot.lost().is_empty());
}
