//! Printing memory lines: the function, and the guard of `#[print_mem]`.

use super::line::{Lines, Reading};
use super::{OFF, STATE};
use crate::base::inside::Inside;
use crate::process::fork::{self, Holder};
use crate::site::Location;
use crate::base::sync::lock;
use core::sync::atomic::Ordering::Relaxed;
use std::borrow::Cow;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

static LINES: Mutex<Lines> = Mutex::new(Lines::new());

/// Prints a line on the process's memory: milliseconds since the last such line, `label`, resident and heap bytes, how
/// they differ from the last line, and their peaks.
///
/// Differences are those since the process's last line, whichever thread printed it. Heap figures are there if the
/// program installs [`CountingAllocator`](super::CountingAllocator); else the first line says how to. The line goes out
/// in one write, after all locks are released, and if that fails, nothing happens.
///
/// # Cost
/// Some 15 µs, the write included; one relaxed atomic load where memory is switched off.
///
/// # Examples
/// ```
/// use instrument_core::memory::print_mem;
///
/// print_mem("start");
/// let table = vec![1_u8; 1 << 20];
/// print_mem("made the table");
/// # drop(table);
/// ```
#[inline]
pub fn print_mem(label: &str) {
    if STATE.load(Relaxed) != OFF {
        print(|| label.into());
    }
}

inventory::submit! { Holder::new(10, || Box::new(lock(&LINES))) }

#[cold]
fn print<'a>(label: impl FnOnce() -> Cow<'a, str>) {
    let Some(_inside) = Inside::to_record() else { return };
    if !super::is_enabled() {
        return;
    }
    fork::watch();
    crate::time::glance();
    let label = label();
    let line = {
        let mut lines = lock(&LINES);
        // Read under the lock, so that the readings of two threads come in the order of their lines.
        lines.next(&label, read())
    };
    crate::output::write_line(&line);
}

fn read() -> Reading {
    static START: OnceLock<Instant> = OnceLock::new();
    let at = START.get_or_init(Instant::now).elapsed();
    Reading { at, resident: super::resident(), heap: super::heap() }
}

/// Prints a memory line when dropped, be it by returning or by unwinding.
#[derive(Debug)]
#[must_use = "the line is printed when this is dropped"]
pub struct MemoryLine {
    name: Option<&'static str>,
    location: Location,
}

impl MemoryLine {
    /// The line's label is `name`, else that of `location`, which is made only if the line is printed.
    #[inline]
    pub const fn on_exit(name: Option<&'static str>, location: Location) -> Self {
        Self { name, location }
    }
}

impl Drop for MemoryLine {
    #[inline]
    fn drop(&mut self) {
        if STATE.load(Relaxed) != OFF {
            print(|| self.name.map_or_else(|| self.location.label().into(), Cow::Borrowed));
        }
    }
}
