//! What a piece of code asks of the allocator on its thread: the thread's counters at its end, less those at its
//! beginning.
//!
//! The peak within can't be had from two readings. So while a thread is watched, its counters' window ends right above
//! the highest balance so far: each new one leaves the window, and is noted. A thread that isn't watched pays nothing
//! for that.
//!
//! What the thread does inside the toolkit meanwhile is no part of it: that's set aside, and subtracted from all that's
//! read here.

use super::{Counters, mine};
use crate::base::here::HERE;
use crate::base::inside::is_inside;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

/// What was asked of the allocator between two moments, on one thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Asked {
    /// Bytes allocated, including what blocks grew by.
    pub(crate) allocated: u64,
    /// Blocks allocated.
    pub(crate) blocks: u64,
    /// Bytes freed, including what blocks shrank by, whoever had allocated them.
    pub(crate) freed: u64,
    /// The most that the bytes allocated so far ever exceeded those freed by.
    pub(crate) peak: u64,
}

impl Asked {
    /// Bytes allocated less those freed.
    pub(crate) fn kept(&self) -> i64 {
        self.allocated.wrapping_sub(self.freed).cast_signed()
    }

    /// This, and later, maybe on another thread, that.
    pub(crate) fn and_then(&self, next: &Asked) -> Asked {
        let highest = self.kept().saturating_add_unsigned(next.peak);
        Asked {
            allocated: self.allocated.wrapping_add(next.allocated),
            blocks: self.blocks.wrapping_add(next.blocks),
            freed: self.freed.wrapping_add(next.freed),
            peak: self.peak.max(highest.max(0).unsigned_abs()),
        }
    }
}

/// Watches the calling thread from [`begin`](Self::begin) to [`end`](Self::end). The last that began is the first to
/// end.
#[derive(Debug)]
#[must_use = "the thread is watched until this is ended"]
pub(crate) struct Watch {
    counters: &'static Counters,
    /// What it's known by.
    id: u64,
    start: Sums,
    outer: Watched,
}

/// Whom a thread is watched by.
#[derive(Debug, Clone, Copy)]
struct Watched {
    /// The innermost watch; 0 if there's none.
    id: u64,
    /// The highest balance since it began.
    highest: i64,
}

/// What was counted, but for what was set aside.
#[derive(Debug, Clone, Copy)]
struct Sums {
    allocated: u64,
    blocks: u64,
    balance: i64,
}

impl Watch {
    /// Nothing if the thread has no counters, since it hasn't allocated yet, or is about to end; or if it's inside the
    /// toolkit.
    pub(crate) fn begin() -> Option<Watch> {
        /// Counters are handed on, and so is who's gone without a word.
        static LAST: AtomicU64 = AtomicU64::new(0);

        let counters = mine().filter(|_| !is_inside())?;
        let id = LAST.fetch_add(1, Relaxed).wrapping_add(1);
        let start = counters.sums();
        let outer = counters.watch.replace(Watched { id, highest: start.balance });
        counters.settle();
        note_borders(true);
        Some(Watch { counters, id, start, outer })
    }

    /// What was asked for since it began; nothing if that isn't known: on another thread, inside the toolkit, or if
    /// another one that began earlier has ended before.
    pub(crate) fn end(self) -> Option<Asked> {
        let Watch { counters, id, start, outer } = self;
        if !mine().is_some_and(|mine| ptr::eq(mine, counters)) || counters.watch.id.load(Relaxed) != id {
            return None;
        }
        let was_inside = counters.watch.is_aside.load(Relaxed);
        counters.set_aside(false);
        let now = counters.sums();
        let highest = counters.watch.highest.load(Relaxed);
        counters.watch.replace(Watched { highest: outer.highest.max(highest), ..outer });
        counters.settle();
        note_borders(outer.id != 0);

        let allocated = now.allocated.wrapping_sub(start.allocated);
        let kept = now.balance.wrapping_sub(start.balance);
        (!was_inside).then(|| Asked {
            allocated,
            blocks: now.blocks.wrapping_sub(start.blocks),
            freed: allocated.wrapping_sub(kept.cast_unsigned()),
            peak: highest.wrapping_sub(start.balance).max(0).unsigned_abs(),
        })
    }
}

/// Whether the thread tells when it enters and leaves the toolkit.
fn note_borders(on: bool) {
    let cross: fn(bool) = |inside| {
        if let Some(counters) = mine() {
            counters.set_aside(inside);
        }
    };
    let _ = HERE.try_with(|here| here.at_border.set(on.then_some(cross)));
}

/// What counters know of watches. All of it is their thread's, as they are.
#[derive(Debug)]
pub(super) struct Watching {
    id: AtomicU64,
    highest: AtomicI64,
    /// Whether the thread is inside the toolkit, so that what's counted is to be set aside.
    is_aside: AtomicBool,
    /// What was set aside; while that's going on, less what was counted when it began.
    aside_allocated: AtomicU64,
    aside_blocks: AtomicU64,
    aside_balance: AtomicI64,
}

impl Watching {
    pub(super) const fn nobody() -> Watching {
        Watching {
            id: AtomicU64::new(0),
            highest: AtomicI64::new(i64::MAX),
            is_aside: AtomicBool::new(false),
            aside_allocated: AtomicU64::new(0),
            aside_blocks: AtomicU64::new(0),
            aside_balance: AtomicI64::new(0),
        }
    }

    fn replace(&self, by: Watched) -> Watched {
        let watched = Watched { id: self.id.load(Relaxed), highest: self.highest.load(Relaxed) };
        self.id.store(by.id, Relaxed);
        self.highest.store(by.highest, Relaxed);
        watched
    }

    /// Notes a balance, and tells the highest, if the thread is watched.
    pub(super) fn highest(&self, balance: i64) -> Option<i64> {
        if self.id.load(Relaxed) == 0 || self.is_aside.load(Relaxed) {
            return None;
        }
        let aside = self.aside_balance.load(Relaxed);
        let highest = self.highest.load(Relaxed).max(balance.wrapping_sub(aside));
        self.highest.store(highest, Relaxed);
        Some(highest.wrapping_add(aside))
    }
}

impl Counters {
    fn sums(&self) -> Sums {
        let Watching { aside_allocated, aside_blocks, aside_balance, .. } = &self.watch;
        Sums {
            allocated: self.allocated.load(Relaxed).wrapping_sub(aside_allocated.load(Relaxed)),
            blocks: self.allocations.load(Relaxed).wrapping_sub(aside_blocks.load(Relaxed)),
            balance: self.balance.load(Relaxed).wrapping_sub(aside_balance.load(Relaxed)),
        }
    }

    /// From here on, or no longer.
    fn set_aside(&self, on: bool) {
        if self.watch.is_aside.load(Relaxed) == on {
            return;
        }
        let Watching { aside_allocated, aside_blocks, aside_balance, .. } = &self.watch;
        let (allocated, blocks) = (self.allocated.load(Relaxed), self.allocations.load(Relaxed));
        let balance = self.balance.load(Relaxed);
        let plus = |aside: u64, counted: u64| if on { aside.wrapping_sub(counted) } else { aside.wrapping_add(counted) };
        aside_allocated.store(plus(aside_allocated.load(Relaxed), allocated), Relaxed);
        aside_blocks.store(plus(aside_blocks.load(Relaxed), blocks), Relaxed);
        let aside = plus(aside_balance.load(Relaxed).cast_unsigned(), balance.cast_unsigned());
        aside_balance.store(aside.cast_signed(), Relaxed);
        self.watch.is_aside.store(on, Relaxed);
        self.settle();
    }

    /// Whoever watched won't end it.
    pub(super) fn watch_no_more(&self) {
        self.set_aside(false);
        self.watch.replace(Watched { id: 0, highest: i64::MAX });
        self.settle();
        note_borders(false);
    }
}
