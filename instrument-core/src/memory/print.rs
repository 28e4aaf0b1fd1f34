//! Printing memory lines: the function, and the guard of `#[print_mem]`.

use super::line::{Lines, Reading};
use super::{OFF, STATE};
use crate::base::inside::Inside;
use crate::process::bare::Moment;
use crate::process::fork::{self, Holder};
use crate::site::Location;
use crate::tasks::layers::{Around, Layer};
use crate::base::sync::lock;
use core::sync::atomic::Ordering::Relaxed;
use std::borrow::Cow;
use std::sync::{Mutex, OnceLock};
use std::task::{Context, Poll};

static LINES: Mutex<Lines> = Mutex::new(Lines::new());

/// Prints a line on the process's memory: milliseconds since the last such line, `label`, resident and heap bytes, how
/// they differ from the last line, and their peaks.
///
/// Differences are those since the process's last line, whichever thread printed it. Heap figures are there if the
/// program installs [`CountingAllocator`](super::CountingAllocator); else the first line says how to. The line goes out
/// in one write, after all locks are released, and if that fails, nothing happens.
///
/// # Cost
/// What [`resident`](crate::memory::resident()) costs, and the write; one relaxed atomic load where memory is switched off.
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
    static START: OnceLock<Moment> = OnceLock::new();
    let at = START.get_or_init(Moment::now).elapsed();
    Reading { at, resident: super::resident(), heap: super::heap() }
}

/// A function with `#[print_mem]`, declared by the expansion as a `static`.
#[doc(hidden)]
#[derive(Debug)]
pub struct MemorySite {
    name: Option<&'static str>,
    location: Location,
}

impl MemorySite {
    /// The line's label is `name`, else that of `location`, which is made only if the line is printed.
    pub const fn new(name: Option<&'static str>, location: Location) -> Self {
        MemorySite { name, location }
    }

    /// The line of a call.
    #[inline]
    pub const fn on_exit(&'static self) -> MemoryLine {
        MemoryLine(self)
    }

    /// The line of a call of an async function, as a layer.
    #[inline]
    pub const fn call(&'static self) -> AsyncMemoryLine {
        AsyncMemoryLine { site: self, line: None }
    }
}

/// Prints a memory line when dropped, be it by returning or by unwinding.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "the line is printed when this is dropped"]
pub struct MemoryLine(&'static MemorySite);

impl Drop for MemoryLine {
    #[inline]
    fn drop(&mut self) {
        if STATE.load(Relaxed) != OFF {
            print(|| self.0.name.map_or_else(|| self.0.location.label().into(), Cow::Borrowed));
        }
    }
}

/// Prints a memory line when a future that was polled ends or is dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsyncMemoryLine {
    site: &'static MemorySite,
    /// Between the first poll and the end.
    line: Option<MemoryLine>,
}

impl Layer for AsyncMemoryLine {}

impl<T> Around<T> for AsyncMemoryLine {
    fn poll<C>(
        &mut self,
        cx: &mut Context<'_>,
        core: &mut C,
        mut rest: impl FnMut(&mut Context<'_>, &mut C) -> Poll<T>,
        is_over: impl Fn(&Poll<T>) -> bool + Copy,
    ) -> Poll<T>
    where
        C: FnMut(&mut Context<'_>) -> Poll<T>,
    {
        // Dropped when it unwinds.
        let line = self.line.take().unwrap_or_else(|| self.site.on_exit());
        let poll = rest(cx, core);
        self.line = (!is_over(&poll)).then_some(line);
        poll
    }
}
