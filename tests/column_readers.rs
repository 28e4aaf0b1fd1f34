//! Readers at any time: whatever others record, each reading has whole observations, and no figure goes back.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;

use instrument::component::Component;
use instrument::{Context, marker, scope, snapshot, storage};
use parts::use_up;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

components! {
    Whole = "whole" in Count of Total
    Beside = "beside" in Count of Total
}

const READERS: usize = 8;
const WRITERS: u64 = 3;

/// Of each reader. A sanitizer gets fewer, by the environment.
fn readings() -> usize {
    if std::env::var_os("INSTRUMENT_TEST_CALLS").is_some() { 5 } else { 60 }
}

fn record(round: u64) {
    let _outer = marker!("outer", Whole, Beside);
    use_up(1.0);
    {
        let _inner = marker!("inner", Whole);
        use_up(2.0);
    }
    // Now and then there's a new path.
    let _path = scope!(format!("path {}", round / 500 % 200));
    let mut flat = Whole::new("flat").scope(storage::Scope::Flat);
    flat.push();
    flat.start();
    use_up(4.0);
    flat.pop();
    use_up(f64::from(u32::from(round.is_multiple_of(2))));
}

/// What all readers have to find: each observation, of 7 or 8, 2 and 4, as a whole.
fn check(before: &mut [f64; 3]) {
    let snapshot = snapshot();
    let of = |path: &[&str], name| snapshot.find(path).and_then(|node| node.column(name));
    let Some(outer) = of(&["around", "outer"], "whole") else { return };
    let Some(beside) = of(&["around", "outer"], "beside") else { return };
    for (column, least, greatest) in [(Some(outer), 7.0, 8.0), (Some(beside), 7.0, 8.0)]
        .into_iter()
        .chain([(of(&["around", "outer", "inner"], "whole"), 2.0, 2.0), (of(&["flat"], "whole"), 4.0, 4.0)])
    {
        let Some(column) = column else { continue };
        let (count, sum) = (column.count(), column.data().inclusive.sum);
        assert_eq!(column.laps() as f64, count);
        assert!(sum >= least * count && sum <= greatest * count, "{sum} in {count}");
        assert!(count == 0.0 || (column.min() >= least && column.max() <= greatest));
        assert!(column.own() >= 0.0 && column.own() <= column.total());
    }
    let inner = of(&["around", "outer", "inner"], "whole").map_or(0.0, |column| column.total());
    // What's below is read first, and is part of what's around.
    assert!(outer.total() >= inner, "{} and {inner} within", outer.total());
    for (now, before) in [outer.count(), outer.total(), inner].into_iter().zip(before) {
        assert!(now >= *before, "{now} after {before}");
        *before = now;
    }
}

#[test]
fn readings_without_pause_find_whole_observations_while_others_record() {
    let (stop, rounds) = (AtomicBool::new(false), AtomicU64::new(0));
    let context = {
        let _around = scope!("around");
        Context::current()
    };
    std::thread::scope(|threads| {
        for _ in 0..WRITERS {
            threads.spawn(|| {
                let _attached = context.attach();
                for round in 0.. {
                    record(round);
                    rounds.fetch_add(1, Relaxed);
                    if stop.load(Relaxed) {
                        break;
                    }
                }
            });
        }
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                threads.spawn(move || {
                    let mut before = [0.0; 3];
                    for _ in 0..readings() {
                        check(&mut before);
                        if reader == 0 {
                            let entries = storage::<Whole>().per_thread().flat();
                            assert!(entries.iter().all(|entry| entry.laps == entry.stats.count));
                        }
                    }
                })
            })
            .collect();
        let results: Vec<_> = readers.into_iter().map(|reader| reader.join()).collect();
        stop.store(true, Relaxed);
        assert!(results.iter().all(Result::is_ok));
    });
    let snapshot = snapshot();
    let outer = snapshot.find(&["around", "outer"]).and_then(|node| node.column("whole")).expect("measured");
    assert_eq!(outer.count(), rounds.load(Relaxed) as f64, "nothing is lost");
    assert_eq!(
        snapshot.find(&["flat"]).and_then(|node| node.column("whole")).map(|flat| flat.count()),
        Some(outer.count())
    );
}
