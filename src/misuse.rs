//! What macros say if what's given to them makes no sense, on or off.

/// Called by macros whose expansions can't be in a `const fn`, where the compiler's error says this name.
#[cfg(feature = "timers")]
#[inline(always)]
pub fn has_no_place_in_a_const_fn() {}

/// The error of a macro, by the macro's name.
#[doc(hidden)]
#[macro_export]
macro_rules! __misused {
    (scope) => {
        ::core::compile_error!(
            "`scope!` takes a name or nothing: `scope!()`, `scope!(\"db\")`, `scope!(format!(\"shard {n}\"))`"
        )
    };
    (measure) => {
        ::core::compile_error!("`measure!` takes a name and a number, as in `measure!(\"queue length\", queue.len())`")
    };
    (profiler) => {
        ::core::compile_error!("`profiler!` takes a message or nothing, as in `profiler!(\"load the map\")`")
    };
    (marker) => {
        ::core::compile_error!(
            "`marker!` takes a name, and components behind it, as in `marker!(\"load\", WallClock, PeakRss)`"
        )
    };
}
