//! Loom models: every interleaving of an owner and a reader, in small. Run by `ci/60-loom.sh`.
#![expect(unsafe_code, reason = "a model says who owns a tree")]

use super::arena::Arena;
use super::epochs::Epochs;
use super::mine::Mine;
use super::node::Node;
use super::pages::CARRIED;
use super::reading::Reading;
use super::stats::keep;
use crate::base::sync::AtomicU32;
use crate::site::{Location, Site};
use loom::sync::{Arc, Mutex};
use loom::thread;

const VALUE: u64 = 100;

static SITE: Site = Site::new(Some("model"), Location::new("m", "f", 1, 1, || "m::f"));

fn root() -> &'static Node {
    Box::leak(Box::new(Node::root()))
}

/// # Safety
/// No other thread owns the node, until the calling one hands it on.
unsafe fn own(node: &'static Node) -> Mine<'static, Node> {
    // SAFETY: the caller promises it.
    unsafe { Mine::new(node) }
}

fn epochs() -> Epochs {
    Epochs { current: AtomicU32::new(1), era: AtomicU32::new(0) }
}

/// What every consistent state fulfils, when all values are equal.
fn check(reading: &Reading, calls: u64) {
    assert!(reading.count <= calls);
    assert_eq!(reading.sum, reading.count * VALUE);
    assert_eq!(reading.squares, u128::from(reading.count * VALUE * VALUE));
    if reading.count > 0 {
        assert_eq!(reading.extremes, (VALUE, VALUE));
    }
}

#[test]
fn a_reader_sees_one_state_or_none() {
    loom::model(|| {
        let (node, epochs) = (root(), Arc::new(epochs()));
        let owner = {
            let epochs = Arc::clone(&epochs);
            thread::spawn(move || {
                // SAFETY: the other thread only reads.
                let node = unsafe { own(node) };
                for start in [1, 2] {
                    node.stats().begin(start);
                    node.stats().record::<{ keep::SQUARES }>(VALUE, &epochs);
                }
            })
        };
        if let Some(reading) = node.stats.try_read(0, 0) {
            check(&reading, 2);
            // A span that's open isn't counted yet: a reader who saw both would count its time twice.
            assert!(reading.open.is_none_or(|start| start == reading.count + 1), "{reading:?}");
        }
        owner.join().expect("the owner doesn't panic");
        let last = node.stats.try_read(0, 0).expect("nobody writes");
        assert_eq!((last.count, last.open), (2, None));
        check(&last, 2);
    });
}

#[test]
fn a_reader_sees_polls_with_what_is_open() {
    loom::model(|| {
        let epochs = Arc::new(epochs());
        let root = root();
        let owner = {
            let epochs = Arc::clone(&epochs);
            thread::spawn(move || {
                // SAFETY: the other thread only reads.
                let stats = unsafe { own(root) }.stats();
                stats.begin(1);
                stats.lock();
                stats.add_poll(VALUE);
                stats.unlock();
                stats.begin(2);
                stats.lock();
                stats.add_poll(VALUE);
                stats.record_locked::<{ keep::SQUARES }>(2 * VALUE, &epochs, || {});
            })
        };
        if let Some(reading) = root.stats.try_read(0, 0) {
            let state = (reading.open, reading.polled, reading.count, reading.sum);
            let states =
                [(None, 0, 0, 0), (Some(1), 0, 0, 0), (None, VALUE, 0, 0), (Some(2), VALUE, 0, 0), (None, 200, 1, 200)];
            // Between two looks at a closed call a whole poll may pass: then it's the state before or after.
            assert!(states.contains(&state), "{state:?}");
        }
        owner.join().expect("the owner doesn't panic");
    });
}

#[test]
fn a_published_node_is_shared() {
    loom::model(|| {
        let root = root();
        let epochs = Arc::new(epochs());
        let owner = {
            let epochs = Arc::clone(&epochs);
            thread::spawn(move || {
                // SAFETY: the other thread only reads.
                let child = unsafe { own(root) }.add_child(&SITE, &mut Arena::default());
                child.stats().record::<{ keep::HISTOGRAM }>(VALUE, &epochs);
            })
        };
        for child in root.children() {
            assert!(child.is_of(&SITE), "published before it was whole");
            if let Some(reading) = child.stats.try_read(0, 0) {
                check(&reading, 1);
            }
            assert!(child.stats.histogram().total() <= 1);
        }
        owner.join().expect("the owner doesn't panic");
        let child = root.children().next().expect("published");
        assert_eq!(child.stats.histogram().total(), 1);
    });
}

#[test]
fn a_snapshot_amid_recording_begins_a_new_epoch() {
    loom::model(|| {
        let (node, epochs) = (root(), Arc::new(epochs()));
        let owner = {
            let epochs = Arc::clone(&epochs);
            thread::spawn(move || {
                // SAFETY: the other thread only reads.
                unsafe { own(node) }.stats().record::<{ keep::EXTREMES }>(VALUE, &epochs);
            })
        };
        epochs.current.store(2, crate::base::sync::Ordering::Relaxed);
        if let Some(reading) = node.stats.try_read(1, 0)
            && reading.count > 0
        {
            assert_eq!(reading.extremes, (VALUE, VALUE), "the roll to a new epoch forgets nothing");
        }
        owner.join().expect("the owner doesn't panic");
    });
}

#[test]
fn extremes_from_before_a_reset_are_gone_whoever_records_amid_it() {
    loom::model(|| {
        const BEFORE: u64 = 1;
        let (node, epochs) = (root(), Arc::new(epochs()));
        // SAFETY: the thread that goes on with it begins later.
        unsafe { own(node) }.stats().record::<{ keep::EXTREMES }>(BEFORE, &epochs);
        let owner = {
            let epochs = Arc::clone(&epochs);
            thread::spawn(move || {
                // SAFETY: the other thread only reads.
                unsafe { own(node) }.stats().record::<{ keep::EXTREMES }>(VALUE, &epochs);
            })
        };
        // As `reset` does.
        let baseline = node.stats.try_read(epochs.end_with_era(), epochs.era());
        owner.join().expect("the owner doesn't panic");
        let since = node.stats.try_read(epochs.end(), epochs.era()).expect("nobody writes");
        // Those of a call that ended just then may be counted with the time before, and then there are none.
        assert!([(VALUE, VALUE), (u64::MAX, 0)].contains(&since.extremes), "{since:?} since {baseline:?}");
    });
}

#[test]
fn a_tree_that_changes_hands_loses_nothing() {
    loom::model(|| {
        let (pool, epochs) = (Arc::new(Mutex::new(vec![root()])), Arc::new(epochs()));
        let lessee = || {
            let (pool, epochs) = (Arc::clone(&pool), Arc::clone(&epochs));
            thread::spawn(move || {
                let leased = pool.lock().expect("not poisoned").pop();
                let node = leased.unwrap_or_else(root);
                // SAFETY: it's in the pool no more, or not yet.
                unsafe { own(node) }.stats().record::<{ keep::EXTREMES }>(VALUE, &epochs);
                pool.lock().expect("not poisoned").push(node);
            })
        };
        let threads = [lessee(), lessee()];
        for thread in threads {
            thread.join().expect("no panic");
        }
        let trees = pool.lock().expect("not poisoned");
        let count: u64 = trees.iter().map(|node| node.stats.try_read(0, 0).map_or(0, |reading| reading.count)).sum();
        assert_eq!(count, 2);
    });
}

#[test]
fn a_reader_amid_a_carry_misses_nothing() {
    loom::model(|| {
        let (node, epochs) = (root(), epochs());
        // SAFETY: the other thread only reads.
        let own = unsafe { own(node) }.stats();
        let record = || own.record::<{ keep::HISTOGRAM }>(VALUE, &epochs);
        record();
        record();
        own.pages().fill(CARRIED - 1);
        let before = u64::from(CARRIED);
        let reader = thread::spawn(move || {
            let total = node.stats.histogram().total();
            assert!((before..=before + 1).contains(&total), "{total}");
        });
        record();
        reader.join().expect("the reader doesn't panic");
        assert_eq!(node.stats.histogram().total(), before + 1);
    });
}
