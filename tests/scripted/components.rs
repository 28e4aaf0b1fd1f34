//! Components that measure what a test says, each thread by itself.
#![allow(dead_code, unused_macros, reason = "each test binary uses a part of it")]

use instrument::component::Unavailable;
use std::cell::Cell;

thread_local! {
    static USED: Cell<f64> = const { Cell::new(0.0) };
}

/// What this thread has used up so far.
pub fn used() -> f64 {
    USED.get()
}

/// Lets this thread use up more. Amounts that are whole are added without rounding.
pub fn use_up(amount: f64) {
    USED.set(USED.get() + amount);
}

/// From now on it's this much.
pub fn set(amount: f64) {
    USED.set(amount);
}

/// Reads it, for the components below.
pub fn read() -> Result<f64, Unavailable> {
    Ok(used())
}

/// Declares such components: tests that run side by side have columns of their own.
macro_rules! components {
    ($($name:ident = $label:literal in $unit:ident of $kind:ident)*) => { $(
        struct $name;
        impl instrument::component::Component for $name {
            type Reading = f64;
            const NAME: &'static str = $label;
            const DESCRIPTION: &'static str = "what the test says";
            const UNIT: instrument::component::Unit = instrument::component::Unit::$unit;
            const KIND: instrument::component::Kind = instrument::component::Kind::$kind;
            fn read() -> Result<f64, instrument::component::Unavailable> {
                crate::parts::read()
            }
            fn lap(start: &f64, end: &f64) -> f64 {
                end - start
            }
        }
    )* };
}
