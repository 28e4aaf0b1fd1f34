//! The global allocator that counts, and hands everything on to the one it wraps.
#![expect(unsafe_code, reason = "`GlobalAlloc` is an unsafe trait, and the wrapped allocator's methods are unsafe")]

use super::by_path;
use crate::heap::{self, Event, live};
use std::alloc::{GlobalAlloc, Layout, System};

/// A global allocator that counts every block and byte, exactly, from any number of threads.
///
/// It hands every request on to `A`, which is the system's allocator unless you say otherwise, and keeps nothing about
/// single blocks. It can be the first thing that a program does, works before `main`, in thread-local destructors and
/// in exit handlers, and never allocates or locks on its own. Requests that fail aren't counted.
///
/// With timers on, it also counts by call path: what's allocated and freed is added to the innermost open span on that thread,
/// in calls that aren't timed as well. So each node of a snapshot has the columns `alloc_bytes` (what blocks grew by when they
/// were resized is part of it), `alloc_blocks` (a block that's resized stays one) and `free_bytes`, own and total, and the table
/// shows the first two. Of an async call it's what its polls did, wherever they ran; work that a
/// [`Context`](crate::Context) was carried to is below the path that it was carried from. What the toolkit itself allocates isn't there, nor
/// what's allocated outside of spans. What it hands out, as a snapshot, or the box around a boxed future, is in the `free_bytes`
/// of the span that drops it.
///
/// It always counts: if it could be switched off, blocks allocated before and freed after would make it wrong for good.
///
/// An allocator of your own, around this one or in it, may be annotated: `#[timer]` on its methods, say. What the toolkit
/// itself allocates meanwhile isn't recorded then, but counted by [`Lost::inside`](crate::Lost::inside). It's counted here,
/// as all blocks are. Call trees have memory of their own, which no allocator of the program's sees.
///
/// The counts are the process's, not the value's: of several such allocators, all add to the same figures.
///
/// # Cost
/// A thread counts by plain stores into memory of its own: `cargo bench --bench memory` compares a small block that's counted,
/// in a span and outside, with one that isn't. A span costs what it costs without. A path's first block makes its counters, of
/// some 200 bytes, in memory that no allocator of the program's sees.
/// A thread's first block looks for counters that a thread before it has left, and makes some if there are none; blocks of
/// destructors that come last, after that of the counters, take an atomic addition or two. There are counters, of 256 bytes,
/// for 32 threads, and for as many more as run at the same time.
///
/// # Examples
/// ```
/// use instrument_core::memory::{self, CountingAllocator};
///
/// #[global_allocator]
/// static ALLOCATOR: CountingAllocator = CountingAllocator::new();
///
/// let before = memory::heap().map_or(0, |heap| heap.live_bytes);
/// let block = vec![0_u8; 5000];
/// let after = memory::heap().map_or(0, |heap| heap.live_bytes);
/// assert!(after - before >= 5000);
/// # drop(block);
/// ```
#[derive(Debug, Default, Clone, Copy)]
pub struct CountingAllocator<A = System> {
    inner: A,
}

impl CountingAllocator {
    /// Counts what goes to the system's allocator.
    #[must_use]
    pub const fn new() -> Self {
        Self::with(System)
    }
}

impl<A> CountingAllocator<A> {
    /// Counts what goes to `inner`, such as the allocator that you'd install otherwise.
    ///
    /// ```
    /// use instrument_core::memory::CountingAllocator;
    /// use std::alloc::System; // in place of yours
    ///
    /// #[global_allocator]
    /// static ALLOCATOR: CountingAllocator<System> = CountingAllocator::with(System);
    /// ```
    #[must_use]
    pub const fn with(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: every call goes to `inner` with its arguments unchanged and comes back with its result unchanged, so what
// `inner` promises holds for us. What we add neither unwinds nor allocates.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps `alloc`'s contract.
        let block = unsafe { self.inner.alloc(layout) };
        if block.is_null() { block } else { allocated(block, layout.size()) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps `alloc_zeroed`'s contract.
        let block = unsafe { self.inner.alloc_zeroed(layout) };
        if block.is_null() { block } else { allocated(block, layout.size()) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // Before the memory is given back: another thread may get it at once, and must not find both counted.
        match count(Event::Freed { size: layout.size() }) {
            // SAFETY: the caller keeps `dealloc`'s contract.
            Left::Nothing if !live::may_have(block) => unsafe { self.inner.dealloc(block, layout) },
            // SAFETY: as above.
            left => unsafe { self.dealloc_rarely(block, layout, left) },
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if live::may_have(block) {
            // SAFETY: the caller keeps `realloc`'s contract.
            return unsafe { self.realloc_rarely(block, layout, new_size) };
        }
        // SAFETY: as above.
        let moved = unsafe { self.inner.realloc(block, layout, new_size) };
        if moved.is_null() { moved } else { resized(moved, layout.size(), new_size) }
    }
}

impl<A: GlobalAlloc> CountingAllocator<A> {
    /// # Safety
    /// That of `dealloc`.
    #[cold]
    #[inline(never)]
    unsafe fn dealloc_rarely(&self, block: *mut u8, layout: Layout, left: Left) {
        if !matches!(left, Left::Nothing) {
            finish(left, Event::Freed { size: layout.size() });
        }
        live::leaves(block);
        // SAFETY: the caller's promise is ours.
        unsafe { self.inner.dealloc(block, layout) }
    }

    /// # Safety
    /// That of `realloc`.
    #[cold]
    #[inline(never)]
    unsafe fn realloc_rarely(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let sampled = live::leaves(block);
        // SAFETY: the caller's promise is ours.
        let moved = unsafe { self.inner.realloc(block, layout, new_size) };
        if moved.is_null() {
            live::stays(block, sampled);
            return moved;
        }
        resized(moved, layout.size(), new_size)
    }
}

/// Counts a block, and gives it back, so that what's rare is the last call.
#[inline(always)]
fn allocated(block: *mut u8, size: usize) -> *mut u8 {
    match count(Event::Allocated { block, size }) {
        Left::Nothing => block,
        left => allocated_rarely(block, size, left),
    }
}

#[cold]
#[inline(never)]
fn allocated_rarely(block: *mut u8, size: usize, left: Left) -> *mut u8 {
    finish(left, Event::Allocated { block, size });
    block
}

/// The same for one that has another size now.
#[inline(always)]
fn resized(block: *mut u8, old: usize, new: usize) -> *mut u8 {
    match count(Event::Resized { block, old, new }) {
        Left::Nothing => block,
        left => resized_rarely(block, old, new, left),
    }
}

#[cold]
#[inline(never)]
fn resized_rarely(block: *mut u8, old: usize, new: usize, left: Left) -> *mut u8 {
    finish(left, Event::Resized { block, old, new });
    block
}

/// What's left to be done after an event was counted: as a rule nothing.
#[derive(Clone, Copy)]
enum Left {
    Nothing,
    /// It's the path's first block, and counted nowhere yet.
    All,
    /// The thread has something to do.
    InThread,
}

#[inline(always)]
fn count(event: Event) -> Left {
    if !by_path::count(event) {
        return Left::All;
    }
    if heap::count(event) { Left::Nothing } else { Left::InThread }
}

fn finish(left: Left, event: Event) {
    if let Left::All = left {
        by_path::finish(event);
        if heap::count(event) {
            return;
        }
    }
    heap::finish(event);
}
