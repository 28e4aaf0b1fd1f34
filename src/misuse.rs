//! What macros say if what's given to them makes no sense, on or off.

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
