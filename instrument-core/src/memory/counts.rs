//! The heap's figures: sharded counters that many threads write, and the exact sums a reader makes of them.
//!
//! One shared counter would put every allocation of every thread on one contended cache line, so there are
//! [`SHARDS`] of them, each alone on its lines, and a thread keeps to one:
//!
//! ```text
//!   thread 1 ─┐                ┌─ shard 0: allocated, freed, flushed, blocks …  ─┐
//!   thread 33 ┴─ fetch_add ──> │                                                 ├─ |pending| ≥ 16 KiB ─> FLUSHED, PEAK
//!   thread 2 ─── fetch_add ──> └─ shard 1: …                                    ─┘
//! ```
//!
//! The totals are sums over all shards, exact whenever nobody allocates meanwhile. The peak can't be had from such sums,
//! because it has to be noticed when it happens: a shard whose bytes moved by [`FLUSH`] since its last report adds that
//! to one global figure, whose highest value is the peak. What is still pending then is all that the peak can miss.
//!
//! Nothing in here allocates, locks, panics, or touches thread-local storage that has a destructor: this code runs
//! inside the allocator, before `main`, and while threads die.

use core::sync::atomic::{
    AtomicI64, AtomicU64,
    Ordering::{Acquire, Relaxed},
};

/// Enough that threads rarely share a line; few enough that reading them all takes a fraction of a microsecond.
const SHARDS: usize = 32;
/// Bytes by which a shard may move before the peak hears of it.
pub(super) const FLUSH: i64 = 16 * 1024;

/// Two lines, since the neighbour line is often fetched along.
#[repr(align(128))]
struct Shard {
    allocations: AtomicU64,
    deallocations: AtomicU64,
    reallocations: AtomicU64,
    allocated: AtomicU64,
    freed: AtomicU64,
    /// How much of `allocated - freed` the global figure already knows.
    flushed: AtomicI64,
}

static COUNTS: [Shard; SHARDS] = [const { Shard::new() }; SHARDS];
/// The sum of all `flushed`.
static FLUSHED: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

/// What the program has asked of its allocator so far, in exact numbers; see [`heap`](super::heap).
///
/// Bytes are those that were asked for: what the allocator below adds for alignment and bookkeeping isn't seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct HeapStats {
    /// Bytes allocated and not yet freed.
    pub live_bytes: u64,
    /// Blocks allocated and not yet freed.
    pub live_blocks: u64,
    /// The most bytes that were live at once.
    ///
    /// Off by less than 16 KiB for each thread, and by less than 512 KiB in all, because threads tell each other of
    /// smaller changes only at intervals. A single block of 16 KiB or more is always seen when it's allocated. Never
    /// below the [`live_bytes`](Self::live_bytes) of a reading during which nobody allocated.
    pub peak_bytes: u64,
    /// Blocks ever allocated.
    pub allocations: u64,
    /// Blocks ever freed.
    pub deallocations: u64,
    /// Blocks ever resized, each of which stays one block, wherever it moved.
    pub reallocations: u64,
    /// Bytes ever allocated, including what blocks grew by when they were resized.
    pub allocated_bytes: u64,
}

/// A block of `size` bytes was handed out.
#[inline]
pub(super) fn allocated(size: usize) {
    let shard = Shard::mine();
    shard.allocations.fetch_add(1, Relaxed);
    shard.grow(size as u64);
}

/// A block of `size` bytes was taken back.
#[inline]
pub(super) fn deallocated(size: usize) {
    let shard = Shard::mine();
    shard.deallocations.fetch_add(1, Relaxed);
    shard.shrink(size as u64);
}

/// A block of `old` bytes now has `new`.
#[inline]
pub(super) fn reallocated(old: usize, new: usize) {
    let shard = Shard::mine();
    shard.reallocations.fetch_add(1, Relaxed);
    match new.checked_sub(old) {
        Some(more) => shard.grow(more as u64),
        None => shard.shrink((old - new) as u64),
    }
}

impl Shard {
    const fn new() -> Self {
        Self {
            allocations: AtomicU64::new(0),
            deallocations: AtomicU64::new(0),
            reallocations: AtomicU64::new(0),
            allocated: AtomicU64::new(0),
            freed: AtomicU64::new(0),
            flushed: AtomicI64::new(0),
        }
    }

    #[inline]
    fn mine() -> &'static Self {
        &COUNTS[index::mine() % SHARDS]
    }

    #[inline]
    fn grow(&self, bytes: u64) {
        let allocated = self.allocated.fetch_add(bytes, Relaxed).wrapping_add(bytes);
        self.flush(difference(allocated, self.freed.load(Relaxed)));
    }

    #[inline]
    fn shrink(&self, bytes: u64) {
        let freed = self.freed.fetch_add(bytes, Relaxed).wrapping_add(bytes);
        self.flush(difference(self.allocated.load(Relaxed), freed));
    }

    #[inline]
    fn flush(&self, live: i64) {
        let flushed = self.flushed.load(Relaxed);
        if live.wrapping_sub(flushed).unsigned_abs() >= FLUSH.unsigned_abs() {
            self.flush_slowly(live, flushed);
        }
    }

    #[cold]
    fn flush_slowly(&self, mut live: i64, mut flushed: i64) {
        // Another thread on this shard may flush at the same time, from an older sum that lacks our bytes; only if it
        // left less than a threshold behind may we leave, or a large block would be missing from the peak.
        while let Err(now) = self.flushed.compare_exchange_weak(flushed, live, Relaxed, Relaxed) {
            flushed = now;
            live = difference(self.allocated.load(Relaxed), self.freed.load(Relaxed));
            if live.wrapping_sub(flushed).unsigned_abs() < FLUSH.unsigned_abs() {
                return;
            }
        }
        let moved = live.wrapping_sub(flushed);
        let total = FLUSHED.fetch_add(moved, Relaxed).wrapping_add(moved);
        if total > PEAK.load(Relaxed) {
            PEAK.fetch_max(total, Relaxed);
        }
    }
}

/// The shard's sums wrap on their own, so that only their difference, which can't be out of range, has a sign.
#[inline]
fn difference(allocated: u64, freed: u64) -> i64 {
    allocated.wrapping_sub(freed).cast_signed()
}

/// Whether this process's global allocator is a counting one.
///
/// The only way to know is to allocate and to look whether it was counted.
pub(super) fn installed() -> bool {
    use core::sync::atomic::AtomicU8;
    const UNKNOWN: u8 = 0;
    const NO: u8 = 1;
    const YES: u8 = 2;
    static ANSWER: AtomicU8 = AtomicU8::new(UNKNOWN);

    match ANSWER.load(Relaxed) {
        YES => true,
        NO => false,
        _ => {
            let allocations = &Shard::mine().allocations;
            let before = allocations.load(Relaxed);
            drop(core::hint::black_box(std::boxed::Box::new(core::hint::black_box(0_u8))));
            let answer = allocations.load(Relaxed) != before;
            ANSWER.store(if answer { YES } else { NO }, Relaxed);
            answer
        }
    }
}

/// The sums of all shards.
pub(super) fn totals() -> HeapStats {
    // A sum made while others allocate is a mix of moments. Two equal ones in a row are a single moment, for all practical
    // purposes; on a busy heap there may be none, and a mix that is microseconds wide has to do.
    const ATTEMPTS: usize = 3;
    let mut sums = Sums::collect();
    let mut settled = false;
    for _ in 0..ATTEMPTS {
        let again = Sums::collect();
        settled = again == sums;
        sums = again;
        if settled {
            break;
        }
    }
    let live = difference(sums.allocated, sums.freed).max(0);
    // What is pending is known now. A mixed sum mustn't raise the peak for good, though: it may never have been true.
    let peak = if settled { PEAK.fetch_max(live, Relaxed).max(live) } else { PEAK.load(Relaxed).max(live) };
    HeapStats {
        live_bytes: live.unsigned_abs(),
        live_blocks: sums.allocations.saturating_sub(sums.deallocations),
        peak_bytes: peak.unsigned_abs(),
        allocations: sums.allocations,
        deallocations: sums.deallocations,
        reallocations: sums.reallocations,
        allocated_bytes: sums.allocated,
    }
}

#[derive(PartialEq, Eq, Default)]
struct Sums {
    allocations: u64,
    deallocations: u64,
    reallocations: u64,
    allocated: u64,
    freed: u64,
}

impl Sums {
    fn collect() -> Self {
        let mut sums = Self::default();
        for shard in &COUNTS {
            let (allocations, deallocations) = pair(&shard.allocations, &shard.deallocations);
            let (allocated, freed) = pair(&shard.allocated, &shard.freed);
            sums.allocations += allocations;
            sums.deallocations += deallocations;
            sums.reallocations += shard.reallocations.load(Relaxed);
            sums.allocated = sums.allocated.wrapping_add(allocated);
            sums.freed = sums.freed.wrapping_add(freed);
        }
        sums
    }
}

/// Two sums that were true at the same moment: the second didn't change around the reading of the first.
///
/// A reader may lose its processor between the two, during which others can go on for milliseconds; their difference
/// would then be anything. After as many attempts as there'd ever be, it's what it is.
fn pair(up: &AtomicU64, down: &AtomicU64) -> (u64, u64) {
    const ATTEMPTS: usize = 16;
    let mut before = down.load(Acquire);
    let mut value = up.load(Acquire);
    for _ in 0..ATTEMPTS {
        let after = down.load(Acquire);
        if after == before {
            break;
        }
        before = after;
        value = up.load(Acquire);
    }
    (value, before)
}

/// Which shard a thread keeps to: they're dealt out in turn.
#[cfg(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple", windows))]
mod index {
    use core::cell::Cell;
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    const NONE: usize = usize::MAX;
    static NEXT: AtomicUsize = AtomicUsize::new(0);

    std::thread_local! {
        // Constant and without a destructor, so it's a plain slot of the thread's memory: nothing is set up on first
        // use, nothing is torn down, and it may be used until the thread's very last instruction.
        static MINE: Cell<usize> = const { Cell::new(NONE) };
    }

    #[inline]
    pub(super) fn mine() -> usize {
        MINE.try_with(|mine| match mine.get() {
            NONE => take(mine),
            index => index,
        })
        .unwrap_or(0)
    }

    #[cold]
    fn take(mine: &Cell<usize>) -> usize {
        let index = NEXT.fetch_add(1, Relaxed) & (NONE >> 1);
        mine.set(index);
        index
    }
}

/// Which shard a thread keeps to, where thread-local storage may itself need the allocator: that of its stack.
#[cfg(not(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple", windows)))]
mod index {
    #[inline]
    pub(super) fn mine() -> usize {
        let here = 0_u8;
        // Stacks lie far apart; a deep one merely changes shards, and the sums don't mind.
        (core::ptr::from_ref(&here).addr() >> 20) ^ (core::ptr::from_ref(&here).addr() >> 24)
    }
}
