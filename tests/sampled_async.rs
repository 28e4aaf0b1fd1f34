//! Async calls of a sampled site: what isn't timed reads no clock, and cancelled calls are estimated by those that are.

use instrument::{clock, snapshot, timer};
use std::future::{Future, pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Goes on by a nanosecond at each reading.
struct Counting(AtomicU64);

impl clock::Clock for Counting {
    fn now(&self) -> u64 {
        self.0.fetch_add(1, Relaxed)
    }
}

static CLOCK: Counting = Counting(AtomicU64::new(1));

fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[timer("sampled", sample = 10)]
async fn sampled() {
    let mut polls = 0;
    poll_fn(|_| {
        polls += 1;
        if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

#[timer("cancelled", sample = 10)]
async fn cancelled() {
    pending::<()>().await;
}

#[timer("first", sample = 10)]
async fn first(is_ready: bool) {
    if is_ready { ready(()).await } else { pending().await }
}

/// One test, since the clock is the process's.
#[test]
fn a_call_that_is_only_counted_reads_no_clock_and_a_cancelled_one_is_estimated() {
    clock::set_clock(&CLOCK).expect("nothing was recorded yet");
    let call = || {
        let mut future = pin!(sampled());
        while poll(future.as_mut()).is_pending() {}
    };
    // The first call is timed.
    call();
    let before = CLOCK.0.load(Relaxed);
    (0..9).for_each(|_| call());
    assert_eq!(CLOCK.0.load(Relaxed), before, "nine that are only counted");
    call();
    assert!(CLOCK.0.load(Relaxed) > before, "the next one is timed");
    let taken = snapshot();
    let node = taken.find(&["sampled"]).expect("was called");
    assert_eq!((node.count(), node.data().times.count, node.polls()), (11, 2, 6));

    // Of twenty two are timed, and waited for while a thousand nanoseconds pass.
    for _ in 0..20 {
        let mut future = Box::pin(cancelled());
        assert!(poll(future.as_mut()).is_pending());
        CLOCK.0.fetch_add(1000, Relaxed);
        drop(future);
    }
    // Here none is timed that's cancelled.
    assert!(poll(pin!(first(true))).is_ready());
    assert!(poll(pin!(first(false))).is_pending());
    let taken = snapshot();
    let node = taken.find(&["cancelled"]).expect("was called");
    assert_eq!((node.cancelled(), node.data().times.count, node.running()), (20, 0, 0));
    let each = node.cancelled_wall() / 20;
    assert!((Duration::from_nanos(1000)..Duration::from_nanos(1100)).contains(&each), "{each:?}");
    let node = taken.find(&["first"]).expect("was called");
    assert_eq!((node.count(), node.cancelled(), node.cancelled_wall()), (1, 1, Duration::ZERO));
    let text = instrument::report().to_string();
    let line = text.lines().find(|line| line.starts_with("first ") && line.ends_with(" -"));
    assert!(line.is_some(), "nobody knows how long it was waited for:\n{text}");
}
