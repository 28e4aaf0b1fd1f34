//! Probes, on.

pub use instrument_probe as probe;

/// Registers a function with `#[probe]` before `main`.
#[doc(hidden)]
#[macro_export]
macro_rules! __register_probe {
    ($site:ident) => {
        #[allow(clippy::incompatible_msrv)]
        const _: () = {
            $crate::__private::probe::inventory::submit! { $crate::__private::probe::RegisteredProbe(&$site) }
        };
    };
}

/// An argument, or a reference to it.
#[doc(hidden)]
#[macro_export]
macro_rules! __peeked {
    ($value:expr) => {{
        // Which of them it is depends on the type; what's unused in another crate's macro isn't told, and needs no `allow`,
        // which `forbid` forbids.
        use $crate::__private::probe::{PeekCopy as _, PeekReference as _};
        (&&$crate::__private::probe::Peek(&$value)).__instrument_peek()
    }};
}

/// The value of an argument, in the best way that its type has.
#[doc(hidden)]
#[macro_export]
macro_rules! __shown {
    ($value:expr) => {{
        // Which of them it is depends on the type; what's unused in another crate's macro isn't told, and needs no `allow`,
        // which `forbid` forbids.
        use $crate::__private::probe::{AsDebug as _, AsOpaque as _, AsSerialize as _};
        (&&&$crate::__private::probe::Shown(&$value)).__instrument_value()
    }};
}

/// How a call ended, by what it returned.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    ($result:expr, $wanted:expr) => {{
        // Which of them it is depends on the type; what's unused in another crate's macro isn't told, and needs no `allow`,
        // which `forbid` forbids.
        use $crate::__private::probe::{
            AsDebug as _, AsDebugError as _, AsDisplayError as _, AsOpaque as _, AsOpaqueError as _, AsPlain as _,
            AsResult as _, AsSerialize as _, AsSerializeError as _,
        };
        match (&&$crate::__private::probe::Shown($result)).__instrument_split() {
            ::core::result::Result::Ok(__instrument_value) => $crate::__private::probe::Outcome::Returned(if $wanted {
                ::core::option::Option::Some((&&&$crate::__private::probe::Shown(__instrument_value)).__instrument_value())
            } else {
                ::core::option::Option::None
            }),
            ::core::result::Result::Err(__instrument_error) => $crate::__private::probe::Outcome::Failed(if $wanted {
                ::core::option::Option::Some((&&&&$crate::__private::probe::ShownError(__instrument_error)).__instrument_value())
            } else {
                ::core::option::Option::None
            }),
        }
    }};
}

/// The result that an injection makes, in the best way that its type has.
#[doc(hidden)]
#[macro_export]
macro_rules! __injected {
    ($injection:expr, $into:expr) => {{
        // Which of them it is depends on the type; what's unused in another crate's macro isn't told, and needs no `allow`,
        // which `forbid` forbids.
        use $crate::__private::probe::{InjectMessage as _, InjectPlain as _, InjectResult as _};
        (&&&$into).__instrument_inject($injection)
    }};
}

/// A call of an async function as a layer of its body, in the way that the type of its result allows.
#[doc(hidden)]
#[macro_export]
macro_rules! __probe_call {
    ($body:expr, $begin:expr, $show:expr, $inject:expr) => {{
        // Which of them it is depends on the type; what's unused in another crate's macro isn't told, and needs no `allow`,
        // which `forbid` forbids.
        use $crate::__private::probe::{KeepsResult as _, PassesResult as _};
        (&&$crate::__private::probe::OfBody::of(&$body)).__instrument_call($begin, $show, $inject)
    }};
}
