//! Where programs allocate that aren't quite there: in signal handlers, in destructors of thread-locals, in forked children.
#![cfg(unix)]

use super::{child, own};
use instrument::{scope, snapshot};
use std::cell::RefCell;
use std::hint::black_box;

fn allocate(blocks: usize) {
    (0..blocks).for_each(|_| drop(black_box(Box::new([1_u8; 16]))));
}

#[test]
fn a_handler_that_allocates_breaks_nothing_also_where_nothing_was_allocated_before() {
    extern "C" fn handler(_: std::ffi::c_int) {
        allocate(2);
    }
    child::run("ends::a_handler_that_allocates_breaks_nothing_also_where_nothing_was_allocated_before", &[], || {
        // SAFETY: the handler's own allocations are all that's unusual, and no other one is under way.
        unsafe { libc::signal(libc::SIGUSR1, handler as extern "C" fn(std::ffi::c_int) as libc::sighandler_t) };
        for round in 0..100 {
            let _span = scope!(["even", "odd"][round % 2]);
            // SAFETY: the signal comes to this thread, before `raise` returns.
            unsafe { libc::raise(libc::SIGUSR1) };
        }
        for path in ["even", "odd"] {
            assert_eq!(own(&snapshot(), &[path]), [1600.0, 100.0, 1600.0]);
        }
    });
}

#[test]
fn destructors_of_thread_locals_have_theirs_as_long_as_there_is_a_span() {
    struct Late(RefCell<Vec<u8>>);
    impl Drop for Late {
        fn drop(&mut self) {
            {
                let _span = scope!("late");
                allocate(3);
            }
            allocate(1);
        }
    }
    thread_local! {
        static LATE: Late = const { Late(RefCell::new(Vec::new())) };
    }
    std::thread::spawn(|| {
        // The toolkit's own destructor comes after it.
        let _first = scope!("first");
        LATE.with(|late| late.0.borrow_mut().push(1));
    })
    .join()
    .expect("it doesn't panic");
    let snapshot = snapshot();
    match snapshot.find(&["late"]) {
        Some(late) if late.count() > 0 => assert_eq!(own(&snapshot, &["late"])[..2], [48.0, 3.0]),
        // The lease was over already: the span is lost, and counted as that.
        _ => assert!(!snapshot.lost().is_empty()),
    }
}

#[test]
fn a_forked_child_goes_on_counting() {
    child::run("ends::a_forked_child_goes_on_counting", &[], || {
        let _span = scope!("before and after");
        allocate(5);
        // SAFETY: there's one thread that matters; the child allocates, as glibc allows after a fork, and leaves.
        let status = unsafe {
            let child = libc::fork();
            if child == 0 {
                allocate(7);
                let is_right = own(&snapshot(), &["before and after"])[1] == 12.0;
                libc::_exit(i32::from(!is_right));
            }
            let mut status = 0;
            libc::waitpid(child, &raw mut status, 0);
            status
        };
        assert_eq!(status, 0);
        assert_eq!(own(&snapshot(), &["before and after"])[1], 5.0);
    });
}
