//! Timers, on.

pub use instrument_core::{
    Active, ActiveThread, Attached, BuildError, Column, Context, Figure, Figures, Filter, FutureExt, Guard, InContext,
    Lost, Measurement, NodeRef, Number, Observer, OpenSpan, Parting, PerfTimer, PerfTimerBuilder, Report, Run, Site,
    Snapshot, StreamExt, Throttle, TimeAsync, Timed, TimerStats, Unit, WaitingTask, Whole, active, clock, finish,
    log_metrics, measure, measure_overhead, record, report, reset, set_filter, set_throttle, sites, snapshot,
    task_perf_counter,
};

/// Opens a span until the returned guard is dropped; without a name it's called as the function is.
///
/// With a literal as its name it costs what `#[timer]` costs. Any other name is looked up when the span begins, which costs a
/// look into a hash map, and what making the name costs; it isn't made while timers are off. Past 10,000 different names,
/// spans of further ones aren't timed, and counted as lost: make names of kinds, not of things.
///
/// ```
/// fn save() {
///     let _span = instrument::scope!("db");
///     // … the time until the end of the block counts
/// }
/// # save();
/// # assert_eq!(instrument::snapshot().find(&["db"]).map(|node| node.count()), Some(1));
///
/// for shard in 0..3 {
///     let _span = instrument::scope!(format!("shard {shard}"));
/// }
/// # assert_eq!(instrument::snapshot().find(&["shard 2"]).map(|node| node.count()), Some(1));
/// ```
#[macro_export]
macro_rules! scope {
    () => {
        $crate::__scope!(::core::option::Option::None)
    };
    ($name:literal $(,)?) => {
        $crate::__scope!(::core::option::Option::Some($name))
    };
    ($word:ident = $name:expr $(,)?) => {
        $crate::__misused!(scope)
    };
    ($name:expr $(,)?) => {{
        $crate::__private::has_no_place_in_a_const_fn();
        if $crate::__private::timers_on() {
            $crate::__private::enter_named($name)
        } else {
            $crate::__private::no_span()
        }
    }};
    ($($wrong:tt)*) => {
        $crate::__misused!(scope)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __scope {
    ($name:expr) => {{
        $crate::__private::has_no_place_in_a_const_fn();
        static __INSTRUMENT_SITE: $crate::__private::Site = $crate::__private::Site::new(
            $name,
            $crate::__private::Location::new(
                ::core::module_path!(),
                ::core::file!(),
                ::core::line!(),
                ::core::column!(),
                || {
                    fn here() {}
                    $crate::__private::type_name_of(&here)
                },
            ),
        );
        $crate::__private::register!(__INSTRUMENT_SITE);
        __INSTRUMENT_SITE.enter()
    }};
}

/// Registers a site before `main`.
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($site:ident) => {
        // In there is what a `const` couldn't have before Rust 1.32.
        #[allow(clippy::incompatible_msrv)]
        const _: () = {
            $crate::__private::inventory::submit! { $crate::__private::Registered(&$site) }
        };
    };
}

/// A boxed future or stream with layers around it, in the way that its type allows.
#[doc(hidden)]
#[macro_export]
macro_rules! __boxed {
    ($made:expr, $layers:expr) => {{
        // Which of them it is depends on the type; what's unused in another crate's macro isn't told, and needs no `allow`,
        // which `forbid` forbids.
        use $crate::__private::layers::{BoxesAnew as _, Reboxes as _};
        let __instrument_made = $made;
        (&&$crate::__private::layers::OfBox::of(&__instrument_made)).__instrument_rebox(__instrument_made, $layers)
    }};
}

/// Observes a number under a constant name: count, mean, extremes and sum are in the report's second table.
///
/// The number is of any primitive type; it isn't evaluated while timers are switched off.
///
/// ```
/// let queue = vec![1, 2, 3];
/// instrument::measure!("queue length", queue.len());
/// instrument::measure!("free memory", 14.7);
/// ```
#[macro_export]
macro_rules! measure {
    ($name:expr, $value:expr $(,)?) => {{
        $crate::__private::has_no_place_in_a_const_fn();
        static __INSTRUMENT_MEASURE: $crate::__private::MeasureSite = $crate::__private::MeasureSite::new($name);
        if $crate::__private::timers_on() {
            __INSTRUMENT_MEASURE.record($crate::__private::number($value));
        }
    }};
    ($($wrong:tt)*) => {
        $crate::__misused!(measure)
    };
}
