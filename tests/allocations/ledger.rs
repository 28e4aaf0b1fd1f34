//! The test's own way of counting: whoever is about to allocate says for whom.

use instrument::CountingAllocator;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const NOBODY: usize = usize::MAX;

thread_local! {
    static FOR: Cell<usize> = const { Cell::new(NOBODY) };
}

static LEDGERS: [[AtomicU64; 3]; 16] = [const { [const { AtomicU64::new(0) }; 3] }; 16];

/// Writes down what `work` allocates and frees.
pub fn at<R>(ledger: usize, work: impl FnOnce() -> R) -> R {
    let before = FOR.replace(ledger);
    let result = work();
    FOR.set(before);
    result
}

/// Bytes and blocks that were allocated, and bytes that were freed.
pub fn ledger(number: usize) -> [f64; 3] {
    [0, 1, 2].map(|column| LEDGERS[number][column].load(Relaxed) as f64)
}

fn write(bytes: usize, blocks: u64, freed: usize) {
    let by = FOR.get();
    if by != NOBODY {
        for (column, amount) in [bytes as u64, blocks, freed as u64].into_iter().enumerate() {
            LEDGERS[by][column].fetch_add(amount, Relaxed);
        }
    }
}

struct Written(CountingAllocator);

#[global_allocator]
static ALLOCATOR: Written = Written(CountingAllocator::new());

// SAFETY: all is the counting allocator's.
unsafe impl GlobalAlloc for Written {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        write(layout.size(), 1, 0);
        // SAFETY: as the caller promises.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        write(layout.size(), 1, 0);
        // SAFETY: as the caller promises.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        write(0, 0, layout.size());
        // SAFETY: as the caller promises.
        unsafe { self.0.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        write(size.saturating_sub(layout.size()), 0, layout.size().saturating_sub(size));
        // SAFETY: as the caller promises.
        unsafe { self.0.realloc(block, layout, size) }
    }
}
