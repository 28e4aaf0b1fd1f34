//! Printing memory lines: the function, and the guard of `#[print_mem]`.

use super::line::{Lines, Reading};
use super::{OFF, STATE};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::heap::{self, Asked, Watch};
use crate::process::bare::Moment;
use crate::process::fork::{self, Holder};
use crate::site::Location;
use crate::tasks::layers::{Around, Layer};
use core::sync::atomic::Ordering::Relaxed;
use std::borrow::Cow;
use std::sync::{Mutex, OnceLock};
use std::task::{Context, Poll};

static LINES: Mutex<Lines> = Mutex::new(Lines::new());

/// Prints a line on the process's memory: milliseconds since the last such line, `label`, and then
///
/// - what's resident, in parentheses by how much that differs from the last line, and its peak;
/// - the same of the heap, if the program installs [`CountingAllocator`](super::CountingAllocator); else the first line says
///   how to;
/// - what's free: how much the system has left without swapping (Linux's `MemAvailable`), or the process's control group, if
///   that allows less. Left out where the system doesn't tell, as others than Linux.
///
/// ```text
/// [mem +       0.000 ms] start                 resident    2.1 MiB (   +2.1 MiB), peak    2.1 MiB; heap … ; free   22.5 GiB
/// [mem +      12.345 ms] imported foo          resident   14.3 MiB (  +12.2 MiB), peak   20.0 MiB; heap … ; free   22.5 GiB
/// ```
///
/// Differences are those since the process's last line, whichever thread printed it; the first line's are those since the
/// program began, when it had nothing. The line of a function with `#[print_mem]` ends with what the call itself did. The
/// line goes out in one write, after all locks are released, and if that fails, nothing happens.
///
/// # Cost
/// What [`resident`](crate::memory::resident()) costs, reading what's free from a few more such files, and the write; one
/// relaxed atomic load where memory is switched off.
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
        print(|| label.into(), None);
    }
}

inventory::submit! { Holder::new(10, || Box::new(lock(&LINES))) }

#[cold]
fn print<'a>(label: impl FnOnce() -> Cow<'a, str>, call: Option<Asked>) {
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
        lines.next(&label, read(), call)
    };
    crate::output::write_line(&line);
}

fn read() -> Reading {
    static START: OnceLock<Moment> = OnceLock::new();
    let at = START.get_or_init(Moment::now).elapsed();
    Reading { at, resident: super::resident(), heap: super::heap(), available: available() }
}

#[cfg(target_os = "linux")]
use super::available::available;

#[cfg(not(target_os = "linux"))]
fn available() -> Option<u64> {
    None
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

    /// The line of a call that begins.
    #[inline]
    pub fn on_exit(&'static self) -> MemoryLine {
        MemoryLine { site: self, watch: watch() }
    }

    /// The line of a call of an async function, as a layer.
    #[inline]
    pub const fn call(&'static self) -> AsyncMemoryLine {
        AsyncMemoryLine { site: self, line: None }
    }

    fn print(&self, call: Option<Asked>) {
        if STATE.load(Relaxed) != OFF {
            print(|| self.name.map_or_else(|| self.location.label().into(), Cow::Borrowed), call);
        }
    }
}

/// Watches what the calling thread allocates, if it's to be printed, and is counted.
#[inline]
fn watch() -> Option<Watch> {
    if STATE.load(Relaxed) == OFF { None } else { watch_if_counted() }
}

#[cold]
fn watch_if_counted() -> Option<Watch> {
    {
        // What's allocated here isn't what an outer call did.
        let _inside = Inside::enter()?;
        if !super::is_enabled() || !heap::installed() {
            return None;
        }
        heap::have_counters();
    }
    Watch::begin()
}

/// Prints a memory line when dropped, be it by returning or by unwinding: with what was allocated meanwhile, if that's
/// on the same thread.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "the line is printed when this is dropped"]
pub struct MemoryLine {
    site: &'static MemorySite,
    watch: Option<Watch>,
}

impl Drop for MemoryLine {
    #[inline]
    fn drop(&mut self) {
        // Also if lines were switched off meanwhile.
        let call = self.watch.take().and_then(Watch::end);
        self.site.print(call);
    }
}

/// Prints a memory line when a future that was polled ends or is dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct AsyncMemoryLine {
    site: &'static MemorySite,
    /// Between the first poll and the end.
    line: Option<PolledLine>,
}

/// The line of a call that was polled, printed when this is dropped.
#[derive(Debug)]
struct PolledLine {
    site: &'static MemorySite,
    /// What was done so far; nothing if that isn't known.
    call: Option<Asked>,
    /// While it's being polled or dropped.
    watch: Option<Watch>,
}

impl PolledLine {
    fn new(site: &'static MemorySite) -> PolledLine {
        PolledLine { site, call: Some(Asked::default()), watch: None }
    }

    #[inline]
    fn begin(&mut self) {
        self.watch = watch();
    }

    #[inline]
    fn end(&mut self) {
        let next = self.watch.take().and_then(Watch::end);
        self.call = self.call.zip(next).map(|(call, next)| call.and_then(&next));
    }
}

impl Drop for PolledLine {
    #[inline]
    fn drop(&mut self) {
        // It has begun if a poll unwinds, or what's polled was dropped before its end.
        self.end();
        self.site.print(self.call);
    }
}

impl Layer for AsyncMemoryLine {
    fn leave(&mut self) {
        if let Some(line) = &mut self.line {
            line.begin();
        }
    }
}

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
        let mut line = self.line.take().unwrap_or_else(|| PolledLine::new(self.site));
        line.begin();
        let poll = rest(cx, core);
        if !is_over(&poll) {
            line.end();
            self.line = Some(line);
        }
        poll
    }
}
