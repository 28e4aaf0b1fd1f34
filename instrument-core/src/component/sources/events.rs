//! Components that the program itself makes happen: trips, and numbers that it stores.

use super::components;
use crate::component::{Component, Kind, Meter, Unavailable, Unit};
use std::borrow::Cow;

components! {
    /// How often a lap was made, as a count; the cheapest way to learn how often something runs.
    ///
    /// Available everywhere. A lap costs an addition.
    TripCount = "trip_count", "how often it was done", Count, Event;
    () = |_sample| Ok(());
    |_start, _end| 1.0;
}

/// Declares components whose laps are stored, not begun and ended.
macro_rules! trackers {
    ($($(#[$doc:meta])* $name:ident = $label:literal, $description:literal, $example:literal;)*) => { $(
        $(#[$doc])*
        ///
        /// Each [`store`](Meter::store) is a lap; `start` and `stop` do nothing. Available everywhere; costs two additions.
        ///
        /// ```
        #[doc = concat!("let mut tracker = instrument_core::component::", stringify!($name), "::new(\"items\");")]
        #[doc = concat!("tracker.store(", $example, ");")]
        #[doc = concat!("tracker.store(", $example, ");")]
        #[doc = concat!("assert_eq!((tracker.get(), tracker.laps()), (2.0 * ", $example, " as f64, 2));")]
        /// ```
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl $name {
            /// A meter of it, without a lap; see [`Component::new`].
            pub fn new(label: impl Into<Cow<'static, str>>) -> Meter<Self> {
                Meter::new(label)
            }
        }

        impl Component for $name {
            type Reading = ();
            const NAME: &'static str = $label;
            const DESCRIPTION: &'static str = $description;
            const UNIT: Unit = Unit::Count;
            const KIND: Kind = Kind::Event;
            const STORED: bool = true;

            fn read() -> Result<(), Unavailable> {
                Ok(())
            }

            fn lap((): &(), (): &()) -> f64 {
                0.0
            }
        }
    )* };
}

trackers! {
    /// Whole numbers that the program stores.
    IntegerTracker = "integer_tracker", "whole numbers that the program stores", "-7";
    /// Numbers that the program stores.
    FloatTracker = "float_tracker", "numbers that the program stores", "2.5";
}

impl Meter<IntegerTracker> {
    /// Makes a lap of this value. Costs two additions. Sums are exact up to 2^53.
    ///
    /// ```
    /// let mut tracker = instrument_core::component::IntegerTracker::new("items");
    /// tracker.store(-7);
    /// assert_eq!((tracker.get(), tracker.laps()), (-7.0, 1));
    /// ```
    pub fn store(&mut self, value: i64) {
        self.store_lap(value as f64);
    }
}

impl Meter<FloatTracker> {
    /// Makes a lap of this value; one that isn't a finite number makes none, and [`error`](Self::error) says so. Costs two
    /// additions.
    ///
    /// ```
    /// let mut tracker = instrument_core::component::FloatTracker::new("items");
    /// tracker.store(2.5);
    /// tracker.store(f64::NAN);
    /// assert_eq!((tracker.get(), tracker.laps()), (2.5, 1));
    /// ```
    pub fn store(&mut self, value: f64) {
        self.store_lap(value);
    }
}
