//! The live profile: a sample of the blocks that are alive, each with the place that it was allocated in.
//!
//! ```text
//!   alloc ── bytes so far ≥ due? ── seldom ──▶ sampled: into the table, with its node; the next byte is drawn
//!   free  ── table? filter? ────── seldom ──▶ out of the table
//! ```
//!
//! Of a thread's allocated bytes, one in so many is sampled by chance, see [`chance`], and with it the block that it's in. So a
//! block of a known size has a known probability of being in the table, and stands for as many blocks as that's the inverse
//! of: sums of them are unbiased. A block that's resized counts as freed and allocated again, with all of its new size, at the
//! place that resizes it; so it doesn't matter what became of it before.
//!
//! An allocation compares two numbers more, on a line that it writes to anyway; off, what's due never comes. A block that's
//! freed costs a load and a test, and one more of each while there's a table. All that's rarer takes exchanges, and no lock:
//! this runs inside the allocator, in signal handlers and in forked children.

mod chance;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use table::Sampled;

use crate::base::here::HERE;
use core::ptr;
use core::sync::atomic::{
    AtomicPtr, AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, SeqCst},
};
use std::alloc::{GlobalAlloc, Layout, System};
use table::Table;

/// Sampled blocks that there's room for.
pub(crate) const SLOTS: usize = 1 << 16;

/// Made when it's first switched on, never freed.
static TABLE: AtomicPtr<Table<SLOTS>> = AtomicPtr::new(ptr::null_mut());
/// Of how many bytes one is sampled; 0 while it's off.
static INTERVAL: AtomicU64 = AtomicU64::new(0);
/// Sampled blocks that weren't kept, and the bytes that they stood for.
static LOST: AtomicU64 = AtomicU64::new(0);
static LOST_BYTES: AtomicU64 = AtomicU64::new(0);
/// Blocks that were counted where threads have no counters of their own.
static BESIDE: AtomicU64 = AtomicU64::new(0);

/// What's due: nothing, while it's off.
const NEVER: u64 = u64::MAX;

/// When a thread samples next: of all bytes that were allocated with its counters.
#[derive(Debug)]
pub(super) struct Countdown {
    /// 0 where it's to be looked up how things are.
    due: AtomicU64,
    /// What that was drawn for; 0 while it's off.
    interval: AtomicU64,
    /// Where chance comes from; 0 before the first one.
    random: AtomicU64,
}

impl Countdown {
    pub(super) const fn new() -> Countdown {
        Countdown { due: AtomicU64::new(0), interval: AtomicU64::new(0), random: AtomicU64::new(0) }
    }

    /// Whether a block with which `all` bytes were allocated is to be [looked at](Self::allocated).
    #[inline(always)]
    pub(super) fn is_due(&self, all: u64) -> bool {
        all >= self.due.load(Relaxed)
    }

    /// Whether each block that's resized is to be [looked at](Self::resized).
    #[inline(always)]
    pub(super) fn is_on(&self) -> bool {
        self.due.load(Relaxed) != NEVER
    }

    /// A block of `size` bytes was allocated, which are `all` now. By the thread that counts down.
    pub(super) fn allocated(&self, block: *mut u8, size: u64, all: u64) {
        let interval = INTERVAL.load(Relaxed);
        let is_drawn = self.interval.load(Relaxed) == interval;
        if is_drawn && !self.is_due(all) {
            return;
        }
        self.interval.store(interval, Relaxed);
        if interval == 0 {
            self.due.store(NEVER, SeqCst);
            // Switched on meanwhile, by somebody who has left word before it was overwritten.
            if INTERVAL.load(SeqCst) != 0 {
                self.due.store(0, Relaxed);
            }
            return;
        }
        let mut random = self.random.load(Relaxed);
        if random == 0 {
            random = chance::seed(ptr::from_ref(self).addr() as u64);
        }
        // What was drawn for another interval means nothing. This block comes first, then.
        let within = if is_drawn { 0 } else { chance::until_next(&mut random, interval) };
        let is_hit = within <= size;
        let ahead = if is_hit { chance::until_next(&mut random, interval) } else { within - size };
        self.due.store(all.saturating_add(ahead), Relaxed);
        self.random.store(random, Relaxed);
        if is_hit {
            keep(block, size, interval);
        }
    }

    /// A block of `old` bytes has `new` now, and what it has grown by is part of `all`.
    pub(super) fn resized(&self, block: *mut u8, (old, new): (u64, u64), all: u64) {
        if self.interval.load(Relaxed) != 0 {
            // Its other bytes aren't counted, but may be sampled as well.
            self.due.store(self.due.load(Relaxed).saturating_sub(old.min(new)), Relaxed);
        }
        self.allocated(block, new, all);
    }
}

/// A block was allocated or resized by who has no countdown.
#[cold]
pub(super) fn allocated_beside_others(block: *mut u8, size: u64) {
    let interval = INTERVAL.load(Relaxed);
    if interval != 0 {
        let mut random = chance::seed(BESIDE.fetch_add(1, Relaxed));
        if chance::hits(&mut random, size, interval) {
            keep(block, size, interval);
        }
    }
}

fn keep(block: *mut u8, size: u64, interval: u64) {
    let node = HERE.try_with(|here| here.node.get()).unwrap_or(ptr::null());
    put(block, &Sampled { node, size, interval });
}

fn put(block: *mut u8, sampled: &Sampled) {
    if !table().is_some_and(|table| table.add(block.addr(), sampled)) {
        LOST.fetch_add(1, Relaxed);
        LOST_BYTES.fetch_add(sampled.bytes() as u64, Relaxed);
    }
}

#[inline(always)]
fn table() -> Option<&'static Table<SLOTS>> {
    // SAFETY: null, or a whole table, which is never freed.
    unsafe { TABLE.load(Acquire).as_ref() }
}

/// Whether a block may be one that was sampled: there's but a small chance of that if it wasn't.
#[inline(always)]
pub(crate) fn may_have(block: *mut u8) -> bool {
    table().is_some_and(|table| table.may_have(block.addr()))
}

/// A block is about to be freed or resized. Before that: another thread may get its address at once, and have it sampled.
pub(crate) fn leaves(block: *mut u8) -> Option<Sampled> {
    table()?.take(block.addr())
}

/// It couldn't be resized, and stays.
pub(crate) fn stays(block: *mut u8, sampled: Option<Sampled>) {
    if let Some(sampled) = sampled {
        put(block, &sampled);
    }
}

/// Samples one in `interval` bytes from here on, at least 1; false if there's no memory for the table.
pub(crate) fn start(interval: u64) -> bool {
    if table().is_none() && !make_table() {
        return false;
    }
    INTERVAL.store(interval.max(1), SeqCst);
    super::Counters::all().for_each(|counters| counters.countdown.due.store(0, SeqCst));
    true
}

/// Samples nothing more. Blocks that were sampled leave when they're freed, as before.
pub(crate) fn stop() {
    INTERVAL.store(0, SeqCst);
}

fn make_table() -> bool {
    let layout = Layout::new::<Table<SLOTS>>();
    // SAFETY: the layout isn't empty. The system's own allocator, as for counters: nobody counts it. Its pages are
    // untouched, and take memory only once they're written to.
    let made = unsafe { System.alloc_zeroed(layout) }.cast::<Table<SLOTS>>();
    if made.is_null() {
        return false;
    }
    if TABLE.compare_exchange(ptr::null_mut(), made, AcqRel, Acquire).is_err() {
        // SAFETY: another thread was quicker, so that nobody knows of this one.
        unsafe { System.dealloc(made.cast(), layout) };
    }
    true
}

/// How things are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct State {
    /// 0 while it's off.
    pub(crate) interval: u64,
    pub(crate) lost: u64,
    pub(crate) lost_bytes: u64,
}

/// `None` if it was never on.
pub(crate) fn state() -> Option<State> {
    table()?;
    Some(State { interval: INTERVAL.load(Relaxed), lost: LOST.load(Relaxed), lost_bytes: LOST_BYTES.load(Relaxed) })
}

/// The sampled blocks that are alive.
pub(crate) fn each(each: impl FnMut(Sampled)) {
    if let Some(table) = table() {
        table.each(each);
    }
}
