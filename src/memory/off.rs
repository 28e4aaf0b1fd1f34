//! Memory, off: nothing is printed, and the allocator is the one it wraps.
#![expect(unsafe_code, reason = "`GlobalAlloc` is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};

/// Prints nothing in this build.
#[inline(always)]
pub fn print_mem(_: &str) {}

/// The allocator that it wraps, and nothing else, in this build.
#[derive(Debug, Default, Clone, Copy)]
pub struct CountingAllocator<A = System> {
    inner: A,
}

impl CountingAllocator {
    /// The system's allocator.
    #[must_use]
    pub const fn new() -> Self {
        Self::with(System)
    }
}

impl<A> CountingAllocator<A> {
    /// `inner`.
    #[must_use]
    pub const fn with(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: every call is handed on as it is to an allocator that keeps the contract.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        unsafe { self.inner.alloc(layout) }
    }

    #[inline(always)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { self.inner.dealloc(block, layout) }
    }

    #[inline(always)]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.inner.alloc_zeroed(layout) }
    }

    #[inline(always)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.inner.realloc(block, layout, size) }
    }
}
