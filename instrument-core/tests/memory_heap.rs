//! A program that installs the allocator: what it holds is what's counted, from before `main` to the last exit handler.
#![expect(
    unsafe_code,
    reason = "code that runs before `main` and after thread-local destructors takes unsafe to register"
)]

use instrument_core::memory::{CountingAllocator, HeapStats, heap};
use std::alloc::Layout;
use std::cell::RefCell;
use std::hint::black_box;
use std::process::Command;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering::SeqCst};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

const BEFORE_MAIN: usize = 123_457;
static HELD_BEFORE_MAIN: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());
static LIVE_BEFORE_MAIN: AtomicU64 = AtomicU64::new(0);

#[cfg(target_os = "linux")]
#[used]
// SAFETY: the section holds pointers to functions without arguments, which the loader calls one by one.
#[unsafe(link_section = ".init_array")]
static INIT: extern "C" fn() = {
    extern "C" fn init() {
        let before = now().live_bytes;
        HELD_BEFORE_MAIN.store(black_box(vec![1_u8; BEFORE_MAIN]).leak().as_mut_ptr(), SeqCst);
        LIVE_BEFORE_MAIN.store(now().live_bytes - before, SeqCst);
    }
    init
};

fn now() -> HeapStats {
    heap().expect("installed above")
}

/// What `work` added to the live bytes and blocks.
fn added(work: impl FnOnce()) -> (i64, i64) {
    let before = now();
    work();
    let after = now();
    (
        after.live_bytes.cast_signed() - before.live_bytes.cast_signed(),
        after.live_blocks.cast_signed() - before.live_blocks.cast_signed(),
    )
}

/// Without the test harness, whose other threads allocate whenever they like.
fn main() {
    #[cfg(unix)]
    if std::env::var_os(EXIT_HANDLER).is_some() {
        leave_with_exit_handler();
    }
    // Whatever the first thread makes once for all.
    std::thread::spawn(|| ()).join().expect("an empty thread");

    let tests: &[(&str, fn())] = &[
        #[cfg(target_os = "linux")]
        ("blocks_made_before_main_are_counted", blocks_made_before_main_are_counted),
        ("collections_are_counted_by_what_they_ask_for", collections_are_counted_by_what_they_ask_for),
        ("values_without_a_size_are_not_blocks", values_without_a_size_are_not_blocks),
        (
            "alignment_beyond_the_ordinary_is_kept_and_not_counted_as_bytes",
            alignment_beyond_the_ordinary_is_kept_and_not_counted_as_bytes,
        ),
        ("threads_that_came_and_went_leave_nothing", threads_that_came_and_went_leave_nothing),
        ("blocks_of_thread_local_destructors_are_counted", blocks_of_thread_local_destructors_are_counted),
        #[cfg(unix)]
        (
            "blocks_made_after_all_thread_local_destructors_are_counted",
            blocks_made_after_all_thread_local_destructors_are_counted,
        ),
        #[cfg(unix)]
        ("blocks_of_exit_handlers_are_counted", blocks_of_exit_handlers_are_counted),
        #[cfg(unix)]
        ("a_forked_child_counts_on_from_its_parents_figures", a_forked_child_counts_on_from_its_parents_figures),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    println!("test result: ok. {} passed; 0 failed", tests.len());
}

#[cfg(unix)]
fn a_forked_child_counts_on_from_its_parents_figures() {
    let before = now();
    // SAFETY: there's one thread; the child only allocates, and ends.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let is_right = now().live_bytes == before.live_bytes
            && added(|| drop(black_box(vec![1_u8; 1000]))) == (0, 0)
            && added(|| std::mem::forget(black_box(vec![1_u8; 1000]))) == (1000, 1);
        // SAFETY: ends this process.
        unsafe { libc::_exit(if is_right { 0 } else { 1 }) };
    }
    let mut status = 0;
    // SAFETY: the place is valid.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0);
}

#[cfg(target_os = "linux")]
fn blocks_made_before_main_are_counted() {
    assert_eq!(LIVE_BEFORE_MAIN.load(SeqCst), BEFORE_MAIN as u64);
    assert!(now().live_bytes >= BEFORE_MAIN as u64);
    assert!(!HELD_BEFORE_MAIN.load(SeqCst).is_null());
}

fn collections_are_counted_by_what_they_ask_for() {
    let mut held: Vec<Vec<u64>> = Vec::with_capacity(100);
    assert_eq!(added(|| held.push(black_box(Vec::with_capacity(1000)))), (8000, 1));
    assert_eq!(added(|| drop(held.pop())), (-8000, -1));
}

fn values_without_a_size_are_not_blocks() {
    let before = now();
    let mut nothing = vec![(); 1000];
    nothing.extend(std::iter::repeat_n((), 1000));
    black_box((&nothing, Box::new(()), String::new(), Vec::<u64>::new()));
    assert_eq!(now(), before);
}

fn alignment_beyond_the_ordinary_is_kept_and_not_counted_as_bytes() {
    #[repr(align(4096))]
    struct Page([u8; 4096]);
    assert_eq!(Layout::new::<Page>().align(), 4096);
    let mut held = Vec::with_capacity(100);
    let moved = added(|| {
        let page = Box::new(Page([7; 4096]));
        assert_eq!(std::ptr::from_ref(&*page).addr() % 4096, 0);
        assert_eq!(page.0[4095], 7);
        held.push(page);
    });
    assert_eq!(moved, (4096, 1));
}

fn threads_that_came_and_went_leave_nothing() {
    let moved = added(|| {
        let threads: Vec<_> = (0..40).map(|at| std::thread::spawn(move || black_box(vec![at; 1000]).len())).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("a thread"), 1000);
        }
    });
    assert_eq!(moved, (0, 0));
}

static LATE: AtomicUsize = AtomicUsize::new(0);

/// Allocates and frees when its thread dies.
struct Late(Vec<u8>);

impl Drop for Late {
    fn drop(&mut self) {
        LATE.fetch_add(black_box(vec![2_u8; 3000]).len() + self.0.len(), SeqCst);
    }
}

thread_local! {
    static AT_EXIT: RefCell<Option<Late>> = const { RefCell::new(None) };
}

fn blocks_of_thread_local_destructors_are_counted() {
    LATE.store(0, SeqCst);
    let moved = added(|| {
        std::thread::spawn(|| AT_EXIT.set(Some(Late(vec![3; 500])))).join().expect("a thread");
    });
    assert_eq!(moved, (0, 0));
    assert_eq!(LATE.load(SeqCst), 3500);
}

#[cfg(unix)]
fn blocks_made_after_all_thread_local_destructors_are_counted() {
    /// Runs after Rust's own thread-local destructors, whose storage is dead by then.
    extern "C" fn last_of_all(size: *mut libc::c_void) {
        LATE.fetch_add(black_box(vec![4_u8; size.addr()]).leak().len(), SeqCst);
    }

    LATE.store(0, SeqCst);
    let mut key: libc::pthread_key_t = 0;
    // SAFETY: `key` is written by the call; the function has the type that's asked for.
    assert_eq!(unsafe { libc::pthread_key_create(&raw mut key, Some(last_of_all)) }, 0);
    let moved = added(|| {
        std::thread::spawn(move || {
            // The order of the two destructors is the point: have one of Rust's, too.
            AT_EXIT.set(Some(Late(Vec::new())));
            // SAFETY: the key was made above. Its value is a number that's never taken for an address.
            assert_eq!(unsafe { libc::pthread_setspecific(key, std::ptr::without_provenance(4321)) }, 0);
        })
        .join()
        .expect("a thread");
    });
    assert_eq!(moved, (4321, 1));
    assert_eq!(LATE.load(SeqCst), 3000 + 4321);
}

#[cfg(unix)]
const EXIT_HANDLER: &str = "INSTRUMENT_TEST_EXIT_HANDLER";

#[cfg(unix)]
#[expect(clippy::exit, reason = "that exit handlers run then is what's tested")]
fn leave_with_exit_handler() -> ! {
    extern "C" fn handler() {
        let before = now();
        let block = black_box(vec![5_u8; 7000]);
        let after = now();
        if after.live_bytes - before.live_bytes == 7000 && after.live_blocks - before.live_blocks == 1 {
            println!("counted {}", block.len());
        }
    }
    // SAFETY: the handler has the type that's asked for, and doesn't unwind.
    assert_eq!(unsafe { libc::atexit(handler) }, 0);
    std::process::exit(0)
}

#[cfg(unix)]
fn blocks_of_exit_handlers_are_counted() {
    let program = std::env::current_exe().expect("this program");
    let child = Command::new(program).env(EXIT_HANDLER, "1").output().expect("this program again");
    let out = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && out.contains("counted 7000"), "{out}");
}
