//! Components of the kernel's performance counters: those of the processor, and those that the kernel keeps itself.
//!
//! Each thread opens a counter at its first reading of it, and closes it at its end. Counters are the thread's, and count
//! what it does in user mode; those of the kernel count its switches and faults as well.

use super::{components, difference, seconds};
use counters::read;

components! {
    /// Instructions that the thread retired in user mode.
    ///
    /// [`Unavailable`](super::Unavailable) but on Linux, and where the kernel or the machine has no such counter: most
    /// virtual machines. A lap costs two system calls.
    Instructions = "instructions", "instructions that the thread retired in user mode", Count, Total;
    u64 = |_sample| read(0);
    |start, end| difference(*start, *end);

    /// Cycles that the processor spent on the thread in user mode.
    ///
    /// [`Unavailable`](super::Unavailable) and costs as [`Instructions`].
    Cycles = "cycles", "cycles that the processor spent on the thread in user mode", Count, Total;
    u64 = |_sample| read(1);
    |start, end| difference(*start, *end);

    /// Memory accesses of the thread in user mode that no cache could serve.
    ///
    /// [`Unavailable`](super::Unavailable) and costs as [`Instructions`].
    CacheMisses = "cache_misses", "memory accesses of the thread that no cache could serve", Count, Total;
    u64 = |_sample| read(2);
    |start, end| difference(*start, *end);

    /// Branches of the thread in user mode that the processor had predicted wrong.
    ///
    /// [`Unavailable`](super::Unavailable) and costs as [`Instructions`].
    BranchMisses = "branch_misses", "branches of the thread that were predicted wrong", Count, Total;
    u64 = |_sample| read(3);
    |start, end| difference(*start, *end);

    /// Page faults of the thread, of both sorts; [`MinorFaults`](super::MinorFaults) are the process's.
    ///
    /// [`Unavailable`](super::Unavailable) but on Linux, and where the kernel refuses. A lap costs two system calls.
    PageFaults = "page_faults", "page faults of the thread", Count, Total;
    u64 = |_sample| read(4);
    |start, end| difference(*start, *end);

    /// How often the thread had to leave its processor to another.
    ///
    /// [`Unavailable`](super::Unavailable) and costs as [`PageFaults`].
    ContextSwitches = "context_switches", "how often the thread left its processor to another", Count, Total;
    u64 = |_sample| read(5);
    |start, end| difference(*start, *end);

    /// How often the thread went on on another processor.
    ///
    /// [`Unavailable`](super::Unavailable) and costs as [`PageFaults`].
    CpuMigrations = "cpu_migrations", "how often the thread went on on another processor", Count, Total;
    u64 = |_sample| read(6);
    |start, end| difference(*start, *end);

    /// Time that the thread ran, as the kernel's counter has it, in seconds.
    ///
    /// [`Unavailable`](super::Unavailable) and costs as [`PageFaults`].
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

#[cfg(target_os = "linux")]
mod counters {
    use crate::fork;
    use perf_event::events::{Hardware, Software};
    use perf_event::{Builder, Counter};
    use std::cell::RefCell;
    use std::io::ErrorKind;

    /// A thread's counter, opened by the first reading, with the generation of processes that it's of: in a forked child it
    /// would still count its parent.
    type Opened = Option<(u32, Result<Counter, &'static str>)>;

    thread_local! {
        static COUNTERS: RefCell<[Opened; 8]> = const { RefCell::new([const { None }; 8]) };
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
            match &mut counters[which] {
                Some((_, Ok(counter))) => shown(counter),
                Some((_, Err(reason))) => Err(*reason),
                None => Err(ENDED),
            }
        });
        read.unwrap_or(Err(ENDED))
    }

    fn open(which: usize) -> Result<Counter, &'static str> {
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
        counter.map_err(|error| match error.kind() {
            ErrorKind::PermissionDenied => {
                "the kernel refuses `perf_event_open`: lower /proc/sys/kernel/perf_event_paranoid to 1, or grant CAP_PERFMON"
            }
            ErrorKind::NotFound | ErrorKind::Unsupported => {
                "this machine has no such counter; virtual machines often have none"
            }
            _ => "the kernel can't open this counter",
        })
    }

    /// The count, scaled up if the processor had to share its counters.
    fn shown(counter: &mut Counter) -> Result<u64, &'static str> {
        let read = counter.read_count_and_time().map_err(|_| "the kernel doesn't tell this counter any more")?;
        if read.time_running >= read.time_enabled || read.time_running == 0 {
            return Ok(read.count);
        }
        let scaled = u128::from(read.count) * u128::from(read.time_enabled) / u128::from(read.time_running);
        Ok(u64::try_from(scaled).unwrap_or(u64::MAX))
    }
}
