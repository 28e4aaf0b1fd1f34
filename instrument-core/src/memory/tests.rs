//! The counts against ledgers that the tests keep themselves.
//!
//! This test program doesn't install the allocator, so all that's counted is what these tests ask of it directly.
#![expect(unsafe_code, reason = "the allocator's methods are unsafe")]

mod watch;

use crate::heap::{self, STEP};
use super::{CountingAllocator, HeapStats};
use std::alloc::{GlobalAlloc, Layout};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError};

static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// The counts are the process's, so one test at a time.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A block that knows whether somebody else wrote into it.
struct Block {
    start: *mut u8,
    layout: Layout,
    mark: u8,
}

// SAFETY: whoever has the block is the only one to touch its memory.
unsafe impl Send for Block {}

impl Block {
    fn new(layout: Layout, mark: u8, zeroed: bool) -> Self {
        // SAFETY: no layout in here has size 0.
        let start = unsafe { if zeroed { ALLOCATOR.alloc_zeroed(layout) } else { ALLOCATOR.alloc(layout) } };
        assert!(!start.is_null());
        assert_eq!(start.addr() % layout.align(), 0, "{layout:?}");
        // SAFETY: both are bytes of the block, and the zeroed one's are initialised.
        unsafe {
            assert!(!zeroed || (*start == 0 && *start.add(layout.size() - 1) == 0));
            start.write(mark);
            start.add(layout.size() - 1).write(mark);
        }
        Self { start, layout, mark }
    }

    fn resize(&mut self, size: usize) {
        // SAFETY: the block came from this allocator with this layout, and `size` is at least 1.
        let start = unsafe { ALLOCATOR.realloc(self.start, self.layout, size) };
        assert!(!start.is_null());
        self.start = start;
        self.layout = Layout::from_size_align(size, self.layout.align()).expect("small");
        // SAFETY: both are bytes of the block; the first was written when it was made.
        unsafe {
            assert_eq!(start.read(), self.mark);
            start.add(size - 1).write(self.mark);
        }
    }

    fn free(self) -> usize {
        // SAFETY: the block came from this allocator with this layout, its ends were written, and it goes away here.
        unsafe {
            assert_eq!((self.start.read(), self.start.add(self.layout.size() - 1).read()), (self.mark, self.mark));
            ALLOCATOR.dealloc(self.start, self.layout);
        }
        self.layout.size()
    }
}

const THREADS: usize = 8;
const ROUNDS: usize = 20_000;

#[derive(Default, Debug)]
struct Ledger {
    allocations: u64,
    deallocations: u64,
    reallocations: u64,
    allocated: u64,
    freed: u64,
}

impl Ledger {
    fn free(&mut self, block: Block) {
        self.deallocations += 1;
        self.freed += block.free() as u64;
    }

    fn resize(&mut self, block: &mut Block, new: usize) {
        let old = block.layout.size();
        block.resize(new);
        self.reallocations += 1;
        self.allocated += new.saturating_sub(old) as u64;
        self.freed += old.saturating_sub(new) as u64;
    }

    fn add(&mut self, other: &Self) {
        self.allocations += other.allocations;
        self.deallocations += other.deallocations;
        self.reallocations += other.reallocations;
        self.allocated += other.allocated;
        self.freed += other.freed;
    }
}

/// Differences between two readings, which must be those of the ledger.
fn assert_moved(before: HeapStats, after: HeapStats, ledger: &Ledger) {
    assert_eq!(after.allocations - before.allocations, ledger.allocations);
    assert_eq!(after.deallocations - before.deallocations, ledger.deallocations);
    assert_eq!(after.reallocations - before.reallocations, ledger.reallocations);
    assert_eq!(after.allocated_bytes - before.allocated_bytes, ledger.allocated);
    assert_eq!(after.live_bytes + ledger.freed, before.live_bytes + ledger.allocated);
    assert_eq!(after.live_blocks + ledger.deallocations, before.live_blocks + ledger.allocations);
    assert!(after.peak_bytes >= after.live_bytes);
}

/// A small generator of random numbers, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn layout(&mut self) -> Layout {
        let size = match self.below(20) {
            0 => 1 + self.below(1 << 20),
            1..6 => 1 + self.below(1 << 15),
            _ => 1 + self.below(256),
        };
        // Up to a page; ordinary allocations have at most 16.
        Layout::from_size_align(size, 1 << self.below(13)).expect("small")
    }
}

/// Allocates, resizes and frees at random; half of the blocks are freed by the neighbour. Gives back what it still has.
fn churn(seed: u64, neighbour: &Sender<Block>, inbox: &Receiver<Block>) -> (Ledger, Vec<Block>) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ (seed << 32));
    let mut ledger = Ledger::default();
    let mut mine: Vec<Block> = Vec::new();
    for round in 0..ROUNDS {
        if let Ok(block) = inbox.try_recv() {
            ledger.free(block);
        }
        match random.below(4) {
            0 | 1 => {
                let block = Block::new(random.layout(), u8::try_from(round % 251).expect("small"), round % 3 == 0);
                ledger.allocations += 1;
                ledger.allocated += block.layout.size() as u64;
                mine.push(block);
            }
            2 if !mine.is_empty() => {
                let at = random.below(mine.len());
                ledger.resize(&mut mine[at], random.layout().size());
            }
            _ if !mine.is_empty() => {
                let block = mine.swap_remove(random.below(mine.len()));
                if random.below(2) == 0 {
                    neighbour.send(block).expect("inboxes outlive the threads");
                } else {
                    ledger.free(block);
                }
            }
            _ => {}
        }
    }
    (ledger, mine)
}

#[test]
fn counts_equal_the_ledgers_of_eight_threads_that_free_each_others_blocks() {
    let _alone = alone();
    let before = heap::totals();
    let (senders, inboxes): (Vec<_>, Vec<_>) = (0..THREADS).map(|_| channel::<Block>()).unzip();

    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = inboxes
            .into_iter()
            .enumerate()
            .map(|(at, inbox)| {
                let neighbour = senders[(at + 1) % THREADS].clone();
                scope.spawn(move || (churn(at as u64, &neighbour, &inbox), inbox))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread's checks")).collect()
    });

    let mut sum = Ledger::default();
    let mut left = Vec::new();
    for ((ledger, mine), inbox) in results {
        sum.add(&ledger);
        left.extend(mine.into_iter().chain(inbox.try_iter()));
    }
    assert_moved(before, heap::totals(), &sum);
    assert!(left.len() > THREADS && sum.deallocations > 0 && sum.reallocations > 0, "nothing was tested");
    for block in left {
        sum.free(block);
    }
    assert_moved(before, heap::totals(), &sum);
    assert_eq!(heap::totals().live_bytes, before.live_bytes);
}

#[test]
fn live_counts_are_never_negative_while_threads_are_busy() {
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    let _alone = alone();
    let layout = Layout::from_size_align(100, 8).expect("small");
    let done = AtomicBool::new(false);
    let before = heap::totals();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    Block::new(layout, 1, false).free();
                }
            });
        }
        let highest = (0..20_000)
            .map(|_| heap::totals())
            .fold((0, 0), |highest: (u64, u64), now| (highest.0.max(now.live_bytes), highest.1.max(now.live_blocks)));
        // Before anything is asserted, or a failure would wait for the threads forever.
        done.store(true, Relaxed);
        // Three threads have a block each at most; a negative count would show as 2^64 or so.
        assert!(highest.0 < before.live_bytes + (1 << 20) && highest.1 < before.live_blocks + (1 << 10), "{highest:?}");
    });
}

#[test]
fn threads_that_run_one_after_another_share_counters_and_lose_nothing() {
    let _alone = alone();
    let layout = Layout::from_size_align(100, 8).expect("small");
    let before = heap::totals();
    let at_once = |number: usize| {
        let all_count = Arc::new(Barrier::new(number));
        let start = |_| {
            let all_count = Arc::clone(&all_count);
            std::thread::spawn(move || {
                Block::new(layout, 1, false).free();
                all_count.wait();
            })
        };
        let threads: Vec<_> = (0..number).map(start).collect();
        // Not by a scope, which ends before their last destructors have run.
        threads.into_iter().for_each(|thread| thread.join().expect("it only allocates"));
    };
    // More than there are from the start.
    at_once(50);
    let counters = heap::number();
    assert!(counters >= 50, "{counters}");
    (0..200).for_each(|_| at_once(1));
    at_once(50);
    assert_eq!(heap::number(), counters);
    let after = heap::totals();
    assert_eq!(after.allocations - before.allocations, 300);
    assert_eq!(after.deallocations - before.deallocations, 300);
    assert_eq!((after.live_bytes, after.live_blocks), (before.live_bytes, before.live_blocks));
}

/// A block so large that while it's live, whatever is live with it is a new peak. Only its ends are touched.
fn above_every_peak() -> Block {
    let size = usize::try_from(heap::totals().peak_bytes).expect("64 bits") + (1 << 20);
    Block::new(Layout::from_size_align(size, 1).expect("small"), 5, false)
}

#[test]
fn the_peak_is_that_of_the_blocks_that_were_live_at_once() {
    let _alone = alone();
    let block = |size| Block::new(Layout::from_size_align(size, 1).expect("small"), 7, false);
    let before = heap::totals().live_bytes;
    let (base, small) = (above_every_peak(), block(1000));
    let mut large = block(1 << 24);
    large.resize((1 << 24) + 50_000);
    let held = (base.layout.size() + small.layout.size() + large.layout.size()) as u64;
    small.free();
    base.free();
    large.free();
    block(1 << 24).free();
    let error = (before + held).abs_diff(heap::totals().peak_bytes);
    // This thread's counters, and what those of other tests' threads have left unsaid.
    assert!(error < (THREADS as u64 + 1) * STEP, "off by {error} bytes");
}

#[test]
fn a_peak_reached_by_many_threads_in_small_steps_is_within_the_bound() {
    const SIZE: usize = 1000;
    const EACH: usize = 500;
    let _alone = alone();
    let base = above_every_peak();
    let before = heap::totals().live_bytes;
    let all_hold_theirs = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let layout = Layout::from_size_align(SIZE, 1).expect("small");
                let blocks: Vec<_> = (0..EACH).map(|_| Block::new(layout, 9, false)).collect();
                all_hold_theirs.wait();
                blocks.into_iter().map(Block::free).for_each(|freed| assert_eq!(freed, SIZE));
            });
        }
    });
    base.free();
    let truth = before + (THREADS * EACH * SIZE) as u64;
    let error = truth.abs_diff(heap::totals().peak_bytes);
    // Each thread's counters, and those of this one.
    assert!(error < (THREADS as u64 + 1) * STEP, "off by {error} bytes");
}

/// What a thread frees that others allocated is told as well, or the peak would grow with each round.
#[test]
fn a_peak_of_blocks_that_another_thread_frees_is_within_the_bound() {
    const SIZE: usize = 1000;
    const EACH: usize = 1000;
    const ROUNDS: usize = 5;
    let _alone = alone();
    let base = above_every_peak();
    let before = heap::totals().live_bytes;
    let (give, take) = channel::<Vec<Block>>();
    let (done, is_done) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for blocks in take {
                blocks.into_iter().map(Block::free).for_each(|freed| assert_eq!(freed, SIZE));
                done.send(()).expect("the other one waits");
            }
        });
        let layout = Layout::from_size_align(SIZE, 1).expect("small");
        for _ in 0..ROUNDS {
            give.send((0..EACH).map(|_| Block::new(layout, 11, false)).collect()).expect("the other one listens");
            is_done.recv().expect("it frees them");
        }
        drop(give);
    });
    base.free();
    let error = (before + (EACH * SIZE) as u64).abs_diff(heap::totals().peak_bytes);
    assert!(error < (THREADS as u64 + 1) * STEP, "off by {error} bytes");
}

#[test]
fn requests_that_fail_are_not_counted() {
    struct Never;
    // SAFETY: it gives no memory to anybody.
    unsafe impl GlobalAlloc for Never {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 {
            std::ptr::null_mut()
        }
        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    let _alone = alone();
    let before = heap::totals();
    let never = CountingAllocator::with(Never);
    let layout = Layout::from_size_align(100_000, 8).expect("small");
    let mut byte = 0_u8;
    // SAFETY: the layout's size isn't 0; `Never` doesn't touch the block that it's asked to resize.
    unsafe {
        assert!(never.alloc(layout).is_null());
        assert!(never.alloc_zeroed(layout).is_null());
        assert!(never.realloc(&raw mut byte, layout, 200_000).is_null());
    }
    assert_eq!(heap::totals(), before);
}
