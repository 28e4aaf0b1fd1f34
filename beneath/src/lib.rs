//! What a program with any allocator beneath the counting one is to find: its blocks, counted by path and in all.

use instrument::{memory, scope, snapshot};
use std::hint::black_box;
use std::sync::Mutex;
use std::thread;

const THREADS: usize = 4;
const ROUNDS: usize = 1000;

/// Aligned as few blocks are.
#[repr(align(4096))]
struct Page(#[expect(dead_code, reason = "it takes room")] [u8; 4096]);

/// Allocates in every way there is, on several threads, and compares the figures with what it did.
pub fn check() {
    let before = memory::heap().expect("the counting allocator is the global one");
    let kept: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::with_capacity(THREADS * ROUNDS));
    thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| {
                for _ in 0..ROUNDS {
                    let _span = scope!("allocates");
                    let zeroed = black_box(vec![0_u8; 100]);
                    let mut grown: Vec<u8> = black_box(Vec::with_capacity(10));
                    grown.reserve_exact(1000);
                    grown.push(1);
                    grown.shrink_to(500);
                    drop(black_box(Box::new(Page([1; 4096]))));
                    drop(zeroed);
                    kept.lock().expect("nobody panics").push(grown);
                }
            });
        }
    });
    let calls = THREADS * ROUNDS;
    let taken = snapshot();
    let node = taken.find(&["allocates"]).expect("it was called");
    let own = |name| node.column(name).expect("it's counted").own();
    assert_eq!(own("alloc_blocks"), (3 * calls) as f64);
    assert_eq!(own("alloc_bytes"), (calls * (100 + 1000 + 4096)) as f64);
    assert_eq!(own("free_bytes"), (calls * (100 + 500 + 4096)) as f64);
    let after = memory::heap().expect("as before");
    // Besides the threads' own, and their names'.
    assert!(after.live_bytes - before.live_bytes >= (calls * 500) as u64, "{before:?} {after:?}");
    assert!(after.reallocations - before.reallocations >= 2 * calls as u64, "{before:?} {after:?}");
    // Another thread's blocks are freed here.
    {
        let _span = scope!("frees");
        kept.lock().expect("nobody panics").clear();
    }
    let taken = snapshot();
    let freed = taken.find(&["frees"]).and_then(|node| node.column("free_bytes")).map(|column| column.own());
    assert_eq!(freed, Some((calls * 500) as f64));
    let last = memory::heap().expect("as before");
    // A second snapshot has taken some.
    assert!(last.live_bytes + (calls * 500) as u64 <= after.live_bytes + 65_536, "{after:?} {last:?}");
}
