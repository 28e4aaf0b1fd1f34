//! What components cost: a lap of each beside the bare system calls or clock readings that it rests on.
//!
//! `cargo bench --bench components` prints the table. A lap and its sources take turns in every round, so that a machine
//! that slows down slows down both; figures are medians, with the quartiles as spread.
#![cfg_attr(unix, expect(unsafe_code, reason = "what ours is compared to: bare system calls"))]

use instrument::CountingAllocator;
#[cfg(target_os = "linux")]
use instrument::component::*;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("the sources that this compares with are those of Linux");
}

#[cfg(target_os = "linux")]
fn main() {
    println!("{:<36} {:>8} {:>19} {:>8} {:>6}", "a lap", "ns", "quartiles", "sources", "ratio");
    // A child of a large process, as those of `cargo` are, can't ask `getrusage` until it's the larger one.
    print(vec![linux::inherited_peak()]);
    linux::outgrow();
    print(linux::cases());
}

#[cfg(target_os = "linux")]
fn print(mut cases: Vec<Case>) {
    let figures = measure(&mut cases);
    for (case, (lap, sources)) in cases.iter().zip(figures) {
        let ratio = lap[1] / sources[1];
        println!(
            "{:<36} {:>8.0} {:>8.0} … {:>8.0} {:>8.0} {:>6.2}{}",
            case.name,
            lap[1],
            lap[0],
            lap[2],
            sources[1],
            ratio,
            if sources[1] >= 100.0 && ratio > 1.3 { "  above 1.3" } else { "" }
        );
    }
}

#[cfg(target_os = "linux")]
struct Case {
    name: String,
    lap: Box<dyn FnMut()>,
    sources: Box<dyn FnMut()>,
}

/// Quartiles of laps and of sources, in ns.
#[cfg(target_os = "linux")]
fn measure(cases: &mut [Case]) -> Vec<([f64; 3], [f64; 3])> {
    const ROUNDS: usize = 51;
    const LAPS: u32 = 2_000;
    let time = |run: &mut dyn FnMut()| {
        let start = std::time::Instant::now();
        (0..LAPS).for_each(|_| run());
        start.elapsed().as_nanos() as f64 / f64::from(LAPS)
    };
    let mut times = vec![(Vec::new(), Vec::new()); cases.len()];
    for _ in 0..ROUNDS {
        for (case, (laps, sources)) in cases.iter_mut().zip(&mut times) {
            laps.push(time(&mut *case.lap));
            sources.push(time(&mut *case.sources));
        }
    }
    let quartiles = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        [ROUNDS / 4, ROUNDS / 2, ROUNDS * 3 / 4].map(|at| times[at])
    };
    times.into_iter().map(|(laps, sources)| (quartiles(laps), quartiles(sources))).collect()
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use std::fs::File;
    use std::hint::black_box;
    use std::os::unix::fs::FileExt;
    use std::time::Instant;

    fn clock(id: libc::clockid_t) -> impl Fn() + Copy + 'static {
        move || {
            let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            // SAFETY: `time` is a valid place for one timespec.
            unsafe { libc::clock_gettime(id, &mut time) };
            black_box(time.tv_nsec);
        }
    }

    fn usage() {
        let mut usage = core::mem::MaybeUninit::<libc::rusage>::uninit();
        // SAFETY: `usage` is writable and large enough.
        unsafe { libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) };
        black_box(&usage);
    }

    fn file(path: &str) -> impl Fn() + Copy + 'static {
        let file: &'static File = Box::leak(Box::new(File::open(path).expect("Linux has it")));
        move || {
            let mut buffer = [0_u8; 512];
            black_box(file.read_at(&mut buffer, 0).expect("it can be read"));
        }
    }

    fn case<B: Bundle>(name: &str, source: impl Fn() + 'static) -> Case {
        let mut meter = Meter::<B>::new("bench");
        meter.start();
        meter.stop();
        if let Some(error) = meter.error() {
            eprintln!("{error}");
        }
        let lap = move || {
            meter.start();
            meter.stop();
        };
        let sources = move || {
            source();
            source();
        };
        Case { name: name.to_owned(), lap: Box::new(lap), sources: Box::new(sources) }
    }

    pub fn inherited_peak() -> Case {
        let status: &'static File = Box::leak(Box::new(File::open("/proc/self/status").expect("Linux has it")));
        case::<PeakRss>("PeakRss, as long as it's inherited", move || {
            let mut buffer = [0_u8; 4096];
            black_box(status.read_at(&mut buffer, 0).expect("it can be read"));
        })
    }

    /// Makes this process's peak its own.
    pub fn outgrow() {
        let mut usage = core::mem::MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: `usage` is writable and large enough, and was zeroed.
        let usage = unsafe {
            libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
            usage.assume_init()
        };
        let bytes = usize::try_from(usage.ru_maxrss).expect("never negative") * 1024 + (16 << 20);
        let mut memory = vec![0_u8; bytes];
        memory.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
        black_box(&memory);
    }

    pub fn cases() -> Vec<Case> {
        let wall = || {
            black_box(Instant::now());
        };
        let [raw, thread, process] =
            [libc::CLOCK_MONOTONIC_RAW, libc::CLOCK_THREAD_CPUTIME_ID, libc::CLOCK_PROCESS_CPUTIME_ID].map(clock);
        let [pages, io] = ["/proc/self/statm", "/proc/self/io"].map(file);
        let heap = || {
            black_box(instrument::memory::heap());
        };
        vec![
            case::<WallClock>("WallClock", wall),
            case::<MonotonicRaw>("MonotonicRaw", raw),
            case::<ThreadCpu>("ThreadCpu", thread),
            case::<ProcessCpu>("ProcessCpu", process),
            case::<UserMode>("UserMode", usage),
            case::<SystemMode>("SystemMode", usage),
            case::<ThreadCpuUtil>("ThreadCpuUtil", move || (thread(), wall()).0),
            case::<ProcessCpuUtil>("ProcessCpuUtil", move || (process(), wall()).0),
            case::<PeakRss>("PeakRss", usage),
            case::<PageRss>("PageRss", pages),
            case::<VirtualMemory>("VirtualMemory", pages),
            case::<MinorFaults>("MinorFaults", usage),
            case::<MajorFaults>("MajorFaults", usage),
            case::<VoluntarySwitches>("VoluntarySwitches", usage),
            case::<InvoluntarySwitches>("InvoluntarySwitches", usage),
            case::<BlocksIn>("BlocksIn", usage),
            case::<BlocksOut>("BlocksOut", usage),
            case::<CharsRead>("CharsRead", io),
            case::<CharsWritten>("CharsWritten", io),
            case::<BytesRead>("BytesRead", io),
            case::<BytesWritten>("BytesWritten", io),
            case::<HeapBytes>("HeapBytes", heap),
            case::<HeapAllocations>("HeapAllocations", heap),
            case::<TripCount>("TripCount (beside one clock)", wall),
            case::<(WallClock, ThreadCpu, PeakRss, PageRss)>("WallClock, ThreadCpu, PeakRss, PageRss", move || {
                wall();
                thread();
                usage();
                pages();
            }),
            case::<(PeakRss, MinorFaults, VoluntarySwitches)>("three of one getrusage", usage),
            Case {
                name: "TripCount, pushed".to_owned(),
                lap: Box::new(|| drop(Marker::<TripCount>::new("bench"))),
                sources: Box::new(wall),
            },
            Case {
                name: "four as above, pushed".to_owned(),
                lap: Box::new(|| drop(Marker::<(WallClock, ThreadCpu, PeakRss, PageRss)>::new("bench"))),
                sources: Box::new(move || {
                    for _ in 0..2 {
                        wall();
                        thread();
                        usage();
                        pages();
                    }
                }),
            },
        ]
    }
}
