//! Many threads at full speed, readers without pause, threads that come and go.

use instrument::{measure, scope, snapshot};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

fn work(calls: u64) {
    for call in 0..calls {
        let _outer = scope!("busy outer");
        {
            let _a = scope!("busy a");
            std::hint::black_box(call);
        }
        if call % 2 == 0 {
            let _b = scope!("busy b");
            measure!("busy values", call);
        }
    }
}

#[test]
fn snapshots_without_pause_disturb_nothing() {
    const THREADS: u64 = 8;
    const CALLS: u64 = 150_000;
    let begin = snapshot();
    let done = AtomicBool::new(false);
    let intervals = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut last, mut count, mut total) = (begin.clone(), 0, Duration::ZERO);
            loop {
                let finished = done.load(Ordering::Acquire);
                let now = snapshot();
                if let Some(outer) = now.find(&["busy outer"]) {
                    let own: Duration = outer.own() + outer.children().map(|child| child.own()).sum::<Duration>();
                    // A nanosecond of rounding for each of the three.
                    assert!(own.abs_diff(outer.total()) <= Duration::from_nanos(3), "{own:?}, {:?}", outer.total());
                    let interval = now.since(&last);
                    let node = interval.find(&["busy outer"]).expect("a node once seen stays");
                    assert!(node.own() <= node.total() && node.min() <= node.max());
                    count += node.count();
                    total += node.total();
                }
                last = now;
                if finished {
                    return (count, total, last);
                }
            }
        });
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| work(CALLS))).collect();
        for worker in workers {
            worker.join().expect("workers don't panic");
        }
        done.store(true, Ordering::Release);
        reader.join().expect("the reader doesn't panic")
    });
    let (count, total, end) = intervals;
    let all = end.since(&begin);
    let outer = all.find(&["busy outer"]).expect("recorded");
    assert_eq!(outer.count(), THREADS * CALLS);
    assert_eq!(all.find(&["busy outer", "busy a"]).expect("recorded").count(), THREADS * CALLS);
    assert_eq!(all.find(&["busy outer", "busy b"]).expect("recorded").count(), THREADS * CALLS / 2);
    assert_eq!(count, THREADS * CALLS, "counts of intervals add up");
    // The ratio of ticks to nanoseconds is refined in the first second, in the sixth digit.
    assert!(total.abs_diff(outer.total()) < outer.total() / 1000, "{total:?} in intervals, {:?}", outer.total());
    let values = end.measurements().iter().find(|m| m.name() == "busy values").expect("measured");
    assert_eq!(values.count(), THREADS * CALLS / 2);
    assert_eq!(values.sum(), THREADS as f64 * (0..CALLS).step_by(2).sum::<u64>() as f64);
    assert_eq!((values.min(), values.max()), (0.0, (CALLS - 2) as f64));
    assert!(end.lost().is_empty());
}

#[test]
fn parallel_children_of_one_name_never_make_own_time_negative() {
    let _parent = scope!("parallel");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let _child = scope!("parallel child");
                thread::sleep(Duration::from_millis(5));
            });
        }
    });
    let snapshot = snapshot();
    let node = snapshot.find(&["parallel"]).expect("open");
    assert!(node.own() <= node.total());
    assert_eq!(snapshot.find(&["parallel child"]).expect("roots of their threads").count(), 4);
}
