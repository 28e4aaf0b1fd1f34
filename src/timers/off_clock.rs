//! Clocks for timers.

/// A source of time.
pub trait Clock: Send + Sync {
    /// Nanoseconds since any fixed origin.
    fn now(&self) -> u64;
}

/// CPU time of the calling thread; 0 in this build.
#[derive(Debug, Clone, Copy, Default)]
pub struct ThreadCpu;

/// CPU time of the process; 0 in this build.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessCpu;

/// The OS's monotonic clock; 0 in this build.
#[derive(Debug, Clone, Copy, Default)]
pub struct Monotonic;

/// The current task's own time; 0 in this build.
#[derive(Debug, Clone, Copy, Default)]
pub struct Task;

impl Clock for Task {
    fn now(&self) -> u64 {
        0
    }
}

impl Clock for ThreadCpu {
    fn now(&self) -> u64 {
        0
    }
}

impl Clock for ProcessCpu {
    fn now(&self) -> u64 {
        0
    }
}

impl Clock for Monotonic {
    fn now(&self) -> u64 {
        0
    }
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> u64 {
        (**self).now()
    }
}

impl<C: Clock + ?Sized> Clock for &'static C {
    fn now(&self) -> u64 {
        (**self).now()
    }
}

/// The error of [`set_clock`]; doesn't occur in this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockInUse;

impl std::fmt::Display for ClockInUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the clock can't be changed any more")
    }
}

impl std::error::Error for ClockInUse {}

/// Does nothing in this build.
#[inline(always)]
#[expect(clippy::missing_errors_doc, reason = "it has none here")]
pub fn set_clock(_: &'static dyn Clock) -> Result<(), ClockInUse> {
    Ok(())
}
