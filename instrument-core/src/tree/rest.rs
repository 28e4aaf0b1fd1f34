//! What few records of statistics touch: pages of other octaves, extremes of the past, columns of components, and what was
//! allocated.
#![expect(unsafe_code, reason = "published by pointer")]

use super::blocks::Blocks;
use super::column::Columns;
use super::mine::Mine;
use super::pages::Pages;
use super::store;
use crate::base::sync::{AtomicPtr, AtomicU32, AtomicU64, Ordering};
use Ordering::Acquire;
use instrument_model::Times;
use std::ptr;

/// What few records touch, kept elsewhere so that many nodes fit into the caches.
pub(super) struct Rest {
    pub(super) pages: Pages,
    /// [`NO_PAST`] until a second epoch begins.
    past: AtomicPtr<Past>,
    /// What components measured: here, since it would take another line of the node.
    pub(super) columns: Columns,
    /// What was allocated there; null as long as nothing was.
    blocks: AtomicPtr<Blocks>,
}

/// Each node that has recorded has one.
#[cfg(all(target_pointer_width = "64", not(loom)))]
const _: () = assert!(size_of::<Rest>() <= 168);

/// What only a node has that was read while it was recorded, that's throttled, or that had calls cancelled.
pub(super) struct Past {
    pub(super) previous: [AtomicU64; 2],
    pub(super) ever: [AtomicU64; 2],
    pub(super) previous_epoch: AtomicU32,
    /// Count and sum when its node was throttled; 0 before.
    pub(super) throttled: [AtomicU64; 2],
    /// How many async calls were cancelled; of how many the wall time is known, and that, in ticks.
    pub(super) cancelled: [AtomicU64; 3],
    /// Counted in where no counter is pending, and hence nothing to be counted.
    pub(super) none: AtomicU32,
}

macro_rules! empty_past {
    () => {
        Past {
            previous: [AtomicU64::new(Times::NONE.0), AtomicU64::new(Times::NONE.1)],
            ever: [AtomicU64::new(Times::NONE.0), AtomicU64::new(Times::NONE.1)],
            previous_epoch: AtomicU32::new(u32::MAX),
            throttled: [AtomicU64::new(0), AtomicU64::new(0)],
            cancelled: [AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0)],
            none: AtomicU32::new(0),
        }
    };
}

/// Stands for what nobody has written yet, so that there's always something to read. Never written.
#[cfg(not(loom))]
pub(super) static NO_REST: Rest = Rest {
    pages: Pages::none_yet(),
    past: AtomicPtr::new(ptr::from_ref(&NO_PAST).cast_mut()),
    columns: Columns::new(),
    blocks: AtomicPtr::new(ptr::null_mut()),
};
#[cfg(not(loom))]
static NO_PAST: Past = empty_past!();

impl Rest {
    /// Never freed, like all that readers see.
    pub(super) fn leaked() -> &'static Rest {
        #[cfg(not(loom))]
        let past = &NO_PAST;
        #[cfg(loom)]
        let past = Past::leaked();
        let past = AtomicPtr::new(ptr::from_ref(past).cast_mut());
        let blocks = AtomicPtr::new(ptr::null_mut());
        store::keep(Rest { pages: Pages::new(), past, columns: Columns::new(), blocks })
    }

    pub(super) fn past(&self) -> &'static Past {
        // SAFETY: the pointer is to `NO_PAST` or to what `Past::leaked` made: valid and never freed.
        unsafe { &*self.past.load(Acquire) }
    }

    #[inline(always)]
    pub(super) fn blocks(&self) -> Option<&'static Blocks> {
        // SAFETY: null, or what `blocks_or_new` made, which is never freed.
        unsafe { self.blocks.load(Acquire).as_ref() }
    }
}

impl<'l> Mine<'l, Rest> {
    /// A place to write to.
    pub(super) fn past_or_new(self) -> Mine<'l, Past> {
        #[cfg(not(loom))]
        if ptr::eq(self.past(), &raw const NO_PAST) {
            self.past.store(ptr::from_ref(Past::leaked()).cast_mut(), Ordering::Release);
        }
        // SAFETY: what one's own statistics lead to belongs to them; `NO_PAST`, which doesn't, has just been left.
        unsafe { Mine::new(self.shared().past()) }
    }

    /// Where to count what's allocated.
    pub(super) fn blocks_or_new(self) -> Mine<'l, Blocks> {
        let blocks = self.shared().blocks().unwrap_or_else(|| {
            let blocks: &'static Blocks = store::keep(Blocks::new());
            self.blocks.store(ptr::from_ref(blocks).cast_mut(), Ordering::Release);
            blocks
        });
        // SAFETY: what one's own statistics lead to belongs to them.
        unsafe { Mine::new(blocks) }
    }

    pub(super) fn pages(self) -> Mine<'l, Pages> {
        self.part(|rest| &rest.pages)
    }
}

impl Past {
    /// Never freed, like all that readers see.
    fn leaked() -> &'static Past {
        store::keep(empty_past!())
    }
}
