//! The heap's figures: counters that each thread has for itself, and the exact sums that a reader makes of them.
//!
//! ```text
//!   thread 1 ── plain stores ──▶ counters: blocks, bytes, balance  ─┐
//!   thread 2 ── plain stores ──▶ counters                          ─┼─ moved by 16 KiB ─▶ REPORTED, PEAK
//!   threads at their very end ── atomic additions ──▶ LATE         ─┘
//! ```
//!
//! A thread leases counters with its first block, and gives them back at its end, with what they say: the next thread goes on
//! from there, so there are as many as threads ran at the same time. What's left to be counted then, by the destructors that
//! come last, and whatever a system counts where thread-local storage may itself need the allocator, is counted in [`LATE`],
//! by all together.
//!
//! The totals are sums over all counters, exact whenever nobody allocates meanwhile. The peak can't be had from such sums,
//! because it has to be noticed when it happens: a thread whose bytes moved by [`STEP`] since its last report adds that
//! to one global figure, whose highest value is the peak. What wasn't reported then is all that the peak can miss.
//!
//! Nothing in here locks, panics, or allocates from the allocator that it counts for, or touches thread-local storage that has a
//! destructor, but for the first block of a thread: this code runs inside the allocator, before `main`, and while threads die.
#![expect(unsafe_code, reason = "counters are made by hand, of memory that nobody counts")]

pub(crate) mod live;
mod watch;

pub(crate) use watch::{Asked, Watch};

use crate::base::end::{self, Lease};
use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use live::Countdown;
use std::alloc::{GlobalAlloc, Layout, System};
use watch::Watching;

/// Bytes by which a thread may move before the peak hears of it.
pub(crate) const STEP: u64 = 16 * 1024;
/// Counters that are there from the start, which most programs never need more than.
const FIRST: usize = 32;

/// What a thread counts. Whole pairs of lines, since the neighbour line is often fetched along; what each block needs is on the
/// first.
#[derive(Debug)]
#[repr(C, align(128))]
struct Counters {
    allocations: AtomicU64,
    /// Bytes ever allocated.
    allocated: AtomicU64,
    deallocations: AtomicU64,
    /// Bytes allocated less those freed, by whomever they had been allocated: less than nothing, of who frees more.
    balance: AtomicI64,
    /// The lowest and the highest balance at which there's nothing to do: to report it, or to note a new highest one.
    low: AtomicI64,
    high: AtomicI64,
    countdown: Countdown,
    reallocations: AtomicU64,
    /// How much of the balance the global figure knows.
    reported: AtomicI64,
    watch: Watching,
    is_taken: AtomicBool,
    /// Those made before these, of those that were made while the program ran.
    next: AtomicPtr<Counters>,
}

const _: () = assert!(size_of::<Counters>() == 256, "four lines");

static COUNTERS: [Counters; FIRST] = [const { Counters::new() }; FIRST];
/// The newest of those that were made since.
static MORE: AtomicPtr<Counters> = AtomicPtr::new(ptr::null_mut());
/// Of all who have none of their own.
static LATE: Counters = Counters::new();
/// What a thread has that has none: there's something to do with each block, and what's counted here says nothing. So nobody
/// asks whether they have any before they count.
static NOBODYS: Counters = Counters::within(i64::MAX, i64::MIN);

/// Whether anything was ever counted.
static COUNTS: AtomicBool = AtomicBool::new(false);

/// What threads have reported of the bytes that are live.
static REPORTED: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);

/// Whether a thread may have counters of its own: where its storage needs no allocator.
const HAS_STORAGE: bool =
    cfg!(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple", windows));

std::thread_local! {
    // Constant and without destructors, so they're plain words of the thread's memory: nothing is set up on first
    // use, nothing is torn down, and they may be used until the thread's very last instruction. (On Windows with GNU's
    // tools they're made of the system's memory, and gone sooner or later at the end.)
    static MINE: Cell<*const Counters> = const { Cell::new(&raw const NOBODYS) };
    static HAS_ENDED: Cell<bool> = const { Cell::new(false) };
}

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
    /// Off by less than 16 KiB for each thread that runs, because threads tell each other of smaller changes only at
    /// intervals. A single block of 16 KiB or more is always seen when it's allocated. Never
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

/// What happened to a block.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    Allocated { block: *mut u8, size: usize },
    Freed { size: usize },
    Resized { block: *mut u8, old: usize, new: usize },
}

/// Counts a block that was handed out, is about to be taken back, or has another size now, and is where it is.
///
/// False if there's something [left to be done](finish). What that is, only a cold function needs to know, so
/// that the allocator ends with a call of one, and keeps nothing on the stack for it.
#[inline(always)]
#[must_use]
pub(crate) fn count(event: Event) -> bool {
    mine_or_nobodys().count(event)
}

/// What [`count`] has left.
#[inline(never)]
pub(crate) fn finish(event: Event) {
    match mine() {
        Some(counters) => counters.finish(event),
        None => count_elsewhere(event),
    }
}

#[inline(always)]
fn mine_or_nobodys() -> &'static Counters {
    match MINE.try_with(Cell::get) {
        // SAFETY: never null, and counters are never freed.
        Ok(mine) if HAS_STORAGE => unsafe { &*mine },
        _ => &NOBODYS,
    }
}

fn mine() -> Option<&'static Counters> {
    Some(mine_or_nobodys()).filter(|mine| !ptr::eq(*mine, &NOBODYS))
}

/// A thread's first block, or one of its last.
fn count_elsewhere(event: Event) {
    COUNTS.store(true, Relaxed);
    if !HAS_STORAGE || HAS_ENDED.try_with(Cell::get).unwrap_or(true) {
        return LATE.count_beside_others(event);
    }
    let Some(counters) = Counters::take() else { return LATE.count_beside_others(event) };
    let _ = MINE.try_with(|mine| mine.set(counters));
    if !counters.count(event) {
        counters.finish(event);
    }
    // What this allocates has counters to be counted in.
    end::watch(Lease::Counters, give_back, ptr::from_ref(counters).cast());
}

/// At a thread's end.
fn give_back(counters: *const ()) {
    let _ = HAS_ENDED.try_with(|ended| ended.set(true));
    let _ = MINE.try_with(|mine| mine.set(&raw const NOBODYS));
    // SAFETY: counters are never freed, and these are the ones that were taken.
    let counters = unsafe { &*counters.cast::<Counters>() };
    counters.report();
    counters.watch_no_more();
    counters.is_taken.store(false, Release);
}

impl Counters {
    const fn new() -> Counters {
        Counters::within(1 - STEP.cast_signed(), STEP.cast_signed() - 1)
    }

    const fn within(low: i64, high: i64) -> Counters {
        Counters {
            allocations: AtomicU64::new(0),
            allocated: AtomicU64::new(0),
            deallocations: AtomicU64::new(0),
            balance: AtomicI64::new(0),
            low: AtomicI64::new(low),
            high: AtomicI64::new(high),
            countdown: Countdown::new(),
            reallocations: AtomicU64::new(0),
            reported: AtomicI64::new(0),
            watch: Watching::nobody(),
            is_taken: AtomicBool::new(false),
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// All that there are, but those of who has none.
    fn all() -> impl Iterator<Item = &'static Counters> {
        // SAFETY: they're never freed, and were whole when they were published.
        let follow = |link: &AtomicPtr<Counters>| unsafe { link.load(Acquire).as_ref() };
        COUNTERS.iter().chain(core::iter::successors(follow(&MORE), move |counters| follow(&counters.next)))
    }

    /// Some that nobody has; new ones, if there are none.
    fn take() -> Option<&'static Counters> {
        let is_free = |counters: &&Counters| counters.is_taken.compare_exchange(false, true, Acquire, Relaxed).is_ok();
        Counters::all().find(is_free).or_else(Counters::make)
    }

    fn make() -> Option<&'static Counters> {
        let layout = Layout::new::<Counters>();
        // SAFETY: the layout isn't empty. The system's own allocator, which may be the one that's counted for: not by
        // way of what counts.
        let place = unsafe { System.alloc(layout) }.cast::<Counters>();
        if place.is_null() {
            return None;
        }
        // SAFETY: it's memory for one, and nobody else's.
        let counters = unsafe {
            place.write(Counters { is_taken: AtomicBool::new(true), ..Counters::new() });
            &*place
        };
        let mut newest = MORE.load(Relaxed);
        loop {
            counters.next.store(newest, Relaxed);
            match MORE.compare_exchange_weak(newest, place, Release, Relaxed) {
                Ok(_) => return Some(counters),
                Err(other) => newest = other,
            }
        }
    }

    /// By the thread that has them. False if something is due.
    #[inline(always)]
    fn count(&self, event: Event) -> bool {
        let add = |counter: &AtomicU64, by: usize| {
            let sum = counter.load(Relaxed).wrapping_add(by as u64);
            counter.store(sum, Relaxed);
            sum
        };
        let balance = |old: usize, new: usize| {
            let balance = self.balance.load(Relaxed).wrapping_add((new as i64).wrapping_sub(old as i64));
            self.balance.store(balance, Relaxed);
            balance
        };
        // What's counted and what's compared is known when this is compiled.
        match event {
            Event::Allocated { size, .. } => {
                add(&self.allocations, 1);
                let allocated = add(&self.allocated, size);
                balance(0, size) <= self.high.load(Relaxed) && !self.countdown.is_due(allocated)
            }
            Event::Freed { size } => {
                add(&self.deallocations, 1);
                balance(size, 0) >= self.low.load(Relaxed)
            }
            Event::Resized { old, new, .. } => {
                add(&self.reallocations, 1);
                add(&self.allocated, new.saturating_sub(old));
                let balance = balance(old, new);
                balance <= self.high.load(Relaxed) && balance >= self.low.load(Relaxed) && !self.countdown.is_on()
            }
        }
    }

    /// Does what's due.
    fn finish(&self, event: Event) {
        let allocated = self.allocated.load(Relaxed);
        match event {
            Event::Allocated { block, size } => self.countdown.allocated(block, size as u64, allocated),
            Event::Resized { block, old, new } => {
                self.countdown.resized(block, (old as u64, new as u64), allocated);
            }
            Event::Freed { .. } => {}
        }
        self.settle();
    }

    /// By any thread.
    fn count_beside_others(&self, event: Event) {
        let (counter, old, new) = match event {
            Event::Allocated { size, .. } => (&self.allocations, 0, size),
            Event::Freed { size } => (&self.deallocations, size, 0),
            Event::Resized { old, new, .. } => (&self.reallocations, old, new),
        };
        counter.fetch_add(1, Relaxed);
        self.allocated.fetch_add(new.saturating_sub(old) as u64, Relaxed);
        let moved = (new as i64).wrapping_sub(old as i64);
        let balance = self.balance.fetch_add(moved, Relaxed).wrapping_add(moved);
        if let Event::Allocated { block, size } | Event::Resized { block, new: size, .. } = event {
            live::allocated_beside_others(block, size as u64);
        }
        if balance.wrapping_sub(self.reported.load(Relaxed)).unsigned_abs() >= STEP {
            self.report();
        }
    }

    /// Reports the balance if it has moved by a step, notes it if it's the highest of a thread that's watched, and says
    /// when there's something to do again.
    fn settle(&self) {
        let balance = self.balance.load(Relaxed);
        if balance.wrapping_sub(self.reported.load(Relaxed)).unsigned_abs() >= STEP {
            self.report();
        }
        let reported = self.reported.load(Relaxed);
        let step = STEP.cast_signed();
        self.low.store(reported.wrapping_sub(step - 1), Relaxed);
        let mut high = reported.wrapping_add(step - 1);
        if let Some(highest) = self.watch.highest(balance) {
            high = high.min(highest);
        }
        self.high.store(high, Relaxed);
    }

    #[cold]
    fn report(&self) {
        let balance = self.balance.load(Relaxed);
        // Whatever others report meanwhile, differences add up to what was swapped in last.
        let moved = balance.wrapping_sub(self.reported.swap(balance, Relaxed));
        let live = REPORTED.fetch_add(moved, Relaxed).wrapping_add(moved);
        if live > PEAK.load(Relaxed) {
            PEAK.fetch_max(live, Relaxed);
        }
    }
}

/// Whether this process's global allocator is a counting one.
///
/// The only way to know is to allocate and to look whether it was counted.
pub(crate) fn installed() -> bool {
    use core::sync::atomic::AtomicU8;
    const UNKNOWN: u8 = 0;
    const NO: u8 = 1;
    const YES: u8 = 2;
    static ANSWER: AtomicU8 = AtomicU8::new(UNKNOWN);

    match ANSWER.load(Relaxed) {
        YES => true,
        NO => false,
        _ => {
            let allocate = || drop(core::hint::black_box(std::boxed::Box::new(core::hint::black_box(0_u8))));
            // The first one may be the thread's first.
            allocate();
            let counters = mine().unwrap_or(&LATE);
            let before = counters.allocations.load(Relaxed);
            allocate();
            let answer = counters.allocations.load(Relaxed) != before;
            ANSWER.store(if answer { YES } else { NO }, Relaxed);
            answer
        }
    }
}

/// Has a thread's first block be one of ours, where a counting allocator is [`installed`].
pub(crate) fn have_counters() {
    if mine().is_none() {
        drop(core::hint::black_box(std::boxed::Box::new(core::hint::black_box(0_u8))));
    }
}

/// Whether a counting allocator is at work, and may count by threads: that's known after a thread's first block.
pub(crate) fn counts_by_thread() -> bool {
    HAS_STORAGE && COUNTS.load(Relaxed)
}

/// How many counters there are.
#[cfg(test)]
pub(crate) fn number() -> usize {
    Counters::all().count()
}

/// Where the calling thread's balance may go before it takes the cold way.
#[cfg(test)]
pub(crate) fn window() -> Option<[i64; 2]> {
    mine().map(|counters| [&counters.low, &counters.high].map(|end| end.load(Relaxed)))
}

/// The sums of all counters.
pub(crate) fn totals() -> HeapStats {
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
    let live = sums.balance.max(0);
    // What wasn't reported is known now. A mixed sum mustn't raise the peak for good, though: it may never have been true.
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
    balance: i64,
}

impl Sums {
    fn collect() -> Self {
        let mut sums = Self::default();
        for counters in Counters::all().chain([&LATE]) {
            let (allocations, deallocations) = pair(&counters.allocations, &counters.deallocations);
            sums.allocations += allocations;
            sums.deallocations += deallocations;
            sums.reallocations += counters.reallocations.load(Relaxed);
            sums.allocated = sums.allocated.wrapping_add(counters.allocated.load(Relaxed));
            sums.balance = sums.balance.wrapping_add(counters.balance.load(Relaxed));
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
