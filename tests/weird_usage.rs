//! What programs do to their timers: no panic, no deadlock, no wrong tree.

use instrument::{report, scope, snapshot};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

#[test]
fn unwinding_through_a_thousand_spans_closes_them_all() {
    fn down(levels: u32) {
        let _span = scope!("unwound");
        if levels == 0 {
            std::panic::resume_unwind(Box::new("up"));
        }
        down(levels - 1);
    }
    thread::spawn(|| {
        assert!(catch_unwind(|| down(999)).is_err());
        let _after = scope!("after the panic");
    })
    .join()
    .expect("caught");
    let snapshot = snapshot();
    let levels = std::iter::successors(snapshot.find(&["unwound"]), |node| node.children().next());
    let counts: Vec<_> = levels.map(|node| (node.count(), node.running())).collect();
    assert_eq!(counts, vec![(1, 0); 1000]);
    assert!(snapshot.find(&["after the panic"]).is_some(), "it's at the top again");
}

#[test]
fn recursion_a_million_deep_folds_and_is_counted_as_lost() {
    fn down(levels: u32) -> u32 {
        let _span = scope!("deep");
        if levels == 0 { 0 } else { std::hint::black_box(down(levels - 1)) + 1 }
    }
    let before = snapshot().lost().too_deep;
    let run = || assert_eq!(down(999_999), 999_999);
    thread::Builder::new().stack_size(1 << 30).spawn(run).expect("a thread").join().expect("no panic");
    let snapshot = snapshot();
    let recorded: u64 =
        std::iter::successors(snapshot.find(&["deep"]), |node| node.children().next()).map(|node| node.count()).sum();
    assert_eq!(recorded + snapshot.lost().too_deep - before, 1_000_000, "every call is in the tree or in the footer");
}

#[test]
fn a_report_can_be_made_inside_a_span_and_from_two_threads() {
    let _span = scope!("reporting");
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _span = scope!("reporting too");
                for _ in 0..20 {
                    assert!(!report().to_string().is_empty());
                }
            });
        }
    });
    assert!(report().to_string().contains("reporting"));
}

#[test]
fn a_span_in_a_thread_local_destructor_is_recorded_or_counted_as_lost() {
    struct Late(&'static str);
    impl Drop for Late {
        fn drop(&mut self) {
            let _span = scope!("in a destructor");
        }
    }
    thread_local! {
        // One is created before the toolkit's own locals of the thread, the other after: they're destroyed around them.
        static EARLY: RefCell<Option<Late>> = const { RefCell::new(None) };
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
        static HELD: RefCell<Option<instrument::Guard>> = const { RefCell::new(None) };
    }
    let lost = snapshot().lost().after_exit;
    thread::spawn(|| {
        EARLY.with(|slot| *slot.borrow_mut() = Some(Late("early")));
        HELD.with(|_| ());
        HELD.with(|slot| *slot.borrow_mut() = Some(scope!("held to the end")));
        LATE.with(|slot| *slot.borrow_mut() = Some(Late("late")));
        LATE.with(|slot| assert_eq!(slot.borrow().as_ref().map(|late| late.0), Some("late")));
    })
    .join()
    .expect("no panic");
    let snapshot = snapshot();
    let recorded: u64 = ["in a destructor", "held to the end"]
        .iter()
        .map(|name| snapshot.find(&[name]).map_or(0, |node| node.count()))
        .sum::<u64>()
        + snapshot.find(&["held to the end", "in a destructor"]).map_or(0, |node| node.count());
    assert_eq!(recorded + snapshot.lost().after_exit - lost, 3);
}

#[test]
fn a_panic_hook_may_report() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {
        let _span = scope!("in the hook");
        let _ = report().to_string();
    }));
    let result = catch_unwind(AssertUnwindSafe(|| {
        let _span = scope!("panics");
        panic!("on purpose");
    }));
    std::panic::set_hook(hook);
    assert!(result.is_err());
    assert_eq!(snapshot().find(&["panics", "in the hook"]).map(|node| node.count()), Some(1));
}
