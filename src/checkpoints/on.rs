//! Checkpoints, on.

pub use instrument_core::{Profiler, RemoteSummary, RemoteSummaryError, TraceContext, TraceContextError};

/// A [`Profiler`] that's off unless `INSTRUMENT_PROFILE` names the function that it stands in.
///
/// The variable takes names as `Type::method`, `module::function` or whole paths, several with commas between them, or
/// `*` for all. Without a message it's called as the function is. Off, it costs a load and a branch; the message isn't
/// evaluated then.
///
/// ```
/// fn load() {
///     let profiler = instrument::profiler!("load the map");
///     // …
///     profiler.mark("read");
/// }
/// # load();
/// ```
#[macro_export]
macro_rules! profiler {
    () => {
        $crate::__profiler!(__INSTRUMENT_CHECKPOINT => __INSTRUMENT_CHECKPOINT.label())
    };
    ($msg:expr $(,)?) => {
        $crate::__profiler!(__INSTRUMENT_CHECKPOINT => $msg)
    };
    ($($wrong:tt)*) => {
        $crate::__misused!(profiler)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __profiler {
    ($site:ident => $msg:expr) => {{
        $crate::__private::has_no_place_in_a_const_fn();
        static $site: $crate::__private::CheckpointSite =
            $crate::__private::CheckpointSite::new($crate::__private::Location::new(
                ::core::module_path!(),
                ::core::file!(),
                ::core::line!(),
                ::core::column!(),
                || {
                    fn here() {}
                    $crate::__private::type_name_of(&here)
                },
            ));
        $crate::__private::inventory::submit! { $crate::__private::RegisteredCheckpoint::Site(&$site) }
        $site.profiler(|| $msg)
    }};
}

/// Registers a function with `#[checkpoints]` before `main`.
#[doc(hidden)]
#[macro_export]
macro_rules! __register_checkpoints {
    ($function:ident) => {
        #[allow(clippy::incompatible_msrv)]
        const _: () = {
            $crate::__private::inventory::submit! { $crate::__private::RegisteredCheckpoint::Function(&$function) }
        };
    };
}
