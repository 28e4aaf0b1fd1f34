//! Delays of async functions: one thread wakes them all, and is started by the first.

use crate::guarded::{catch_silently, inside};
use crate::sync::{Condvar, Mutex, lock, wait, wait_for};
use instrument_core::shared::{Inside, spawn};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::poll_fn;
use std::sync::{Arc, Once};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

/// One that waits.
struct Sleeper {
    until: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    over: bool,
    waker: Option<Waker>,
}

static SLEEPERS: Mutex<BinaryHeap<Reverse<ByTime>>> = Mutex::new(BinaryHeap::new());
static CHANGED: Condvar = Condvar::new();

struct ByTime(Arc<Sleeper>);

impl PartialEq for ByTime {
    fn eq(&self, other: &Self) -> bool {
        self.0.until == other.0.until
    }
}
impl Eq for ByTime {}
impl PartialOrd for ByTime {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for ByTime {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.until.cmp(&other.0.until)
    }
}

/// Is ready after that long. If no thread can be had for it, at once.
pub(crate) async fn after(delay: Duration) {
    let Some(until) = Instant::now().checked_add(delay) else { return };
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let started = spawn("instrument-delays", wake_all);
        drop(started);
    });
    let sleeper = Arc::new(Sleeper { until, state: Mutex::default() });
    inside(|| lock(&SLEEPERS).push(Reverse(ByTime(Arc::clone(&sleeper)))));
    CHANGED.notify_one();
    poll_fn(|context| {
        let _inside = Inside::enter();
        let mut state = lock(&sleeper.state);
        if state.over || Instant::now() >= until {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    })
    .await;
}

fn wake_all() {
    let mut sleepers = lock(&SLEEPERS);
    loop {
        let Some(Reverse(ByTime(first))) = sleepers.peek() else {
            sleepers = wait(&CHANGED, sleepers);
            continue;
        };
        let left = first.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let first = sleepers.pop();
            drop(sleepers);
            if let Some(Reverse(ByTime(sleeper))) = first {
                let waker = {
                    let mut state = lock(&sleeper.state);
                    state.over = true;
                    state.waker.take()
                };
                // A waker is the executor's code.
                catch_silently(|| waker.into_iter().for_each(Waker::wake));
            }
            sleepers = lock(&SLEEPERS);
        } else {
            sleepers = wait_for(&CHANGED, sleepers, left);
        }
    }
}
