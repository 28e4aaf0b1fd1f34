//! The example in `docs/format.md` says what the page says that it does.

use crate::{load, text};
use instrument_model::Unit;
use std::time::Duration;

const PAGE: &str = include_str!("../../../docs/format.md");

/// The text between the page's first ```json and ```.
pub const EXAMPLE: &str = {
    let (fence, bytes) = (b"```json\n", PAGE.as_bytes());
    let mut start = 0;
    while !begins(bytes, start, fence) {
        start += 1;
    }
    start += fence.len();
    let mut end = start;
    while !begins(bytes, end, b"\n```") {
        end += 1;
    }
    PAGE.split_at(end).0.split_at(start).1
};

const fn begins(bytes: &[u8], at: usize, with: &[u8]) -> bool {
    let mut index = 0;
    while index < with.len() {
        if bytes[at + index] != with[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[test]
fn the_example_is_saved_byte_for_byte() {
    let snapshot = load(EXAMPLE).expect("the documented example");
    assert_eq!(text(&snapshot), EXAMPLE);
}

#[test]
fn the_example_has_the_documented_figures() {
    let snapshot = load(EXAMPLE).expect("the documented example");
    let data = snapshot.data();
    assert_eq!((data.process.program.as_str(), data.process.pid), ("shop", 4711));
    assert_eq!(snapshot.elapsed(), Duration::from_secs(1));
    let slept = snapshot.partings()[0];
    assert_eq!((slept.gap(), slept.stood_still()), (25_000_000, true));
    assert_eq!((data.cost, data.epoch, data.era), (Some(21.5), 1, 0));
    assert_eq!((snapshot.lost().not_a_number, snapshot.threads()), (1, 2));

    let handle = snapshot.find(&["handle"]).expect("a root");
    assert_eq!(handle.path(), "shop::server::handle");
    assert_eq!(handle.location().to_string(), "src/server.rs:12:1");
    assert_eq!((handle.count(), handle.total(), handle.own()), (3, nanos(6000), nanos(2400)));
    assert_eq!((handle.min(), handle.mean(), handle.max()), (nanos(1000), nanos(2000), nanos(3000)));
    assert_eq!(handle.stddev(), nanos(816));
    assert!((1984..=2015).contains(&handle.quantile(0.5).as_nanos()), "the bucket that the page names");

    let db = snapshot.find(&["handle", "db"]).expect("a child");
    assert_eq!((db.count(), db.total(), db.own()), (3, nanos(3600), nanos(3600)));
    let allocated = handle.column("alloc_bytes").expect("a column");
    assert_eq!((allocated.total(), allocated.own(), allocated.count()), (5632.0, 1536.0, 3.0));
    assert_eq!((allocated.unit(), allocated.min(), allocated.max()), (&Unit::Bytes, 1536.0, 2560.0));
    let below = db.column("alloc_bytes").expect("a column");
    assert_eq!((below.total(), below.own(), below.laps()), (4096.0, 4096.0, 3));

    let queue = &snapshot.measurements()[0];
    assert_eq!((queue.name(), queue.mean(), queue.stddev()), ("queue_length", 3.5, 0.5));
    assert_eq!(data.timers[0].times.quantile(0.9), Some(2500));
}

fn nanos(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

#[test]
fn every_field_that_is_written_is_described() {
    // All of them, whatever is usual.
    let data = crate::any::Source::new((0..4000).map(|n| n * 0x9e37_79b9 % 1_000_003).collect()).data();
    let saved = text(&instrument_model::Snapshot::new(data).expect("a valid model"));
    let names = saved.split("\":").filter_map(|before| before.rsplit('"').next());
    for name in names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
        assert!(PAGE.contains(&format!("`{name}`")), "docs/format.md doesn't describe `{name}`");
    }
}
