//! Numbers that are used again: each timer has one, by which threads find its statistics.

use crate::base::inside::Inside;
use crate::base::sync::lock;
use std::sync::{Mutex, MutexGuard};

/// Slots of timers: numbers that are used again.
pub(crate) struct Numbers {
    free: Mutex<(u32, Vec<u32>)>,
}

impl Numbers {
    pub(crate) const fn new() -> Numbers {
        Numbers { free: Mutex::new((0, Vec::new())) }
    }

    /// Keeps others out while what's returned exists.
    pub(crate) fn hold(&self) -> MutexGuard<'_, (u32, Vec<u32>)> {
        lock(&self.free)
    }

    pub(crate) fn take(&self) -> u32 {
        let _inside = Inside::enter();
        let mut free = lock(&self.free);
        free.1.pop().unwrap_or_else(|| {
            free.0 += 1;
            free.0 - 1
        })
    }

    pub(crate) fn give_back(&self, number: u32) {
        let _inside = Inside::enter();
        lock(&self.free).1.push(number);
    }
}
