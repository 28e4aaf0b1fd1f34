//! Forks and signals.
#![expect(unsafe_code, reason = "forks and signals take system calls")]

use super::*;

pub fn a_forked_child_goes_on_with_its_copy() {
    start_live_profile(1).expect("the allocator is ours");
    let allocate = |size: usize| {
        let _span = enter_named("kept");
        vec![1_u8; size]
    };
    let (first, second) = (allocate(1000), allocate(200));
    // SAFETY: there's one thread.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let mut is_right = own(&snapshot(), &["kept"]) == (1200.0, 2.0);
        drop(first);
        is_right &= own(&snapshot(), &["kept"]) == (200.0, 1.0);
        let third = allocate(3);
        is_right &= own(&snapshot(), &["kept"]) == (203.0, 2.0);
        drop((second, third));
        is_right &= own(&snapshot(), &["kept"]) == (0.0, 0.0);
        // SAFETY: ends this process.
        unsafe { libc::_exit(if is_right { 0 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: the place is valid.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
    assert_eq!(own(&snapshot(), &["kept"]), (1200.0, 2.0));
}

pub fn signal_handlers_may_allocate() {
    static HANDLED: AtomicI64 = AtomicI64::new(0);
    extern "C" fn handler(_: libc::c_int) {
        // The system's allocator may be amid anything: ours is asked for memory that isn't its.
        HANDLED.fetch_add(1, Relaxed);
        // SAFETY: the layout isn't empty, and what's freed was allocated with it.
        unsafe {
            let block = HANDLERS.alloc(LAYOUT);
            HANDLERS.dealloc(block, LAYOUT);
        }
    }
    use std::alloc::{GlobalAlloc, Layout};
    const LAYOUT: Layout = Layout::new::<[u64; 8]>();
    static HANDLERS: CountingAllocator<Fixed> = CountingAllocator::with(Fixed);
    /// Gives out one and the same block, without a look at anything.
    struct Fixed;
    // SAFETY: nobody uses the memory.
    unsafe impl GlobalAlloc for Fixed {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 {
            static BLOCK: [AtomicI64; 8] = [const { AtomicI64::new(0) }; 8];
            std::ptr::from_ref(&BLOCK).cast_mut().cast()
        }
        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    start_live_profile(1).expect("the allocator is ours");
    // SAFETY: the handler has the type that's asked for; the timer's values are valid.
    unsafe {
        libc::signal(libc::SIGALRM, handler as *const () as libc::sighandler_t);
        let every = libc::timeval { tv_sec: 0, tv_usec: 100 };
        libc::setitimer(
            libc::ITIMER_REAL,
            &libc::itimerval { it_interval: every, it_value: every },
            std::ptr::null_mut(),
        );
    }
    let mut kept = Vec::with_capacity(1000);
    let mut random = Random(5);
    let mut rounds = 0;
    while HANDLED.load(Relaxed) < 500 && rounds < 50_000_000 {
        rounds += 1;
        if kept.len() == 1000 {
            kept.clear();
        }
        kept.push(Block::new(1 + random.below(300), random.below(PATHS.len())));
    }
    // SAFETY: as above.
    unsafe { libc::signal(libc::SIGALRM, libc::SIG_IGN) };
    let handled = HANDLED.load(Relaxed);
    assert!(handled >= 500, "{handled} after {rounds} rounds");
    let snapshot = snapshot();
    for (path, [_, blocks]) in PATHS.iter().zip(&LEDGER) {
        // A handler that comes amid a sum may have a block missed, and has none counted twice.
        let missing = blocks.load(Relaxed) as f64 - own(&snapshot, &[path]).1;
        assert!((0.0..=handled as f64).contains(&missing), "{path}: {missing}");
    }
}
