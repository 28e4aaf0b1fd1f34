//! A clock that each test scripts for its own thread, and what's printed by it.
#![allow(dead_code, reason = "not every test file needs all of it")]

use instrument::clock;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::task::{Context, Poll, Waker};

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(1_000) };
}

struct Scripted;

impl clock::Clock for Scripted {
    fn now(&self) -> u64 {
        NOW.with(Cell::get)
    }
}

pub fn pass(microseconds: u64) {
    NOW.with(|now| now.set(now.get() + microseconds * 1_000));
}

/// Collects what's printed, call by call.
#[derive(Clone, Default)]
pub struct Printed(Arc<Mutex<Vec<String>>>);

impl Printed {
    pub fn new() -> Self {
        static SET: Once = Once::new();
        SET.call_once(|| clock::set_clock(&Scripted).expect("nothing was recorded yet"));
        Printed::default()
    }

    pub fn sink(&self) -> impl Fn(&str) + Send + Sync + use<> {
        let printed = self.clone();
        move |text| printed.lock().push(text.to_owned())
    }

    pub fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn one(&self) -> String {
        match self.lock().as_slice() {
            [one] => one.clone(),
            other => panic!("not one block but {other:#?}"),
        }
    }
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
        pass(1000);
    }
}

/// Pending the first time: `block_on` lets a millisecond pass then.
pub async fn suspend() {
    let mut suspended = false;
    std::future::poll_fn(|_| if std::mem::replace(&mut suspended, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

impl fmt::Debug for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock().fmt(f)
    }
}
