//! Counts what was not recorded, by reason.

use super::tree::Full;
use crate::base::inside;
use crate::heap::live;
use crate::tree::mine::Mine;
use instrument_model::Lost;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What one thread has lost; written by the thread that holds the tree, plainly, since past a cap each call loses.
#[derive(Default)]
pub(crate) struct LostCounters {
    too_deep: AtomicU64,
    too_many_nodes: AtomicU64,
    too_many_names: AtomicU64,
    not_a_number: AtomicU64,
    inside: AtomicU64,
}

impl LostCounters {
    /// What was lost inside the toolkit.
    pub(super) fn inside(&self) -> &AtomicU64 {
        &self.inside
    }
}

/// What was lost by threads that have no tree any more, the only counter that they share.
static AFTER_EXIT: AtomicU64 = AtomicU64::new(0);

/// Counts what a thread doesn't record that has no tree: it's inside the toolkit, or at its end.
#[cold]
pub(crate) fn lost_here() {
    if inside::is_inside() {
        inside::lose();
    } else {
        AFTER_EXIT.fetch_add(1, Relaxed);
    }
}

/// Why a component's push isn't in the call tree.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LostPush {
    /// Too deep, or over the limit.
    NoRoom,
    /// It was, but its entry made room for another.
    Overwritten,
}

/// Pushes by reason, all threads together: they cost a reading of the system anyway.
static PUSHES: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

#[cold]
pub(crate) fn lost_push(why: LostPush) {
    PUSHES[why as usize].fetch_add(1, Relaxed);
}

/// What these have lost together, and those without a tree.
pub(crate) fn lost<'a>(all: impl Iterator<Item = &'a LostCounters>) -> Lost {
    let mut lost = Lost::default();
    lost.pushes = PUSHES[LostPush::NoRoom as usize].load(Relaxed);
    lost.after_exit = AFTER_EXIT.load(Relaxed);
    lost.inside = inside::lost();
    lost.live_blocks = live::state().map_or(0, |state| state.lost);
    lost.overwritten = PUSHES[LostPush::Overwritten as usize].load(Relaxed);
    for one in all {
        lost.too_deep += one.too_deep.load(Relaxed);
        lost.too_many_nodes += one.too_many_nodes.load(Relaxed);
        lost.too_many_names += one.too_many_names.load(Relaxed);
        lost.not_a_number += one.not_a_number.load(Relaxed);
        lost.inside += one.inside.load(Relaxed);
    }
    lost
}

fn add_one(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}

impl Mine<'_, LostCounters> {
    /// A call that's folded into the node it's in.
    pub(crate) fn call(self, why: Full) {
        add_one(match why {
            Full::TooDeep => &self.too_deep,
            Full::TooManyNodes => &self.too_many_nodes,
        });
    }

    pub(crate) fn too_many_names(self) {
        add_one(&self.too_many_names);
    }

    pub(crate) fn not_a_number(self) {
        add_one(&self.not_a_number);
    }
}
