//! What components say agrees with what the test itself asks of the operating system.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "the test asks the operating system itself, through libc")]

use instrument_core::component::{
    BlocksIn, BytesRead, BytesWritten, CharsRead, CharsWritten, Component, InvoluntarySwitches, MajorFaults, Meter,
    MinorFaults, MonotonicRaw, PageRss, PeakRss, ProcessCpu, ProcessCpuUtil, SystemMode, ThreadCpu, ThreadCpuUtil,
    TripCount, UserMode, VirtualMemory, VoluntarySwitches, WallClock,
};
use instrument_core::storage;
use std::hint::black_box;
use std::io::{Read, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Most figures are of the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cpu(clock: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for one timespec.
    assert_eq!(unsafe { libc::clock_gettime(clock, &mut time) }, 0);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn thread_cpu() -> f64 {
    cpu(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// Works until this thread has used so much CPU time.
fn spin(seconds: f64) {
    let start = thread_cpu();
    while thread_cpu() - start < seconds {
        black_box((0..1000).fold(0_u64, |sum, number| black_box(sum ^ number)));
    }
}

#[derive(Debug)]
struct Truth {
    user: f64,
    system: f64,
    minor: f64,
    major: f64,
    voluntary: f64,
    involuntary: f64,
    blocks_in: f64,
}

fn usage() -> Truth {
    // SAFETY: all of it is integers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is a valid place for one.
    assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) }, 0);
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    Truth {
        user: seconds(usage.ru_utime),
        system: seconds(usage.ru_stime),
        minor: usage.ru_minflt as f64,
        major: usage.ru_majflt as f64,
        voluntary: usage.ru_nvcsw as f64,
        involuntary: usage.ru_nivcsw as f64,
        blocks_in: usage.ru_inblock as f64,
    }
}

/// Fresh memory of the system's, given back when dropped; what the allocator has may have been touched before.
struct Pages {
    start: *mut libc::c_void,
    bytes: usize,
}

fn touch(bytes: usize) -> Pages {
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping, wherever there's room.
    let start = unsafe { libc::mmap(std::ptr::null_mut(), bytes, access, kind, -1, 0) };
    assert_ne!(start, libc::MAP_FAILED);
    // SAFETY: as above. Huge pages would make one fault of many.
    unsafe { libc::madvise(start, bytes, libc::MADV_NOHUGEPAGE) };
    for page in (0..bytes).step_by(4096) {
        // SAFETY: within the mapping.
        unsafe { start.cast::<u8>().add(page).write_volatile(1) };
    }
    Pages { start, bytes }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: made by `touch`, and not given back yet.
        unsafe { libc::munmap(self.start, self.bytes) };
    }
}

/// The wall clock's reading, and the CPU time of this thread and of the process.
fn clocks(begin: Instant) -> [f64; 3] {
    [begin.elapsed().as_secs_f64(), thread_cpu(), cpu(libc::CLOCK_PROCESS_CPUTIME_ID)]
}

/// What a meter has is at least what the same clocks say went by between its two readings, and at most what went by
/// around them, however long the readings themselves take.
fn meets_the_clocks(during: impl Fn()) -> [f64; 3] {
    let mut meter = Meter::<(WallClock, MonotonicRaw, ThreadCpu, ProcessCpu)>::new("clocks");
    let begin = Instant::now();
    let before = clocks(begin);
    meter.start();
    let started = clocks(begin);
    during();
    let stopping = clocks(begin);
    meter.stop();
    let after = clocks(begin);
    let (wall, raw, thread, process) = meter.get();
    // The two wall clocks go at paces that differ from the system's by a thousandth at most.
    for (name, found, clock, pace) in
        [("wall", wall, 0, 0.001), ("raw", raw, 0, 0.001), ("thread", thread, 1, 0.0), ("process", process, 2, 0.0)]
    {
        let (least, most) = (stopping[clock] - started[clock], after[clock] - before[clock]);
        // A reading is rounded to a nanosecond, and a difference of two is off by one of each.
        let bounds = least * (1.0 - pace) - 1e-8..=most * (1.0 + pace) + 1e-8;
        assert!(bounds.contains(&found), "{name}: {found}, not in {bounds:?}");
    }
    [wall, thread, process]
}

#[test]
fn sleeping_takes_wall_time_and_spinning_takes_both() {
    let _alone = alone();
    let [wall, thread, _] = meets_the_clocks(|| std::thread::sleep(Duration::from_millis(100)));
    assert!(wall >= 0.0999 && thread < wall, "{wall} {thread}");
    let [_, thread, process] = meets_the_clocks(|| spin(0.1));
    assert!(thread >= 0.1 && process >= 0.1, "{thread} {process}");
}

#[test]
fn utilisation_is_cpu_time_by_wall_time_over_all_laps() {
    let _alone = alone();
    let mut meter = Meter::<(ThreadCpuUtil, ProcessCpuUtil)>::new("three quarters");
    let mut truth = (0.0, 0.0);
    for (busy, idle) in [(0.15, 0), (0.0, 50)] {
        let (wall, used) = (Instant::now(), thread_cpu());
        meter.start();
        spin(busy);
        std::thread::sleep(Duration::from_millis(idle));
        meter.stop();
        truth = (truth.0 + thread_cpu() - used, truth.1 + wall.elapsed().as_secs_f64());
    }
    let expected = 100.0 * truth.0 / truth.1;
    let (thread, process) = meter.get();
    assert!((thread - expected).abs() <= 3.0, "{thread}, not {expected}");
    assert!(process >= thread - 1.0, "{process} {thread}");
}

#[test]
fn two_threads_use_the_process_twice() {
    let _alone = alone();
    let mut process = ProcessCpuUtil::new("two");
    let (wall, used) = (Instant::now(), cpu(libc::CLOCK_PROCESS_CPUTIME_ID));
    process.start();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| spin(0.1));
        }
    });
    process.stop();
    let expected = 100.0 * (cpu(libc::CLOCK_PROCESS_CPUTIME_ID) - used) / wall.elapsed().as_secs_f64();
    assert!((process.get() - expected).abs() <= 0.05 * expected, "{}, not {expected}", process.get());
}

#[test]
fn touched_pages_are_resident_and_in_the_peak_though_the_parents_was_higher() {
    const VARIABLE: &str = "COMPONENTS_SYSTEM_CHILD";
    let _alone = alone();
    if std::env::var_os(VARIABLE).is_some() {
        touched_pages();
        return;
    }
    // In a process of its own, since the peak of this one is other tests', too. It inherits this.
    let held = touch(200 << 20);
    let output = std::process::Command::new(std::env::current_exe().expect("its own name"))
        .arg("touched_pages_are_resident_and_in_the_peak_though_the_parents_was_higher")
        .args(["--exact", "--nocapture", "--test-threads=1"])
        .env(VARIABLE, "1")
        .output()
        .expect("a child");
    drop(held);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn touched_pages() {
    const SIZE: usize = 64 << 20;
    let mut meter = Meter::<(PageRss, PeakRss, VirtualMemory)>::new("touch");
    // From the third time or so on, the process has outgrown what it inherited, and the peak comes from elsewhere.
    let mut held = Vec::new();
    for _ in 0..4 {
        meter.reset();
        meter.start();
        held.push(touch(SIZE));
        meter.stop();
        let (page, peak, reserved) = meter.get();
        for bytes in [page, peak, reserved] {
            assert!((bytes - SIZE as f64).abs() <= 0.05 * SIZE as f64, "{meter}");
        }
    }
    meter.reset();
    meter.start();
    held.pop();
    meter.stop();
    let (page, peak, _) = meter.get();
    assert!((page + SIZE as f64).abs() <= 0.05 * SIZE as f64 && peak == 0.0, "{meter}");
}

#[test]
fn a_forked_child_measures_itself() {
    let _alone = alone();
    PageRss::available().expect("on Linux");
    // SAFETY: the child calls what is fit for a child of a process with threads only: components, and memory of its own.
    let child = unsafe { libc::fork() };
    assert!(child >= 0);
    if child == 0 {
        let mut page = PageRss::new("child");
        page.start();
        let block = touch(32 << 20);
        page.stop();
        let right = (page.get() / f64::from(32 << 20) - 1.0).abs() <= 0.05;
        drop(block);
        // SAFETY: ends the process without its parent's exit handlers.
        unsafe { libc::_exit(if right { 0 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: `status` is a valid place for one.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0, "the child saw its parent's figures");
}

fn trip(label: &'static str) {
    let mut trip = TripCount::new(label);
    trip.push();
    trip.start();
    trip.pop();
}

/// The label's entries, by thread.
fn threads_of(label: &str) -> Vec<u64> {
    let entries = storage::<TripCount>().per_thread().flat();
    entries.iter().filter(|entry| entry.prefix == label).map(|entry| entry.tid).collect()
}

#[test]
fn a_forked_child_keeps_what_threads_measured_that_it_does_not_have_and_writes_none_of_it() {
    let _alone = alone();
    let (ready, others) = (std::sync::Barrier::new(4), std::sync::Barrier::new(4));
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                trip("before");
                ready.wait();
                others.wait();
            });
        }
        ready.wait();
        trip("before");
        assert_eq!(threads_of("before").len(), 4);
        // SAFETY: as above; and threads, which glibc lets a child make.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: takes nothing, and can't fail.
            let own = u64::try_from(unsafe { libc::gettid() }).unwrap_or(0);
            let renumbered = threads_of("before").contains(&own);
            // One after the other: the second goes on with what the first has left.
            let ended = (0..3).all(|_| std::thread::spawn(|| trip("after")).join().is_ok());
            // Those threads may have been amid a change.
            let (befores, afters) = (threads_of("before"), threads_of("after"));
            let apart = befores.len() == 4 && afters.len() == 1 && !befores.contains(&afters[0]);
            // SAFETY: as above.
            unsafe { libc::_exit(i32::from(!(renumbered && ended && apart))) };
        }
        let mut status = 0;
        // SAFETY: `status` is a valid place for one.
        assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
        others.wait();
        assert_eq!(status, 0, "the child");
    });
}

#[test]
fn characters_read_are_exactly_those_of_the_file() {
    const SIZE: usize = 16 << 20;
    let _alone = alone();
    let path = std::env::temp_dir().join(format!("components-{}", std::process::id()));
    let mut meter = Meter::<(CharsRead, CharsWritten, BytesRead, BytesWritten)>::new("file");
    meter.start();
    std::fs::File::create(&path).and_then(|mut file| file.write_all(&vec![7; SIZE])).expect("a file");
    meter.stop();
    let (read, written, ..) = meter.get();
    assert_eq!(read, 0.0);
    // The harness may have told of another test meanwhile.
    assert!((0.0..4096.0).contains(&(written - SIZE as f64)), "{written}");

    meter.reset();
    // Other components read under `/proc` meanwhile, which doesn't count.
    let mut beside = Meter::<(PageRss, CharsRead)>::new("beside");
    let mut buffer = vec![0; 1 << 20];
    let mut file = std::fs::File::open(&path).expect("just made");
    for _ in 0..2 {
        meter.start();
        beside.start();
        let mut read = 0;
        while read < SIZE / 2 {
            read += file.read(&mut buffer).expect("it's there");
        }
        beside.stop();
        meter.stop();
    }
    std::fs::remove_file(&path).expect("just made");
    assert_eq!(meter.get().0, SIZE as f64);
    assert_eq!(beside.get().1, SIZE as f64);
}

#[test]
fn what_getrusage_counts_is_between_two_readings_of_it() {
    let _alone = alone();
    let mut meter = Meter::<(
        (UserMode, SystemMode),
        (MinorFaults, MajorFaults),
        (VoluntarySwitches, InvoluntarySwitches),
        BlocksIn,
    )>::new("usage");
    let outer = usage();
    meter.start();
    let inner = usage();
    spin(0.03);
    drop(touch(8 << 20));
    for _ in 0..20 {
        std::thread::sleep(Duration::from_micros(200));
    }
    let inner = difference(&usage(), &inner);
    meter.stop();
    let outer = difference(&usage(), &outer);
    let ((user, system), (minor, major), (voluntary, involuntary), blocks_in) = meter.get();
    let measured = Truth { user, system, minor, major, voluntary, involuntary, blocks_in };
    for (at, name) in
        ["user", "system", "minor", "major", "voluntary", "involuntary", "blocks in"].into_iter().enumerate()
    {
        let [low, found, high] = [&inner, &measured, &outer].map(|truth| figures(truth)[at]);
        assert!((low - 1e-6..=high + 1e-6).contains(&found), "{name}: {low} … {found} … {high}");
    }
    assert!(minor >= 2048.0 * 0.9 && voluntary >= 20.0, "{measured:?}");
}

fn figures(truth: &Truth) -> [f64; 7] {
    let Truth { user, system, minor, major, voluntary, involuntary, blocks_in } = *truth;
    [user, system, minor, major, voluntary, involuntary, blocks_in]
}

fn difference(later: &Truth, earlier: &Truth) -> Truth {
    Truth {
        user: later.user - earlier.user,
        system: later.system - earlier.system,
        minor: later.minor - earlier.minor,
        major: later.major - earlier.major,
        voluntary: later.voluntary - earlier.voluntary,
        involuntary: later.involuntary - earlier.involuntary,
        blocks_in: later.blocks_in - earlier.blocks_in,
    }
}

#[test]
fn levels_may_be_negative_in_the_call_graph() {
    let _alone = alone();
    let mut outer = PageRss::new("outer");
    outer.push();
    outer.start();
    let block = touch(16 << 20);
    let mut inner = PageRss::new("inner");
    inner.push();
    inner.start();
    drop(block);
    inner.pop();
    outer.pop();
    let tree = instrument_core::storage::<PageRss>().tree();
    let size = f64::from(16 << 20);
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 0.1 * size, "{found} {expected}");
    near(tree[0].inclusive.data, 0.0);
    near(tree[0].exclusive.data, size);
    near(tree[0].children[0].inclusive.data, -size);
    near(tree[0].exclusive.stats.mean, size);
}
