//! Components of the kernel's performance counters: those of the processor, and those that the kernel keeps itself.
//!
//! Each thread opens a counter at its first reading of it, and closes it at its end. Counters are the thread's, and count
//! what it does in user mode; those of the kernel count its switches and faults as well. They need the feature `perf`. As
//! each takes a file, at most 256 of all threads are open at a time; what's above is unavailable.

use super::{components, difference, seconds};
use counters::read;

components! {
    /// Instructions that the thread retired in user mode.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux, and where the kernel or the machine has no such counter: most
    /// virtual machines. A lap costs two system calls.
    Instructions = "instructions", "instructions that the thread retired in user mode", Count, Total;
    u64 = |_sample| read(0);
    |start, end| difference(*start, *end);

    /// Cycles that the processor spent on the thread in user mode.
    ///
    /// [`Unavailable`](crate::component::Unavailable) and costs as [`Instructions`].
    Cycles = "cycles", "cycles that the processor spent on the thread in user mode", Count, Total;
    u64 = |_sample| read(1);
    |start, end| difference(*start, *end);

    /// Memory accesses of the thread in user mode that no cache could serve.
    ///
    /// [`Unavailable`](crate::component::Unavailable) and costs as [`Instructions`].
    CacheMisses = "cache_misses", "memory accesses of the thread that no cache could serve", Count, Total;
    u64 = |_sample| read(2);
    |start, end| difference(*start, *end);

    /// Branches of the thread in user mode that the processor had predicted wrong.
    ///
    /// [`Unavailable`](crate::component::Unavailable) and costs as [`Instructions`].
    BranchMisses = "branch_misses", "branches of the thread that were predicted wrong", Count, Total;
    u64 = |_sample| read(3);
    |start, end| difference(*start, *end);

    /// Page faults of the thread, of both sorts; [`MinorFaults`](super::MinorFaults) are the process's.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux, and where the kernel refuses. A lap costs two system calls.
    PageFaults = "page_faults", "page faults of the thread", Count, Total;
    u64 = |_sample| read(4);
    |start, end| difference(*start, *end);

    /// How often the thread had to leave its processor to another.
    ///
    /// [`Unavailable`](crate::component::Unavailable) and costs as [`PageFaults`].
    ContextSwitches = "context_switches", "how often the thread left its processor to another", Count, Total;
    u64 = |_sample| read(5);
    |start, end| difference(*start, *end);

    /// How often the thread went on on another processor.
    ///
    /// [`Unavailable`](crate::component::Unavailable) and costs as [`PageFaults`].
    CpuMigrations = "cpu_migrations", "how often the thread went on on another processor", Count, Total;
    u64 = |_sample| read(6);
    |start, end| difference(*start, *end);

    /// Time that the thread ran, as the kernel's counter has it, in seconds.
    ///
    /// [`Unavailable`](crate::component::Unavailable) and costs as [`PageFaults`].
    TaskClock = "task_clock", "time that the thread ran, by the kernel's counter", Seconds, Total;
    u64 = |_sample| read(7);
    |start, end| seconds(*start, *end);
}

#[cfg(not(target_os = "linux"))]
mod counters {
    pub(super) fn read(_: usize) -> Result<u64, &'static str> {
        Err("the kernel's counters are those of Linux")
    }
}

#[cfg(all(target_os = "linux", not(feature = "perf")))]
mod counters {
    pub(super) fn read(_: usize) -> Result<u64, &'static str> {
        Err("it needs the feature `perf`: build with `--features instrument/perf`")
    }
}

#[cfg(all(target_os = "linux", feature = "perf"))]
mod counters {
    use super::super::system::{high_number, read_counter};
    use crate::process::fork;
    use perf_event::Builder;
    use perf_event::events::{Hardware, Software};
    use std::cell::RefCell;
    use std::io::{Error, ErrorKind};
    use std::os::fd::OwnedFd;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Counters of all threads that may be open, each a file: the program needs files, too.
    const MOST: usize = 256;
    static OPEN: AtomicUsize = AtomicUsize::new(0);

    /// Counted as long as it's open.
    struct Opened(OwnedFd);

    impl Drop for Opened {
        fn drop(&mut self) {
            OPEN.fetch_sub(1, Relaxed);
        }
    }

    /// A thread's counter, opened by the first reading, with the generation of processes that it's of: in a forked child it
    /// would still count its parent.
    type Slot = Option<(u32, Result<Opened, &'static str>)>;

    thread_local! {
        static COUNTERS: RefCell<[Slot; 8]> = const { RefCell::new([const { None }; 8]) };
    }

    /// What a counter of this thread shows.
    pub(super) fn read(which: usize) -> Result<u64, &'static str> {
        const ENDED: &str = "the thread is at its end";
        let read = COUNTERS.try_with(|counters| {
            let mut counters = counters.try_borrow_mut().map_err(|_| ENDED)?;
            let generation = fork::generation();
            if counters[which].as_ref().is_none_or(|(of, _)| *of != generation) {
                fork::watch();
                counters[which] = Some((generation, open(which)));
            }
            match &counters[which] {
                Some((_, Ok(counter))) => shown(&counter.0),
                Some((_, Err(reason))) => Err(*reason),
                None => Err(ENDED),
            }
        });
        read.unwrap_or(Err(ENDED))
    }

    fn open(which: usize) -> Result<Opened, &'static str> {
        if OPEN.fetch_add(1, Relaxed) >= MOST {
            OPEN.fetch_sub(1, Relaxed);
            return Err("256 counters are open, each of a thread that runs: more would take the program's files");
        }
        let hardware = |event| Builder::new(event).enabled(true).build();
        // What the kernel counts happens in it.
        let software = |event| Builder::new(event).enabled(true).include_kernel().build();
        let counter = match which {
            0 => hardware(Hardware::INSTRUCTIONS),
            1 => hardware(Hardware::CPU_CYCLES),
            2 => hardware(Hardware::CACHE_MISSES),
            3 => hardware(Hardware::BRANCH_MISSES),
            4 => software(Software::PAGE_FAULTS),
            5 => software(Software::CONTEXT_SWITCHES),
            6 => software(Software::CPU_MIGRATIONS),
            _ => software(Software::TASK_CLOCK),
        };
        let counter = counter.and_then(|counter| high_number(&counter).ok_or_else(Error::last_os_error));
        counter.map(Opened).map_err(|error| {
            OPEN.fetch_sub(1, Relaxed);
            reason(&error)
        })
    }

    fn reason(error: &Error) -> &'static str {
        match error.kind() {
            ErrorKind::PermissionDenied => {
                "the kernel refuses `perf_event_open`: lower /proc/sys/kernel/perf_event_paranoid to 1, or grant CAP_PERFMON"
            }
            ErrorKind::NotFound | ErrorKind::Unsupported => {
                "this machine has no such counter; virtual machines often have none"
            }
            _ if matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)) => {
                "too many files are open; raise `ulimit -n`"
            }
            _ => "the kernel can't open this counter",
        }
    }

    /// The count, scaled up if the processor had to share its counters.
    fn shown(counter: &OwnedFd) -> Result<u64, &'static str> {
        let [count, enabled, running] =
            read_counter(counter).ok_or("the counter's file was closed by somebody else")?;
        if running >= enabled || running == 0 {
            return Ok(count);
        }
        let scaled = u128::from(count) * u128::from(enabled) / u128::from(running);
        Ok(u64::try_from(scaled).unwrap_or(u64::MAX))
    }
}
