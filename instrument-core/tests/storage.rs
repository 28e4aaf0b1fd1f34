//! Call graphs as data: sums, depths, hashes, threads.

#[path = "../../tests/scripted/child.rs"]
mod child;
#[macro_use]
mod scripted;

use instrument_core::component::{Component, TripCount, WallClock};
use instrument_core::storage::{Entry, Node};
use instrument_core::{Switch, set_enabled, storage};
use scripted::pass;
use std::sync::{Mutex, MutexGuard, PoisonError};

scripted! { Session Chain Threads Open Parallel Kept Hashes Many Pooled Off Late Leaked Apart Wiped Deep Equal Reader }

/// Some tests change what's of the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

/// Runs `within` in a lap that's pushed.
fn spanned<C: Component>(label: &str, within: impl FnOnce()) {
    let mut meter = C::new(label.to_owned());
    meter.push();
    meter.start();
    within();
    meter.pop();
}

fn sums(nodes: &[Node<Entry>]) -> f64 {
    nodes
        .iter()
        .map(|node| {
            assert!(node.exclusive.data >= 0.0, "{node}");
            node.exclusive.data + sums(&node.children)
        })
        .sum()
}

#[test]
fn the_documented_session() {
    let _alone = alone();
    let mut outer = Session::new("foo");
    outer.push();
    outer.start();
    pass(1.0);
    let mut inner = Session::new("bar");
    for lap in 0..10 {
        if lap % 2 == 0 {
            inner.push();
        }
        inner.start();
        pass(0.1 * f64::from(lap + 1));
        inner.stop();
        if lap % 2 == 1 {
            inner.pop();
        }
    }
    outer.stop();
    outer.pop();
    close(inner.get(), 5.5);

    let tree = storage::<Session>().tree();
    let [foo] = &tree[..] else { panic!("one root: {tree:?}") };
    let [bar] = &foo.children[..] else { panic!("one child: {foo:?}") };
    close(foo.inclusive.data, 6.5);
    close(foo.exclusive.data, 1.0);
    close(foo.exclusive.stats.sum, 1.0);
    close(foo.exclusive.stats.max, 1.0);
    assert_eq!((foo.inclusive.laps, foo.inclusive.stats.count, foo.is_dummy), (1, 1, false));
    let stats = bar.inclusive.stats;
    close(bar.inclusive.data, 5.5);
    close(bar.exclusive.data, 5.5);
    assert_eq!((bar.inclusive.laps, stats.count), (10, 5));
    close(stats.sum, 5.5);
    close(stats.min, 0.3);
    close(stats.max, 1.9);
    close(stats.sqr, 7.65);
    close(stats.mean, 1.1);
    close(stats.stddev, (7.65_f64 / 5.0 - 1.1 * 1.1).sqrt());
    close(sums(&tree), foo.inclusive.data);

    // Another test may have lost some pushes, which the table's last line says.
    let text = storage::<Session>().to_string();
    assert_eq!(
        text.split("\nlost: ").next().unwrap_or_default(),
        "Session  Laps  Count     Sum     Own    Mean     Min     Max     Dev\n\
         foo         1      1  6.50 s  1.00 s  6.50 s  6.50 s  6.50 s    0 ns\n\
         |- bar     10      5  5.50 s  5.50 s  1.10 s  300 ms  1.90 s  566 ms"
    );
    let flat = storage::<Session>().flat();
    assert_eq!(
        flat[1].to_string(),
        "  bar: 5.50 s in 10 laps; 5 observations: mean 1.10 s, min 300 ms, max 1.90 s, dev 566 ms"
    );
    assert!(
        bar.to_string().ends_with("\nbar        10      5  5.50 s  5.50 s  1.10 s  300 ms  1.90 s  566 ms"),
        "{bar}"
    );
}

#[test]
fn a_chain_is_as_deep_as_its_calls() {
    let _alone = alone();
    fn fib(number: u64) -> u64 {
        let mut meter = Chain::new("fib");
        meter.push();
        meter.start();
        pass(1.0);
        if number < 2 { number } else { fib(number - 1) + fib(number - 2) }
    }
    assert_eq!(fib(10), 55);
    let flat = storage::<Chain>().flat();
    // The longest way down is from 10 to 1.
    assert_eq!(flat.iter().map(|entry| entry.depth).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    assert_eq!(flat.iter().map(|entry| entry.laps).sum::<u64>(), 177);
    for entry in &flat {
        assert_eq!(entry.hierarchy, vec![entry.hash; entry.depth + 1]);
    }
    let tree = storage::<Chain>().tree();
    close(sums(&tree), tree[0].inclusive.data);
    close(tree[0].inclusive.data, 177.0);
}

#[test]
fn two_threads_are_merged_and_each_counts_once() {
    let _alone = alone();
    let barrier = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                spanned::<Threads>("work", || {
                    for _ in 0..3 {
                        spanned::<Threads>("part", || pass(1.0));
                    }
                });
                barrier.wait();
            });
        }
    });
    let merged = storage::<Threads>().flat();
    let found: Vec<_> = merged.iter().map(|e| (e.prefix.as_str(), e.depth, e.laps, e.stats.count, e.data)).collect();
    assert_eq!(found, [("work", 0, 2, 2, 6.0), ("part", 1, 6, 6, 6.0)]);
    let apart = storage::<Threads>().per_thread().flat();
    let found: Vec<_> = apart.iter().map(|e| (e.prefix.as_str(), e.depth, e.laps, e.data)).collect();
    assert_eq!(found, [("work", 0, 1, 3.0), ("part", 1, 3, 3.0), ("work", 0, 1, 3.0), ("part", 1, 3, 3.0)]);
    assert_ne!(apart[0].tid, apart[2].tid);
    assert_eq!((apart[0].tid, apart[0].pid), (apart[1].tid, std::process::id()));
    assert_eq!(apart[0].rolling_hash, apart[2].rolling_hash);
}

#[test]
fn what_is_still_open_is_a_dummy_and_no_figure_is_negative() {
    let _alone = alone();
    let mut open = Open::new("open");
    open.push();
    open.start();
    spanned::<Open>("closed", || pass(2.0));
    let tree = storage::<Open>().tree();
    assert!(tree[0].is_dummy && !tree[0].children[0].is_dummy);
    assert_eq!((tree[0].inclusive.laps, tree[0].inclusive.data, tree[0].exclusive.data), (0, 2.0, 0.0));
    assert!(storage::<Open>().to_string().contains('-'));
    pass(1.0);
    open.pop();
    let tree = storage::<Open>().tree();
    assert!(!tree[0].is_dummy);
    assert_eq!((tree[0].inclusive.data, tree[0].exclusive.data), (3.0, 1.0));
    // Open again, with more below it than it has observed itself.
    open.push();
    spanned::<Open>("closed", || pass(9.0));
    let tree = storage::<Open>().tree();
    assert_eq!((tree[0].inclusive.data, tree[0].exclusive.data), (11.0, 0.0));
}

#[test]
fn children_side_by_side_make_no_negative_figure() {
    let _alone = alone();
    spanned::<Parallel>("parent", || {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| spanned::<Parallel>("child", || pass(1.0)));
            }
        });
        pass(1.0);
    });
    let tree = storage::<Parallel>().tree();
    let roots: f64 = tree.iter().map(|node| node.inclusive.data).sum();
    close(sums(&tree), roots);
    close(roots, 5.0);
}

#[test]
fn changing_what_was_returned_changes_nothing_inside() {
    let _alone = alone();
    spanned::<Kept>("kept", || pass(1.0));
    let mut tree = storage::<Kept>().tree();
    tree[0].inclusive.prefix.clear();
    tree[0].inclusive.data = -1.0;
    let copy = tree[0].clone();
    tree[0].children.push(copy);
    assert_eq!(
        storage::<Kept>().flat().iter().map(|e| (e.prefix.as_str(), e.data)).collect::<Vec<_>>(),
        [("kept", 1.0)]
    );
}

#[test]
fn hashes_are_the_documented_ones() {
    let _alone = alone();
    fn fnv(bytes: &[u8]) -> u64 {
        let mut hash: u64 = 14_695_981_039_346_656_037;
        for byte in bytes {
            hash ^= u64::from(*byte);
            hash = hash.wrapping_mul(1_099_511_628_211);
        }
        hash
    }
    spanned::<Hashes>("größe", || spanned::<Hashes>("b", || ()));
    let flat = storage::<Hashes>().flat();
    let [a, b] = ["größe", "b"].map(|label| fnv(label.as_bytes()));
    assert_eq!((flat[0].hash, flat[1].hash), (a, b));
    assert_eq!(flat[1].hierarchy, [a, b]);
    assert_eq!(flat[0].rolling_hash, fnv(&a.to_le_bytes()));
    assert_eq!(flat[1].rolling_hash, fnv(&[a.to_le_bytes(), b.to_le_bytes()].concat()));
}

#[test]
fn graphs_grow_with_threads_at_the_same_time_and_not_with_threads_in_turn() {
    const TEST: &str = "graphs_grow_with_threads_at_the_same_time_and_not_with_threads_in_turn";
    // In a process of its own: the harness's threads end whenever they do, and hand back the graphs of other tests.
    child::run(TEST, &[], || {
        for _ in 0..20 {
            std::thread::spawn(|| spanned::<Pooled>("work", || pass(1.0))).join().expect("no panic");
        }
        let flat = storage::<Pooled>().per_thread().flat();
        assert_eq!(flat.iter().map(|entry| entry.laps).collect::<Vec<_>>(), [20]);
    });
}

#[test]
fn what_a_thread_left_open_does_not_count_against_the_next_one() {
    let _alone = alone();
    let leaves_it_open = || {
        let mut meter = Leaked::new("left open");
        meter.push();
        std::mem::forget(meter);
    };
    std::thread::spawn(leaves_it_open).join().expect("no panic");
    std::thread::spawn(|| spanned::<Leaked>("left open", || pass(2.0))).join().expect("no panic");
    let entry = &storage::<Leaked>().flat()[0];
    assert_eq!((entry.depth, entry.data, entry.stats.count), (0, 2.0, 1));
}

#[test]
fn threads_that_are_apart_have_their_numbers() {
    let _alone = alone();
    for _ in 0..2 {
        std::thread::spawn(|| spanned::<Apart>("work\n", || pass(1.0))).join().expect("no panic");
        spanned::<Apart>("work\n", || pass(2.0));
    }
    let apart = storage::<Apart>().per_thread();
    let text = apart.to_string();
    for entry in apart.flat() {
        assert!(text.contains(&format!("work\\n (thread {}) ", entry.tid)), "{text}");
    }
    assert_eq!(text.matches("(thread ").count(), apart.flat().len(), "{text}");
    assert!(!storage::<Apart>().to_string().contains("(thread "));
}

#[test]
fn many_siblings_keep_their_order() {
    let _alone = alone();
    spanned::<Many>("root", || {
        for round in 0..2 {
            for child in 0..1000 {
                spanned::<Many>(&child.to_string(), || pass(f64::from(round)));
            }
        }
    });
    let tree = storage::<Many>().tree();
    let names: Vec<_> = tree[0].children.iter().map(|child| child.inclusive.prefix.clone()).collect();
    assert_eq!(names, (0..1000).map(|child| child.to_string()).collect::<Vec<_>>());
    assert!(tree[0].children.iter().all(|child| child.inclusive.laps == 2));
}

#[test]
fn switched_off_nothing_is_measured_and_what_is_open_ends() {
    let _alone = alone();
    let mut open = Off::new("open");
    open.push();
    open.start();
    set_enabled(Switch::Timers, false);
    spanned::<Off>("never", || pass(1.0));
    open.pop();
    set_enabled(Switch::Timers, true);
    let found: Vec<_> = storage::<Off>().flat().into_iter().map(|entry| (entry.prefix, entry.data)).collect();
    assert_eq!(found, [("open".to_owned(), 1.0)]);
}

#[test]
fn a_meter_that_outlives_its_threads_graph_is_counted_as_lost() {
    let _alone = alone();
    struct Holds(std::cell::RefCell<Option<instrument_core::component::Meter<Late>>>);
    thread_local! {
        static HELD: Holds = const { Holds(std::cell::RefCell::new(None)) };
    }
    let before = instrument_core::snapshot().lost().after_exit;
    std::thread::spawn(|| {
        // First used, last destroyed: when it's dropped, the graph is gone.
        HELD.with(|held| {
            let mut meter = Late::new("late");
            meter.start();
            *held.0.borrow_mut() = Some(meter);
        });
        HELD.with(|held| held.0.borrow_mut().as_mut().expect("just put there").push());
    })
    .join()
    .expect("no panic");
    let lost = instrument_core::snapshot().lost().after_exit - before;
    // Which of the two is destroyed first is the platform's choice; either way it's told.
    let kept = storage::<Late>().flat().len() as u64;
    assert_eq!(lost + kept, 1);
}

#[test]
fn a_reset_begins_anew() {
    let _alone = alone();
    spanned::<Wiped>("before", || pass(1.0));
    spanned::<Wiped>("both", || pass(1.0));
    instrument_core::reset();
    assert!(storage::<Wiped>().flat().is_empty());
    spanned::<Wiped>("both", || pass(4.0));
    let flat = storage::<Wiped>().flat();
    let found: Vec<_> = flat.iter().map(|e| (e.prefix.as_str(), e.laps, e.data, e.stats.min)).collect();
    assert_eq!(found, [("both", 1, 4.0, 4.0)]);
}

#[test]
fn what_is_too_deep_is_counted() {
    let _alone = alone();
    let before = instrument_core::snapshot().lost().pushes;
    let mut meters: Vec<_> = (0..2000).map(|_| Deep::new("deeper")).collect();
    for meter in &mut meters {
        meter.push();
        meter.start();
    }
    while let Some(meter) = meters.pop() {
        drop(meter);
    }
    let flat = storage::<Deep>().flat();
    assert_eq!(flat.len(), 1024);
    assert_eq!(instrument_core::snapshot().lost().pushes - before, 2000 - 1024);
}

#[test]
fn trips_stand_for_themselves() {
    let _alone = alone();
    spanned::<TripCount>("caller", || (0..10).for_each(|_| spanned::<TripCount>("callee", || ())));
    let tree = storage::<TripCount>().tree();
    let found = |node: &Node<Entry>| (node.inclusive.data, node.exclusive.data);
    assert_eq!((found(&tree[0]), found(&tree[0].children[0])), ((1.0, 1.0), (10.0, 10.0)));
}

#[test]
fn equal_laps_have_no_deviation_and_merged_threads_the_right_one() {
    let _alone = alone();
    let barrier = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        for figures in [[1.0, 2.0, 3.0], [10.0, 20.0, 60.0]] {
            let barrier = &barrier;
            scope.spawn(move || {
                for figure in figures {
                    spanned::<Equal>("equal", || pass(7.0));
                    spanned::<Equal>("differ", || pass(figure));
                }
                barrier.wait();
            });
        }
    });
    let flat = storage::<Equal>().flat();
    assert_eq!((flat[0].stats.stddev, flat[0].stats.min, flat[0].stats.max), (0.0, 7.0, 7.0));
    let stats = flat[1].stats;
    close(stats.mean, 16.0);
    close(stats.stddev, ((225.0 + 196.0 + 169.0 + 36.0 + 16.0 + 1936.0) / 6.0_f64).sqrt());
    assert_eq!((stats.min, stats.max, stats.count), (1.0, 60.0, 6));
}

#[test]
fn readers_see_whole_observations_while_others_record() {
    let _alone = alone();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20_000 {
                spanned::<Reader>("outer", || spanned::<Reader>("inner", || pass(1.0)));
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let tree = storage::<Reader>().tree();
            sums(&tree);
            for entry in storage::<Reader>().flat() {
                assert_eq!((entry.stats.sum, entry.stats.count), (entry.laps as f64, entry.laps), "{entry}");
            }
        }
    });
    assert_eq!(storage::<Reader>().flat()[0].laps, 20_000);
}

#[test]
fn a_wall_clock_agrees_with_the_one_beside_it() {
    let _alone = alone();
    let mut meter = WallClock::new("sleep");
    let outer = std::time::Instant::now();
    meter.start();
    let inner = std::time::Instant::now();
    std::thread::sleep(std::time::Duration::from_millis(10));
    let inner = inner.elapsed().as_secs_f64();
    meter.stop();
    assert!((inner..=outer.elapsed().as_secs_f64()).contains(&meter.get()));
}
