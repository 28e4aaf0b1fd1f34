//! Scopes: what a push is one entry with.

#[macro_use]
mod scripted;

use instrument_core::component::{Component, Meter};
use instrument_core::storage::{Entry, Node, Scope, TIMELINE};
use instrument_core::{reset, snapshot, storage};
use scripted::pass;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

scripted! { Flat Line Mixed Full Turns Wiped Read }

/// A reset is for all; the other tests run side by side.
static RESET: RwLock<()> = RwLock::new(());

fn together() -> RwLockReadGuard<'static, ()> {
    RESET.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn alone() -> RwLockWriteGuard<'static, ()> {
    RESET.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn within<C: Component, R>(label: &'static str, scope: Scope, body: impl FnOnce() -> R) -> R {
    let mut meter = Meter::<C>::new(label).scope(scope);
    meter.push();
    meter.start();
    let result = body();
    meter.pop();
    result
}

fn fib<C: Component>(number: u64, scope: Scope) -> u64 {
    within::<C, _>("fib", scope, || {
        pass(1.0);
        if number < 2 { number } else { fib::<C>(number - 1, scope) + fib::<C>(number - 2, scope) }
    })
}

fn exclusive(nodes: &[Node<Entry>]) -> f64 {
    nodes.iter().map(|node| node.exclusive.data + exclusive(&node.children)).sum()
}

fn count(nodes: &[Node<Entry>]) -> usize {
    nodes.iter().map(|node| 1 + count(&node.children)).sum()
}

#[test]
fn flat_is_one_entry_whose_recursion_counts_once() {
    let _together = together();
    assert_eq!(fib::<Flat>(10, Scope::Flat), 55);
    let entries = storage::<Flat>().flat();
    assert_eq!(entries.len(), 1, "{entries:?}");
    let fib = &entries[0];
    assert_eq!((fib.depth, fib.laps, fib.stats.count), (0, 177, 177));
    // 177 calls of one second each: no more than that passed, although most calls are within others.
    assert_eq!((fib.data, fib.stats.max, fib.stats.min), (177.0, 177.0, 1.0));
    assert_eq!(exclusive(&storage::<Flat>().tree()), 177.0);
}

#[test]
fn a_timeline_has_an_entry_for_each_call() {
    let _together = together();
    assert_eq!(fib::<Line>(10, Scope::Timeline), 55);
    let entries = storage::<Line>().flat();
    assert_eq!(entries.len(), 177);
    assert!(entries.iter().all(|entry| (entry.laps, entry.stats.count) == (1, 1)));
    assert_eq!(entries.iter().map(|entry| entry.depth).max(), Some(9));
    let tree = storage::<Line>().tree();
    assert_eq!((tree.len(), tree[0].children.len(), count(&tree)), (1, 2, 177));
    assert_eq!((tree[0].inclusive.data, exclusive(&tree)), (177.0, 177.0));
    // fib(9) was called first.
    let [nine, eight] = [&tree[0].children[0], &tree[0].children[1]].map(|node| node.inclusive.data);
    assert_eq!((nine, eight), (109.0, 67.0));
}

#[test]
fn scopes_mix_and_nothing_is_counted_twice() {
    let _together = together();
    within::<Mixed, _>("tree", Scope::Tree, || {
        pass(1.0);
        for _ in 0..2 {
            within::<Mixed, _>("flat", Scope::Flat, || {
                pass(2.0);
                within::<Mixed, _>("below", Scope::Tree, || pass(4.0));
            });
        }
        for length in [8.0, 16.0] {
            within::<Mixed, _>("moment", Scope::Timeline, || pass(length));
        }
    });
    let tree = storage::<Mixed>().tree();
    let figures = |node: &Node<Entry>| (node.inclusive.prefix.clone(), node.inclusive.data, node.exclusive.data);
    let roots: Vec<_> = tree.iter().map(figures).collect();
    assert_eq!(roots, [("tree".into(), 37.0, 1.0), ("flat".into(), 12.0, 4.0)]);
    let moments: Vec<_> = tree[0].children.iter().map(figures).collect();
    assert_eq!(moments, [("moment".into(), 8.0, 8.0), ("moment".into(), 16.0, 16.0)]);
    assert_eq!(tree[0].children[0].inclusive.depth, 1);
    assert_eq!(tree[1].children.iter().map(figures).collect::<Vec<_>>(), [("below".into(), 8.0, 8.0)]);
    assert_eq!(exclusive(&tree), 37.0);
}

#[test]
fn a_full_timeline_keeps_the_last_and_counts_the_others() {
    let _alone = alone();
    let before = snapshot().lost().overwritten;
    for number in 0..TIMELINE + 100 {
        within::<Full, _>("call", Scope::Timeline, || pass(number as f64));
    }
    let entries = storage::<Full>().flat();
    assert_eq!(entries.len(), TIMELINE);
    assert_eq!((entries[0].data, entries[TIMELINE - 1].data), (100.0, (TIMELINE + 99) as f64));
    assert_eq!(snapshot().lost().overwritten - before, 100);
}

#[test]
fn a_parent_that_was_overwritten_leaves_its_children_in_their_place() {
    let _together = together();
    within::<Turns, _>("root", Scope::Tree, || {
        within::<Turns, _>("gone", Scope::Timeline, || {
            for _ in 0..10 {
                within::<Turns, _>("child", Scope::Timeline, || pass(1.0));
            }
        });
        // Children are written before their parent: the parent goes with the last turn.
        let left = TIMELINE - 1;
        (0..left).for_each(|_| within::<Turns, _>("filler", Scope::Timeline, || ()));
    });
    let tree = storage::<Turns>().tree();
    assert_eq!(tree.len(), 1);
    assert_eq!(tree[0].inclusive.prefix, "root");
    assert_eq!(tree[0].children.len(), TIMELINE, "the parent and all fillers");
}

#[test]
fn a_reset_forgets_a_timeline_and_is_no_loss() {
    let _alone = alone();
    (0..10).for_each(|_| within::<Wiped, _>("call", Scope::Timeline, || pass(1.0)));
    reset();
    assert!(storage::<Wiped>().flat().is_empty());
    (0..TIMELINE).for_each(|_| within::<Wiped, _>("call", Scope::Timeline, || pass(1.0)));
    assert_eq!(storage::<Wiped>().flat().len(), TIMELINE);
    assert_eq!(snapshot().lost().overwritten, 0);
}

#[test]
fn readers_see_whole_entries_while_others_write() {
    let _together = together();
    std::thread::scope(|threads| {
        let writer = threads.spawn(|| {
            for number in 1..200_000_u64 {
                within::<Read, _>("call", Scope::Timeline, || pass(number as f64));
            }
        });
        while !writer.is_finished() {
            let entries = storage::<Read>().tree();
            // Four words of a slot, which are written one after the other.
            let whole = |node: &Node<Entry>| node.inclusive.data == node.exclusive.data;
            assert!(entries.iter().all(whole));
            let figures: Vec<_> = entries.iter().map(|node| node.inclusive.data).collect();
            assert!(figures.is_sorted(), "in the order of calls");
        }
    });
}
