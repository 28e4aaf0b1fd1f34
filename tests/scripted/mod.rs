//! A clock that a test scripts: figures are exact, on any machine.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use instrument::clock;
use std::cell::Cell;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(1_000) };
}

struct Scripted;

impl clock::Clock for Scripted {
    fn now(&self) -> u64 {
        NOW.with(Cell::get)
    }
}

/// Every test begins here: they take turns, since resets, switches and lists are the process's.
pub fn script() -> MutexGuard<'static, ()> {
    static SET: Once = Once::new();
    static TURN: Mutex<()> = Mutex::new(());
    SET.call_once(|| clock::set_clock(&Scripted).expect("nothing was recorded yet"));
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets time pass on this thread.
pub fn pass(nanoseconds: u64) {
    NOW.with(|now| now.set(now.get() + nanoseconds));
}

pub fn ns(nanoseconds: u64) -> Duration {
    Duration::from_nanos(nanoseconds)
}
