//! The sampled blocks that are alive, by address: a table of a fixed size that any number of threads write to without a lock.
//!
//! A block has its place within a few neighbouring slots, all of which a look-up compares: so nothing is left behind when it
//! goes, and its slot is anybody's again. Whoever adds a block claims a slot by one exchange; whoever takes it out is the one
//! that frees the block, and has been handed its address by way of whoever added it.
//!
//! Most blocks that are freed aren't in here. A small filter tells nearly all of them apart by one load.

use super::chance::share;
use core::sync::atomic::{
    AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

/// A block that was sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sampled {
    /// Where it was allocated: the innermost open span's node, as [`Here`](crate::base::here::Here) has it.
    pub(crate) node: *const (),
    pub(crate) size: u64,
    /// How many bytes of which one was sampled then.
    pub(crate) interval: u64,
}

impl Sampled {
    /// How many blocks it stands for, itself included.
    pub(crate) fn blocks(&self) -> f64 {
        1.0 / share(self.size, self.interval)
    }

    pub(crate) fn bytes(&self) -> f64 {
        self.size as f64 * self.blocks()
    }

    /// What it adds to the variance of a sum of bytes.
    pub(crate) fn variance(&self) -> f64 {
        let share = share(self.size, self.interval);
        (1.0 - share) * (self.size as f64 / share).powi(2)
    }
}

/// Slots that a block may be in.
const WINDOW: usize = 32;
/// A slot without a block, and one whose block is being written. Neither is an address of a block.
const EMPTY: usize = 0;
const CLAIMED: usize = 1;

/// All zero is a table without blocks.
#[repr(C, align(64))]
pub(super) struct Table<const SLOTS: usize> {
    keys: [AtomicUsize; SLOTS],
    blocks: [Block; SLOTS],
    filter: Filter,
}

#[derive(Default)]
struct Block {
    node: AtomicPtr<()>,
    size: AtomicU64,
    interval: AtomicU64,
    /// Odd while it's written.
    version: AtomicU32,
}

impl<const SLOTS: usize> Table<SLOTS> {
    /// Adds a block; false if each of its slots is taken.
    pub(super) fn add(&self, address: usize, sampled: &Sampled) -> bool {
        let is_claimed = |slot: &usize| {
            let key = &self.keys[*slot];
            key.load(Relaxed) == EMPTY && key.compare_exchange(EMPTY, CLAIMED, Acquire, Relaxed).is_ok()
        };
        let Some(slot) = window::<SLOTS>(address).find(is_claimed) else { return false };
        let block = &self.blocks[slot];
        let version = block.version.load(Relaxed);
        block.version.store(version.wrapping_add(1), Relaxed);
        fence(Release);
        block.node.store(sampled.node.cast_mut(), Relaxed);
        block.size.store(sampled.size, Relaxed);
        block.interval.store(sampled.interval, Relaxed);
        block.version.store(version.wrapping_add(2), Release);
        self.filter.add(address);
        self.keys[slot].store(address, Release);
        true
    }

    /// What the filter says.
    #[inline(always)]
    pub(super) fn may_have(&self, address: usize) -> bool {
        self.filter.may_have(address)
    }

    /// Takes a block out, if it's in.
    pub(super) fn take(&self, address: usize) -> Option<Sampled> {
        if !self.may_have(address) {
            return None;
        }
        let slot = window::<SLOTS>(address).find(|&slot| self.keys[slot].load(Relaxed) == address)?;
        // Written before the address was handed to whoever frees it.
        let sampled = self.blocks[slot].get();
        self.keys[slot].store(EMPTY, Release);
        self.filter.remove(address);
        Some(sampled)
    }

    /// All blocks that are alive, but those that come or go meanwhile.
    pub(super) fn each(&self, mut each: impl FnMut(Sampled)) {
        for (key, block) in self.keys.iter().zip(&self.blocks) {
            let address = key.load(Acquire);
            if address == EMPTY || address == CLAIMED {
                continue;
            }
            let version = block.version.load(Acquire);
            let sampled = block.get();
            fence(Acquire);
            // Else it has gone, and its slot may be another's.
            if version.is_multiple_of(2)
                && block.version.load(Relaxed) == version
                && key.load(Relaxed) == address
            {
                each(sampled);
            }
        }
    }
}

impl Block {
    fn get(&self) -> Sampled {
        Sampled {
            node: self.node.load(Relaxed).cast_const(),
            size: self.size.load(Relaxed),
            interval: self.interval.load(Relaxed),
        }
    }
}

/// The slots that a block may be in: whole cache lines of them.
fn window<const SLOTS: usize>(address: usize) -> impl Iterator<Item = usize> {
    const LINE: usize = 8;
    // The product's upper half depends on all of the address.
    let hash = (address as u64 >> 3).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let start = hash as usize % (SLOTS / LINE) * LINE;
    (start..start + WINDOW.min(SLOTS)).map(|slot| slot % SLOTS)
}

/// Counts the blocks that are in the table by a part of their addresses.
///
/// Neighbouring blocks have neighbouring counters, 16 bytes each, so that the heap's part that's in use needs few of the
/// filter's cache lines. A megabyte further on it's other ones, or large blocks, which begin at pages, would share a few.
#[repr(C, align(64))]
struct Filter([AtomicU8; Filter::COUNTERS]);

impl Filter {
    const COUNTERS: usize = 1 << 16;

    #[inline(always)]
    fn of(&self, address: usize) -> &AtomicU8 {
        let far = (address >> 20).wrapping_mul(0x9e37_79b1);
        &self.0[((address >> 4) ^ far) % Filter::COUNTERS]
    }

    #[inline(always)]
    fn may_have(&self, address: usize) -> bool {
        self.of(address).load(Relaxed) != 0
    }

    /// One that's full stays so: that costs look-ups, and nothing is missed.
    fn add(&self, address: usize) {
        let _ = self.of(address).fetch_update(Relaxed, Relaxed, |number| number.checked_add(1));
    }

    fn remove(&self, address: usize) {
        let less = |number: u8| if number == u8::MAX { None } else { number.checked_sub(1) };
        let _ = self.of(address).fetch_update(Relaxed, Relaxed, less);
    }
}
