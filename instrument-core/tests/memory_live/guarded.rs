//! An allocator around ours that ends the program if ours allocates.
#![expect(unsafe_code, reason = "`GlobalAlloc` is an unsafe trait")]

use super::CountingAllocator;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

pub struct Guarded(pub CountingAllocator);

thread_local! { static INSIDE: Cell<bool> = const { Cell::new(false) }; }

fn once<R>(request: impl FnOnce() -> R) -> R {
    if INSIDE.replace(true) {
        std::process::abort();
    }
    let result = request();
    INSIDE.set(false);
    result
}

// SAFETY: every request is handed on as it is.
unsafe impl GlobalAlloc for Guarded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        once(|| unsafe { self.0.alloc(layout) })
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        once(|| unsafe { self.0.alloc_zeroed(layout) })
    }
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        once(|| unsafe { self.0.dealloc(block, layout) });
    }
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        once(|| unsafe { self.0.realloc(block, layout, size) })
    }
}
