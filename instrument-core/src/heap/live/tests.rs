//! The table by itself: small, full, and with many threads.
#![expect(unsafe_code, reason = "a table is made as the profile makes it, of zeroed memory")]

use super::table::{Sampled, Table};
use std::alloc::{Layout, alloc_zeroed};
use std::collections::HashMap;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

fn table<const SLOTS: usize>() -> Box<Table<SLOTS>> {
    // SAFETY: the layout isn't empty, and all zero is a table.
    unsafe { Box::from_raw(alloc_zeroed(Layout::new::<Table<SLOTS>>()).cast()) }
}

/// A block whose fields can be told from its address.
fn sampled(address: usize) -> Sampled {
    Sampled { node: ptr::without_provenance(address * 3), size: address as u64 * 5, interval: address as u64 * 7 }
}

fn all<const SLOTS: usize>(table: &Table<SLOTS>) -> HashMap<usize, Sampled> {
    let mut all = HashMap::new();
    table.each(|sampled| assert!(all.insert(sampled.node.addr() / 3, sampled).is_none(), "twice: {sampled:?}"));
    all
}

#[test]
fn blocks_are_in_until_they_are_taken_out() {
    let table = table::<1024>();
    let addresses = || (1..=300).map(|at| at * 48);
    assert_eq!(table.take(48), None);
    assert!(addresses().all(|address| table.add(address, &sampled(address))));
    assert_eq!(all(&table), addresses().map(|address| (address, sampled(address))).collect());
    assert_eq!(table.take(47), None);
    for address in addresses().step_by(2) {
        assert_eq!(table.take(address), Some(sampled(address)));
        assert_eq!(table.take(address), None);
    }
    assert_eq!(all(&table).len(), 150);
    for address in addresses().skip(1).step_by(2) {
        assert_eq!(table.take(address), Some(sampled(address)));
    }
    assert_eq!(all(&table).len(), 0);
}

#[test]
fn a_full_table_refuses_blocks_and_has_room_again_when_some_have_gone() {
    let table = table::<64>();
    let (kept, refused): (Vec<usize>, Vec<usize>) =
        (1..=1000).map(|at| at * 16).partition(|&address| table.add(address, &sampled(address)));
    // Each has but a part of the slots to be in; with so many of them, all are taken.
    assert_eq!((kept.len(), refused.len()), (64, 936));
    assert!(refused.iter().all(|&address| table.take(address).is_none()));
    assert!(kept.iter().all(|&address| table.take(address) == Some(sampled(address))));
    assert!(refused[..32].iter().all(|&address| table.add(address, &sampled(address))));
}

#[test]
fn a_table_that_is_half_full_refuses_next_to_nothing() {
    let table = table::<65536>();
    // As an allocator spreads them: sizes of all sorts, one after another.
    let mut address = 0x7f00_0000_0000;
    let refused = (0..32_768).filter(|at| {
        address += 16 + at * 7919 % 4096 / 16 * 16;
        !table.add(address, &sampled(1))
    });
    assert_eq!(refused.count(), 0);
}

#[test]
fn blocks_at_the_same_place_of_the_filter_are_told_apart() {
    let table = table::<65536>();
    // More of them than its counter can count.
    let address = |at: usize| 0x10_0000 + at;
    assert!((2..14).all(|at| table.add(address(at), &sampled(at))));
    let many = |at: usize| at << 36 | 0x30;
    let number = (1..=600).filter(|&at| table.add(many(at), &sampled(at))).count();
    assert!(number >= 590, "{number}");
    let taken = (1..=600).filter(|&at| table.take(many(at)).is_some()).count();
    assert_eq!(taken, number);
    assert!((2..14).all(|at| table.take(address(at)) == Some(sampled(at))));
}

#[test]
fn threads_add_and_take_while_readers_see_whole_blocks_only() {
    const EACH: usize = 40;
    let table = table::<1024>();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_usize)
            .map(|thread| {
                let table = &table;
                scope.spawn(move || {
                    let address = |at: usize| (1 + thread * EACH + at) * 16;
                    for round in 0..if cfg!(miri) { 3 } else { 2000 } {
                        for at in 0..EACH {
                            assert!(table.add(address(at), &sampled(address(at))), "{round}");
                        }
                        for at in 0..EACH {
                            assert_eq!(table.take(address(at)), Some(sampled(address(at))), "{round}");
                        }
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            while !done.load(Relaxed) {
                // Of each, all fields belong together.
                table.each(|seen| assert_eq!(seen, sampled(seen.node.addr() / 3)));
            }
        });
        let results: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        done.store(true, Relaxed);
        results.into_iter().for_each(|result| result.expect("a thread's checks"));
    });
    assert_eq!(all(&table).len(), 0);
}
