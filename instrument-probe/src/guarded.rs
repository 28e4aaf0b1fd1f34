//! Running what isn't ours to trust, so that nothing of it reaches the probed function.

use std::any::Any;
use std::cell::Cell;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static OURS: Cell<bool> = const { Cell::new(false) };
}

/// Whether what runs on this thread now is an instrument, or the capturing for one. Probed functions don't fire then.
pub(crate) fn in_instrument_code() -> bool {
    // A thread whose locals are gone is about to end.
    OURS.try_with(Cell::get).unwrap_or(true)
}

struct Reset(bool);

impl Drop for Reset {
    fn drop(&mut self) {
        let _ = OURS.try_with(|ours| ours.set(self.0));
    }
}

/// Runs it with probes off on this thread.
pub(crate) fn as_instrument_code<R>(run: impl FnOnce() -> R) -> R {
    let _reset = Reset(OURS.try_with(|ours| ours.replace(true)).unwrap_or(true));
    run()
}

/// Runs it with probes off on this thread, and catches what it panics with, as text.
pub(crate) fn catch<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    as_instrument_code(|| catch_unwind(AssertUnwindSafe(run))).map_err(panic_message)
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
