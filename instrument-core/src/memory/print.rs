//! Printing memory lines: the function, and the guard of `#[print_mem]`.

use super::ENABLED;
use super::line::{Lines, Reading};
use core::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, OnceLock, PoisonError};
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
/// Some 30 µs and the write; one relaxed atomic load where memory is switched off.
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
    if ENABLED.load(Relaxed) {
        print(label);
    }
}

#[cold]
fn print(label: &str) {
    let line = {
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that the readings of two threads come in the order of their lines.
        lines.next(label, read())
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
    location: fn() -> &'static str,
}

impl MemoryLine {
    /// The line's label is `name`, else what `location` says, which is asked only if the line is printed.
    #[inline]
    pub const fn on_exit(name: Option<&'static str>, location: fn() -> &'static str) -> Self {
        Self { name, location }
    }
}

impl Drop for MemoryLine {
    #[inline]
    fn drop(&mut self) {
        if ENABLED.load(Relaxed) {
            print(self.name.unwrap_or_else(self.location));
        }
    }
}
