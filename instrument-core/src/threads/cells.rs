//! A thread's own statistics of timers, measurements and lines, found by a small number, and what it looked up before.
//!
//! Slots live in blocks that double in size and never move, so that readers need no lock against growth.

use super::frames::Frames;
use super::lost::LostCounters;
use super::proxies::Proxies;
use crate::base::hash::Quick;
use crate::base::inside::Inside;
use crate::site::{self, Named, Site};
use crate::tree::gauge::Gauge;
use crate::tree::lines::Lines;
use crate::tree::mine::{Mine, Owned};
use crate::tree::moments::Moments;
use crate::tree::stats::Stats;
use crate::tree::store;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

type Sites = HashMap<(usize, usize), &'static Site, Quick>;

/// Cells of one thread's tree.
#[derive(Default)]
pub(crate) struct Cells {
    pub(crate) timers: Slots<TimerCell>,
    pub(crate) gauges: Slots<Gauge>,
    /// Of functions with `#[checkpoints]`.
    pub(crate) lines: Slots<Lines>,
    /// Single observations, by component.
    pub(crate) moments: Slots<Moments>,
    pub(super) frames: Frames,
    pub(crate) lost: LostCounters,
    pub(super) proxies: Proxies,
    /// Sites that run-time calls have made, by the place of the call.
    sites: Owned<RefCell<Sites>>,
    /// Sites whose names were made at run time.
    named: Owned<RefCell<HashMap<&'static str, &'static Named>>>,
    /// Slots of measurements whose names were made at run time.
    names: Owned<RefCell<HashMap<Box<str>, u32>>>,
}

impl<'l> Mine<'l, Cells> {
    #[inline(always)]
    pub(crate) fn timers(self) -> Mine<'l, Slots<TimerCell>> {
        self.part(|cells| &cells.timers)
    }

    #[inline(always)]
    pub(crate) fn gauges(self) -> Mine<'l, Slots<Gauge>> {
        self.part(|cells| &cells.gauges)
    }

    pub(crate) fn lines(self) -> Mine<'l, Slots<Lines>> {
        self.part(|cells| &cells.lines)
    }

    pub(crate) fn moments(self) -> Mine<'l, Slots<Moments>> {
        self.part(|cells| &cells.moments)
    }

    pub(crate) fn lost(self) -> Mine<'l, LostCounters> {
        self.part(|cells| &cells.lost)
    }

    /// The site of a call by place and name.
    pub(crate) fn site_of(self, key: (usize, usize), find: impl FnOnce() -> &'static Site) -> &'static Site {
        let _inside = Inside::enter();
        self.owned(|cells| &cells.sites).borrow_mut().entry(key).or_insert_with(find)
    }

    /// The site of spans of a name made at run time; `None` past the limit of names. Takes a lock, and allocates, at a
    /// name's first use only.
    pub(crate) fn site_named(self, name: &str) -> Option<&'static Site> {
        self.named(name).map(|sites| &sites.span)
    }

    /// Both sites of such a name.
    pub(crate) fn named(self, name: &str) -> Option<&'static Named> {
        let _inside = Inside::enter();
        let named = self.owned(|cells| &cells.named);
        if let Some(&sites) = named.borrow().get(name) {
            return Some(sites);
        }
        let sites = site::named(name)?;
        named.borrow_mut().insert(sites.name, sites);
        Some(sites)
    }

    /// The slot of a measurement by a name made at run time. Allocates at a name's first use only.
    pub(crate) fn slot_of(self, name: &str, intern: impl FnOnce() -> Option<u32>) -> Option<u32> {
        let _inside = Inside::enter();
        let names = self.owned(|cells| &cells.names);
        if let Some(&slot) = names.borrow().get(name) {
            return Some(slot);
        }
        let slot = intern()?;
        names.borrow_mut().insert(name.into(), slot);
        Some(slot)
    }
}

/// The statistics of one [`PerfTimer`](crate::PerfTimer) on one thread.
pub(crate) struct TimerCell {
    /// Which timer they belong to: slots are used again after a timer is dropped.
    serial: AtomicU64,
    pub(crate) stats: Stats,
}

impl Default for TimerCell {
    fn default() -> Self {
        TimerCell { serial: AtomicU64::new(0), stats: Stats::new() }
    }
}

impl TimerCell {
    #[inline(always)]
    pub(crate) fn is_of(&self, serial: u64) -> bool {
        self.serial.load(Ordering::Acquire) == serial
    }
}

impl<'l> Mine<'l, TimerCell> {
    #[inline(always)]
    pub(crate) fn stats(self) -> Mine<'l, Stats> {
        self.part(|cell| &cell.stats)
    }

    /// Empties it for another timer.
    #[cold]
    pub(crate) fn take_over(self, serial: u64) {
        self.serial.store(0, Ordering::Release);
        self.stats().clear();
        self.serial.store(serial, Ordering::Release);
    }
}

const FIRST: usize = 16;
const BLOCKS: usize = 24;

type Block<T> = &'static [OnceLock<&'static T>];

/// Cells that come into being one by one, each at a fixed place.
pub(crate) struct Slots<T: 'static> {
    blocks: [OnceLock<Block<T>>; BLOCKS],
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots { blocks: [const { OnceLock::new() }; BLOCKS] }
    }
}

impl<T: 'static> Slots<T> {
    #[inline(always)]
    fn locate(slot: u32) -> (usize, usize) {
        // With 64 bits everywhere: the number that's no slot is beyond all of them, and mustn't wrap around.
        let (position, first) = (u64::from(slot) + FIRST as u64, FIRST as u64);
        let block = (position / first).ilog2();
        (block as usize, (position - (first << block)) as usize)
    }

    /// The cell of a slot, if it's there.
    #[inline(always)]
    pub(crate) fn get(&self, slot: u32) -> Option<&T> {
        let (block, place) = Self::locate(slot);
        self.blocks.get(block)?.get()?.get(place)?.get().copied()
    }

    fn get_or_add_with(&self, slot: u32, make: impl FnOnce() -> T) -> Option<&T> {
        let (block, place) = Self::locate(slot);
        let cells = self.blocks.get(block)?.get_or_init(|| store::keep_all(FIRST << block, OnceLock::new));
        cells.get(place).map(|cell| *cell.get_or_init(|| store::keep(make())))
    }

    /// All cells that there are, by slot.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u32, &T)> {
        let blocks = self.blocks.iter().enumerate().filter_map(|(block, cells)| Some((block, cells.get()?)));
        blocks.flat_map(|(block, cells)| {
            let first = (FIRST << block) - FIRST;
            let cells = cells.iter().enumerate();
            cells.filter_map(move |(place, cell)| Some((u32::try_from(first + place).ok()?, *cell.get()?)))
        })
    }
}

#[expect(unsafe_code, reason = "cells are elsewhere, one by one")]
impl<'l, T> Mine<'l, Slots<T>> {
    /// The cell of a slot, if it's there.
    #[inline(always)]
    pub(crate) fn get(self, slot: u32) -> Option<Mine<'l, T>> {
        // SAFETY: cells belong to their slots.
        self.shared().get(slot).map(|cell| unsafe { Mine::new(cell) })
    }

    /// The cell of a slot, made if need be.
    #[cold]
    pub(crate) fn get_or_add_with(self, slot: u32, make: impl FnOnce() -> T) -> Option<Mine<'l, T>> {
        let _inside = Inside::enter();
        self.shared().get_or_add_with(slot, make)?;
        self.get(slot)
    }

    /// All cells that there are.
    pub(crate) fn iter(self) -> impl Iterator<Item = Mine<'l, T>> {
        self.shared().all().filter_map(move |(slot, _)| self.get(slot))
    }
}

impl<'l, T: Default> Mine<'l, Slots<T>> {
    /// The cell of a slot, made if need be.
    pub(crate) fn get_or_add(self, slot: u32) -> Option<Mine<'l, T>> {
        self.get(slot).or_else(|| self.get_or_add_with(slot, T::default))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_has_a_place_of_its_own() {
        /// In several blocks.
        const SLOTS: u32 = if cfg!(miri) { 60 } else { 1000 };
        let slots = Mine::of(Slots::<AtomicU64>::default());
        // Which is no slot's number.
        assert!(slots.get(u32::MAX).is_none());
        for slot in 0..SLOTS {
            assert!(slots.get(slot).is_none());
            slots.get_or_add(slot).expect("a place").store(slot.into(), Ordering::Relaxed);
        }
        for slot in 0..SLOTS {
            assert_eq!(slots.get(slot).expect("was added").load(Ordering::Relaxed), u64::from(slot));
        }
    }
}
