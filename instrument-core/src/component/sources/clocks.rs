//! Components of time: clocks, and the shares of it that the CPU was used.

use super::{components, seconds, system};
use std::time::Instant;

components! {
    /// Time as a clock on the wall measures it, in seconds, whatever the thread did meanwhile.
    ///
    /// It's what the system's clock says, which on Linux stands still while the machine sleeps, and jumps if the machine is moved.
    /// Available wherever there is a clock. A lap costs two readings of [`Instant`].
    WallClock = "wall_clock", "time as a clock on the wall measures it", Seconds, Total;
    Instant = |sample| sample.wall();
    |start, end| end.saturating_duration_since(*start).as_secs_f64();

    /// Wall time by a clock that nobody adjusts, in seconds: neither set nor slewed.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux and macOS. A lap costs two readings of `CLOCK_MONOTONIC_RAW`.
    MonotonicRaw = "monotonic_raw", "wall time by a clock that nobody adjusts", Seconds, Total;
    u64 = |_sample| system::monotonic_raw();
    |start, end| seconds(*start, *end);

    /// CPU time that the calling thread used, user and system mode together, in seconds.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two system calls.
    ThreadCpu = "thread_cpu", "CPU time that the thread used", Seconds, Total;
    u64 = |sample| sample.thread();
    |start, end| seconds(*start, *end);

    /// CPU time that all threads of the process used together, in seconds.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two system calls.
    ProcessCpu = "process_cpu", "CPU time that all threads of the process used", Seconds, Total;
    u64 = |sample| sample.process();
    |start, end| seconds(*start, *end);

    /// The thread's CPU time as a share of the wall time, in percent.
    ///
    /// Of several laps, it's the share in all of them together. [`Unavailable`](crate::component::Unavailable) but on Unix. A lap
    /// costs what those of [`WallClock`] and [`ThreadCpu`] cost, of which none costs anything more in one bundle with it.
    ThreadCpuUtil = "thread_cpu_util", "CPU time of the thread as a share of the wall time", Percent, Total;
    (u64, Instant) = |sample| sample.thread().and_then(|cpu| Ok((cpu, sample.wall()?)));
    |start, end| 100.0 * seconds(start.0, end.0), per end.1.saturating_duration_since(start.1).as_secs_f64();

    /// The process's CPU time as a share of the wall time, in percent: 200 where two threads are busy all the time.
    ///
    /// Of several laps, it's the share in all of them together. [`Unavailable`](crate::component::Unavailable) but on Unix. A lap
    /// costs what those of [`WallClock`] and [`ProcessCpu`] cost.
    ProcessCpuUtil = "process_cpu_util", "CPU time of the process as a share of the wall time", Percent, Total;
    (u64, Instant) = |sample| sample.process().and_then(|cpu| Ok((cpu, sample.wall()?)));
    |start, end| 100.0 * seconds(start.0, end.0), per end.1.saturating_duration_since(start.1).as_secs_f64();
}
