//! Threads that come and go: nothing of them stays but their counts. Alone in its process, since it looks at memory.

use instrument::{measure, scope, snapshot};
use std::thread;

/// Resident bytes, from the OS.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    statm.split_whitespace().nth(1).expect("a second field").parse::<u64>().expect("a number") * 4096
}

#[test]
#[cfg(target_os = "linux")]
fn threads_that_come_and_go_leave_their_counts_and_no_memory() {
    let batch = |threads: usize| {
        for _ in 0..threads / 4 {
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let _outer = scope!("short-lived");
                        let _inner = scope!("short-lived inner");
                        measure!("short-lived values", 1);
                    });
                }
            });
        }
    };
    batch(1000);
    let before = resident();
    batch(99_000);
    let grown = resident().saturating_sub(before);
    assert!(grown < 4 << 20, "{grown} bytes more after 99,000 threads");
    let snapshot = snapshot();
    assert_eq!(snapshot.find(&["short-lived", "short-lived inner"]).expect("recorded").count(), 100_000);
    let values = snapshot.measurements().iter().find(|m| m.name() == "short-lived values").expect("measured");
    assert_eq!(values.count(), 100_000);
}
