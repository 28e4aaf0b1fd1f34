//! What bodies do that can be compared: they log, drop and suspend.

use std::cell::RefCell;
use std::fmt::{self, Debug};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// What happened, in its order.
#[derive(Default)]
pub struct Log(RefCell<Vec<String>>);

impl Log {
    pub fn say(&self, what: &str) {
        self.0.borrow_mut().push(what.to_owned());
    }

    pub fn fail_if(&self, condition: bool) -> Result<(), String> {
        self.say("checked");
        if condition { Err("failed".into()) } else { Ok(()) }
    }
}

impl Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

/// Says so when it's dropped.
#[derive(Debug)]
pub struct D<'a>(pub &'static str, pub &'a Log);

impl D<'_> {
    pub fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(0)
    }

    pub fn some(&self, n: u32) -> Option<u32> {
        n.checked_sub(self.len() % 4)
    }
}

impl Drop for D<'_> {
    fn drop(&mut self) {
        self.1.say(&format!("drop {}", self.0));
    }
}

/// Pending so many times.
pub async fn suspend(mut times: u32) {
    std::future::poll_fn(|_| {
        times = times.wrapping_sub(1);
        if times == u32::MAX { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// Runs both with the same arguments, and compares what they return, as text, and what they logged.
pub fn compare(name: &str, plain: &dyn Fn(u32, &Log) -> String, annotated: &dyn Fn(u32, &Log) -> String) {
    for n in 0..6 {
        let (expected, found) = (outcome(&|log| plain(n, log)), outcome(&|log| annotated(n, log)));
        assert_eq!(found, expected, "{name}({n})");
    }
}

/// The result, or the panic's message, and the log.
pub fn outcome(run: &dyn Fn(&Log) -> String) -> (String, Vec<String>) {
    let log = Log::default();
    let result = catch_unwind(AssertUnwindSafe(|| run(&log))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    });
    (result, log.0.into_inner())
}
