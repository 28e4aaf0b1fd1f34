//! A clock's origin is its own business: one that begins at the end of its range, and passes it, times as any other does.

use instrument::{FutureExt, clock, scope, snapshot};
use std::future::{Future, ready};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Waker};
use std::time::Duration;

struct Far(AtomicU64);

impl clock::Clock for Far {
    fn now(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

static CLOCK: Far = Far(AtomicU64::new(u64::MAX));

fn pass(nanoseconds: u64) {
    CLOCK.0.fetch_add(nanoseconds, Relaxed);
}

#[test]
fn spans_that_begin_at_the_end_of_a_clocks_range_are_exact() {
    clock::set_clock(&CLOCK).expect("nothing was recorded yet");
    // The first one begins at the greatest reading there is.
    for origin in [u64::MAX, u64::MAX - 7, 0] {
        CLOCK.0.store(origin, Relaxed);
        let _outer = scope!("outer");
        {
            let _inner = scope!("inner");
            pass(20);
        }
        let call = async {
            pass(5);
            ready(()).await;
        };
        let _ = pin!(call.timed("call")).poll(&mut Context::from_waker(Waker::noop()));
    }
    let taken = snapshot();
    assert_eq!(taken.lost().after_exit, 0);
    for (path, count, total) in [(&["outer"][..], 3, 75), (&["outer", "inner"], 3, 60), (&["outer", "call"], 3, 15)] {
        let node = taken.find(path).unwrap_or_else(|| panic!("no node at {path:?}"));
        assert_eq!((node.count(), node.total()), (count, Duration::from_nanos(total)), "{path:?}");
    }
    assert!(taken.elapsed() >= Duration::from_nanos(25));
}
