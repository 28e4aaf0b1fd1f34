//! Components when things end: in destructors of thread-locals, at the process's exit, while unwinding.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
#[path = "scripted/child.rs"]
mod child;

use instrument::component::{self, Component, Marker, Meter};
use instrument::{marker, scope, snapshot, storage};
use parts::use_up;
use std::cell::RefCell;

components! {
    Late = "late" in Count of Total
    Kept = "kept" in Count of Total
    Unwound = "unwound" in Count of Total
    AtExit = "at_exit" in Count of Total
}

struct AtEnd;

impl Drop for AtEnd {
    fn drop(&mut self) {
        let _marker = marker!("late marker", Late);
        let mut meter = Late::new("late meter");
        meter.push();
        meter.start();
        drop(scope!(String::from("late span")));
        meter.pop();
    }
}

thread_local! {
    static AT_END: AtEnd = const { AtEnd };
    static MARKER: RefCell<Option<Marker<Kept>>> = const { RefCell::new(None) };
    static METER: RefCell<Option<Meter<Kept>>> = const { RefCell::new(None) };
}

/// Observations, wherever they are.
fn observed<C: Component>() -> u64 {
    storage::<C>().flat().iter().map(|entry| entry.stats.count).sum()
}

#[test]
fn what_is_measured_in_destructors_of_thread_locals_is_observed_or_counted_as_lost() {
    let text =
        child::run("what_is_measured_in_destructors_of_thread_locals_is_observed_or_counted_as_lost", &[], || {
            let measure = || drop(marker!("before the end", Late));
            for first in [true, false] {
                std::thread::spawn(move || {
                    // Destructors run in an order that depends on which was used first.
                    if first {
                        AT_END.with(|_| ());
                        measure();
                    } else {
                        measure();
                        AT_END.with(|_| ());
                    }
                })
                .join()
                .expect("no panic");
            }
            let lost = snapshot().lost();
            // Each thread: a marker before, and a marker, a meter and a span at its end.
            let spans: u64 =
                snapshot().nodes().filter(|node| node.name() == "late span").map(|node| node.count()).sum();
            assert!(observed::<Late>() + spans + lost.after_exit >= 2 * 4, "{} {spans} {lost:?}", observed::<Late>());
            assert!(observed::<Late>() >= 4, "one of the orders is in time");
            assert!(lost.after_exit > 0, "and one is not");
            let snapshot = snapshot();
            assert!(snapshot.find(&["before the end", "late marker"]).is_none());
            assert!(snapshot.find(&["late marker", "late meter"]).is_some());
        });
    assert_eq!(text, "");
}

#[test]
fn what_a_thread_keeps_until_its_end_does_no_harm_and_its_heir_begins_at_the_top() {
    let _ = child::run("what_a_thread_keeps_until_its_end_does_no_harm_and_its_heir_begins_at_the_top", &[], || {
        for _ in 0..20 {
            std::thread::spawn(|| {
                use_up(1.0);
                let mut meter = Kept::new("kept meter");
                meter.push();
                meter.start();
                METER.set(Some(meter));
                MARKER.set(Some(Marker::new("kept marker")));
                use_up(2.0);
            })
            .join()
            .expect("no panic");
            std::thread::spawn(|| {
                let _marker = marker!("heir", Kept);
                use_up(4.0);
            })
            .join()
            .expect("no panic");
        }
        let snapshot = snapshot();
        let heir = snapshot.find(&["heir"]).and_then(|node| node.column("kept")).expect("measured");
        assert_eq!((heir.total(), heir.count()), (80.0, 20.0));
        // What was kept is observed, or lost and counted; never with a figure that isn't its own.
        let kept = observed::<Kept>() - 20;
        assert!(kept + snapshot.lost().after_exit >= 20, "{kept} {:?}", snapshot.lost());
        for entry in storage::<Kept>().flat().iter().filter(|entry| entry.prefix.starts_with("kept")) {
            assert_eq!((entry.stats.min, entry.stats.max), (2.0, 2.0), "{entry:?}");
        }
        assert_eq!(snapshot.threads(), 1);
    });
}

#[test]
fn a_thousand_markers_and_meters_unwind() {
    fn down(levels: u32) {
        let _marker = marker!("level", Unwound);
        let mut meter = Unwound::new("between");
        meter.push();
        meter.start();
        use_up(1.0);
        if levels == 0 {
            std::panic::resume_unwind(Box::new(()));
        }
        down(levels - 1);
    }
    component::register::<Unwound>();
    assert!(std::panic::catch_unwind(|| down(99)).is_err());
    let entries = storage::<Unwound>().flat();
    assert_eq!(entries.len(), 200);
    for (level, pair) in entries.chunks(2).enumerate() {
        let rest = (100 - level) as f64;
        assert_eq!((pair[0].data, pair[1].data, pair[1].depth), (rest, rest, level * 2 + 1));
        assert_eq!((pair[0].stats.count, pair[1].stats.count), (1, 1));
    }
    drop(marker!("after unwinding", Unwound));
    assert!(snapshot().find(&["after unwinding"]).is_some(), "at the top");
}

#[cfg(unix)]
extern "C" fn late() {
    let _marker = marker!("in a handler", AtExit, WallClock);
    drop(scope!(String::from("in a handler")));
    let mut meter = AtExit::new("in a handler");
    meter.push();
    meter.start();
    let _ = (snapshot(), storage::<AtExit>().tree());
}

#[test]
#[cfg(unix)]
#[expect(unsafe_code, reason = "registers a handler, as C libraries do")]
fn a_marker_at_the_process_exit_does_no_harm() {
    let text = child::run(
        "a_marker_at_the_process_exit_does_no_harm",
        &[("INSTRUMENT_COMPONENTS", "trip_count"), ("INSTRUMENT_AUTO_OUTPUT", "tree")],
        || {
            // SAFETY: `late` doesn't unwind.
            unsafe { libc::atexit(late) };
            // Both are open when the process ends.
            std::mem::forget(marker!("open", AtExit));
            drop(scope!("ended"));
            let _open = marker!("open at exit");
            instrument::component::Meter::<AtExit>::new("open").push();
            #[expect(clippy::exit, reason = "that's what is tested")]
            std::process::exit(0);
        },
    );
    assert!(text.contains("trip_count") && text.contains("ended"), "{text}");
}
