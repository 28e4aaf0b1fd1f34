//! A signal handler may open spans on paths that are new, whatever it comes amid: it allocates nothing and waits for nothing.
//!
//! That's told by an allocator that ends the process when a handler calls it, and by a time within which it has to end.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "a global allocator, signals")]

#[path = "scripted/child.rs"]
mod child;

use instrument::{measure, scope, snapshot, timer};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::c_int;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

thread_local! {
    /// Levels of handlers.
    static HANDLING: Cell<u32> = const { Cell::new(0) };
}

/// The system's, for whoever isn't a signal handler.
struct Watched;

impl Watched {
    fn look(&self) {
        if HANDLING.get() > 0 {
            let said = b"a signal handler allocates or frees\n";
            // SAFETY: so many bytes are there; the process ends without any code of its own.
            unsafe {
                libc::write(2, said.as_ptr().cast(), said.len());
                libc::_exit(99)
            }
        }
    }
}

// SAFETY: all is the system's.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.look();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.look();
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

static HANDLED: AtomicU64 = AtomicU64::new(0);
/// What handlers were to record.
static EXPECTED: AtomicU64 = AtomicU64::new(0);

/// A path for each pair of levels of the program's and of the handler's.
#[timer]
fn handled(levels: u64) {
    if levels > 0 {
        handled(levels - 1);
    }
}

fn observe(number: u64) {
    measure!("a value of the handler's", number);
}

extern "C" fn handle(_: c_int) {
    HANDLING.set(HANDLING.get() + 1);
    let number = HANDLED.fetch_add(1, Relaxed);
    handled(number % 7);
    drop(scope!("a scope of the handler's"));
    observe(number);
    EXPECTED.fetch_add(number % 7 + 3, Relaxed);
    HANDLING.set(HANDLING.get() - 1);
}

#[timer]
fn program(levels: u64) -> usize {
    let blocks: Vec<Vec<u8>> = (1..10).map(|size| vec![0; size * 50]).collect();
    let scope = scope!(format!("name {}", levels % 50));
    let below = if levels > 0 { program(levels - 1) } else { 0 };
    drop(scope);
    blocks.len() + below
}

/// A timer whose signals go to this thread: one that hasn't recorded anything may have its first span in no handler.
fn interrupt(every: Duration) -> libc::timer_t {
    let every = libc::timespec { tv_sec: 0, tv_nsec: every.as_nanos() as i64 };
    let time = libc::itimerspec { it_interval: every, it_value: every };
    let mut timer = std::ptr::null_mut();
    // SAFETY: zeros are an action and an event; the handler doesn't unwind; the timer is made before it's set.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as extern "C" fn(c_int) as usize;
        action.sa_flags = libc::SA_RESTART;
        assert_eq!(libc::sigaction(libc::SIGALRM, &raw const action, std::ptr::null_mut()), 0);
        let mut event: libc::sigevent = std::mem::zeroed();
        event.sigev_notify = libc::SIGEV_THREAD_ID;
        event.sigev_signo = libc::SIGALRM;
        event.sigev_notify_thread_id = libc::gettid();
        assert_eq!(libc::timer_create(libc::CLOCK_MONOTONIC, &raw mut event, &raw mut timer), 0);
        assert_eq!(libc::timer_settime(timer, 0, &raw const time, std::ptr::null_mut()), 0);
    }
    timer
}

fn interrupted() {
    // A thread's first span and a name's first value are nothing for handlers.
    program(0);
    observe(0);
    let timer = interrupt(Duration::from_micros(50));
    let end = Instant::now() + Duration::from_millis(500);
    let mut levels = 0;
    while Instant::now() < end {
        program(levels % 200);
        levels += 1;
        if levels % 50 == 0 {
            let _ = (snapshot(), instrument::report().to_string());
        }
    }
    // SAFETY: it's deleted once.
    assert_eq!(unsafe { libc::timer_delete(timer) }, 0);
    let snapshot = snapshot();
    let calls = |name: &str| snapshot.nodes().filter(|node| node.name() == name).map(|node| node.count()).sum::<u64>();
    let paths = snapshot.nodes().filter(|node| node.name() == "handled").count();
    let values = snapshot.measurements().iter().filter(|one| one.name() == "a value of the handler's");
    let recorded = calls("handled") + calls("a scope of the handler's") + values.map(|one| one.count()).sum::<u64>();
    let lost = snapshot.lost();
    eprintln!("{} × handled, {paths} paths, {recorded} recorded, {lost:?}", HANDLED.load(Relaxed));
    assert!(HANDLED.load(Relaxed) > 100 && paths > 10, "{paths}");
    // Nothing in silence.
    assert!(recorded + lost.inside >= EXPECTED.load(Relaxed), "{recorded} and {lost:?} of {}", EXPECTED.load(Relaxed));
}

#[test]
fn a_handlers_new_paths_allocate_nothing_and_wait_for_nothing() {
    for _ in 0..6 {
        let text = child::run("a_handlers_new_paths_allocate_nothing_and_wait_for_nothing", &[], interrupted);
        println!("{text}");
    }
}
