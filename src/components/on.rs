//! Components, on.

pub use instrument_core::{component, storage};

/// A span of that name, until the returned guard is dropped, which measures components besides its time: columns of the
/// report, and of their [`storage`](storage()).
///
/// Components are named as in [`component`], without an import; your own by a path, or by a name that none of ours has.
/// Without any, it measures those that
/// [`component::choose`] or `INSTRUMENT_COMPONENTS` has chosen. The name is a string, also one that's made at run time.
/// It isn't made while timers are off.
/// Costs what the components cost.
///
/// ```
/// use instrument::component::PeakRss;
/// use instrument::{marker, storage};
///
/// {
///     let _marker = marker!("load", WallClock, PeakRss);
///     // … the block's time, and what it adds to the peak
/// }
/// println!("{}", storage::<PeakRss>());
/// # assert_eq!(storage::<PeakRss>().flat()[0].prefix, "load");
/// ```
#[macro_export]
macro_rules! marker {
    ($name:expr $(,)?) => {
        if $crate::__private::timers_on() {
            $crate::component::Marker::<$crate::component::Chosen>::new($name)
        } else {
            $crate::component::Marker::none()
        }
    };
    ($name:expr, $($component:ty),+ $(,)?) => {{
        // Names of components are known here, and not in what makes the name.
        let __instrument_bundle = {
            #[allow(unused_imports, reason = "components of the user's own need none")]
            use $crate::component::*;
            ::core::marker::PhantomData::<($($component,)+)>
        };
        if $crate::__private::timers_on() {
            $crate::component::Marker::of($name, __instrument_bundle)
        } else {
            $crate::component::Marker::none()
        }
    }};
    ($($wrong:tt)*) => {
        $crate::__misused!(marker)
    };
}
