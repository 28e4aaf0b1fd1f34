//! Measurements: numbers observed under a name, beside the timings.

use crate::base::inside::{self, Inside};
use crate::process::fork::Holder;
use crate::site::MOST_NAMES;
use crate::state::{self, State};
use crate::threads::cells::Cells;
use crate::threads::{lost_here, this_thread};
use crate::tree::epochs::epochs;
use crate::tree::gauge::Gauge;
use crate::tree::mine::Mine;
use instrument_model::Spread;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

struct Names {
    by_slot: Vec<Arc<str>>,
    slots: Option<HashMap<Arc<str>, u32>>,
}

static NAMES: RwLock<Names> = RwLock::new(Names { by_slot: Vec::new(), slots: None });

/// All names, by slot.
pub(crate) fn names() -> Vec<Arc<str>> {
    NAMES.read().unwrap_or_else(PoisonError::into_inner).by_slot.clone()
}

inventory::submit! { Holder::new(60, || Box::new(NAMES.write().unwrap_or_else(PoisonError::into_inner))) }

/// The slot of a name, the same for all threads; `None` past the cap.
fn intern(name: &str) -> Option<u32> {
    {
        let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
        match names.slots.as_ref().and_then(|slots| slots.get(name)) {
            Some(&slot) => return Some(slot),
            None if names.by_slot.len() >= MOST_NAMES => return None,
            None => {}
        }
    }
    let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    if names.by_slot.len() >= MOST_NAMES {
        return None;
    }
    let next = u32::try_from(names.by_slot.len()).ok()?;
    let name: Arc<str> = name.into();
    let slot = *names.slots.get_or_insert_default().entry(Arc::clone(&name)).or_insert(next);
    if slot == next {
        names.by_slot.push(name);
    }
    Some(slot)
}

/// A place that measures something, declared by `measure!` as a static.
#[doc(hidden)]
#[derive(Debug)]
pub struct MeasureSite {
    name: &'static str,
    /// The slot plus one; 0 before the first use, [`NO_SLOT`] past the cap.
    slot: AtomicU32,
}

const NO_SLOT: u32 = u32::MAX;

impl MeasureSite {
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        MeasureSite { name, slot: AtomicU32::new(0) }
    }

    #[doc(hidden)]
    #[inline(always)]
    pub fn record(&'static self, value: f64) {
        if state::timers() == State::Off {
            return;
        }
        let slot = self.slot.load(Ordering::Relaxed);
        this_thread(|thread| {
            let gauge = thread.known_cells().and_then(|cells| cells.gauges().get(slot.wrapping_sub(1)));
            match gauge {
                Some(gauge) if Spread::takes(value) => record(gauge, value),
                _ => self.record_slowly(value),
            }
        });
    }

    #[cold]
    #[inline(never)]
    fn record_slowly(&'static self, value: f64) {
        if !state::decide() {
            return;
        }
        if self.slot.load(Ordering::Relaxed) == 0 {
            let Some(_inside) = Inside::to_record() else { return };
            let slot = intern(self.name).map_or(NO_SLOT, |slot| slot + 1);
            self.slot.store(slot, Ordering::Relaxed);
        }
        let slot = self.slot.load(Ordering::Relaxed);
        this_thread(|thread| add((slot != NO_SLOT).then(|| slot - 1), value, thread.cells()));
    }
}

/// Counts what comes amid a record of the same measurement, in a signal handler.
#[inline(always)]
fn record(gauge: Mine<'_, Gauge>, value: f64) {
    if !gauge.record(value, epochs()) {
        inside::lose();
    }
}

fn add(slot: Option<u32>, value: f64, cells: Option<Mine<'_, Cells>>) {
    let Some(cells) = cells else { return lost_here() };
    match slot.and_then(|slot| cells.gauges().get_or_add(slot)) {
        _ if !Spread::takes(value) => cells.lost().not_a_number(),
        Some(gauge) => record(gauge, value),
        None => cells.lost().too_many_names(),
    }
}

/// Observes a number under a name made at run time; for a name known when compiling, `measure!` is faster.
///
/// Reports and snapshots give count, mean, minimum, maximum, sum and deviation, by name, over all threads. Costs a look
/// into a hash map. Past 10,000 names further ones are dropped and counted as lost; so are values that aren't finite, or
/// beyond ±10¹⁴⁴, whose squares don't add up.
///
/// ```
/// for shard in ["north", "south"] {
///     instrument_core::measure(&format!("queue length {shard}"), 14.7);
/// }
/// let snapshot = instrument_core::snapshot();
/// assert_eq!(snapshot.measurements()[0].name(), "queue length north");
/// ```
pub fn measure(name: &str, value: impl Number) {
    let value = value.to_f64();
    if !state::decide() {
        return;
    }
    this_thread(|thread| {
        let cells = thread.cells();
        add(cells.and_then(|cells| cells.slot_of(name, || intern(name))), value, cells);
    });
}

/// A number that can be observed: any primitive one. Beyond 2⁵³ integers are rounded.
pub trait Number: Copy + sealed::Sealed {
    #[doc(hidden)]
    fn to_f64(self) -> f64;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! numbers {
    ($($number:ty)*) => { $(
        impl sealed::Sealed for $number {}
        impl Number for $number {
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )* };
}
numbers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

impl sealed::Sealed for bool {}
impl Number for bool {
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(u8::from(self))
    }
}

#[doc(hidden)]
#[inline(always)]
pub fn number(value: impl Number) -> f64 {
    value.to_f64()
}
