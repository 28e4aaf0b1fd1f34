//! Components that measure what a test says, in seconds, each thread by itself.

use std::cell::Cell;

thread_local! {
    pub static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// Lets time pass on this thread.
pub fn pass(seconds: f64) {
    NOW.set(NOW.get() + seconds);
}

/// Declares such components, so that tests that run side by side have call graphs of their own.
macro_rules! scripted {
    ($($name:ident)*) => { $(
        struct $name;
        impl instrument_core::component::Component for $name {
            type Reading = f64;
            const NAME: &'static str = stringify!($name);
            const DESCRIPTION: &'static str = "what the test says";
            const UNIT: instrument_core::component::Unit = instrument_core::component::Unit::Seconds;
            fn read() -> Result<f64, instrument_core::component::Unavailable> {
                Ok(crate::scripted::NOW.get())
            }
            fn lap(start: &f64, end: &f64) -> f64 {
                end - start
            }
        }
    )* };
}
