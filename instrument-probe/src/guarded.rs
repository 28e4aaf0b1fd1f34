//! Running what isn't ours to trust, so that nothing of it reaches the probed function.

use crate::sync::{AtomicU64, Ordering};
use instrument_core::shared::Inside;
use std::any::Any;
use std::cell::Cell;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs it inside the toolkit: probed functions don't fire on this thread, and nothing is recorded.
pub(crate) fn inside<R>(run: impl FnOnce() -> R) -> R {
    let _inside = Inside::enter();
    run()
}

/// A number of the calling thread's own. `thread::current` isn't to be had in a thread's last destructors.
pub(crate) fn this_thread() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    thread_local! {
        static NUMBER: Cell<u64> = const { Cell::new(0) };
    }
    NUMBER.with(|number| {
        if number.get() == 0 {
            number.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
        }
        number.get()
    })
}

/// Runs it inside the toolkit, and catches what it panics with, as text.
pub(crate) fn catch<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    inside(|| catch_unwind(AssertUnwindSafe(run))).map_err(panic_message)
}

/// Drops what may be a user's, or does what ends in that.
pub(crate) fn catch_silently(run: impl FnOnce()) {
    let _ = catch(run);
}

/// The panic's message. A payload may panic when it's dropped, so one that isn't text is forgotten.
pub(crate) fn panic_message(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<&'static str>() {
        Ok(text) => (*text).to_owned(),
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(other) => {
                mem::forget(other);
                "it says nothing".to_owned()
            }
        },
    }
}
