//! Components, off: nothing is read, and a meter has no size.

/// A guard that measures nothing in this build; the name isn't evaluated.
#[macro_export]
macro_rules! marker {
    ($name:expr $(, $component:ty)* $(,)?) => {{
        if false {
            let _ = $crate::component::Marker::of($name, {
                #[allow(unused_imports, reason = "components of the user's own need none")]
                use $crate::component::*;
                ::core::marker::PhantomData::<($($component,)*)>
            });
        }
        $crate::component::Marker::<()>::none()
    }};
    ($($wrong:tt)*) => {
        $crate::__misused!(marker)
    };
}

#[path = "off_component.rs"]
pub mod component;
