//! Types of the standard library that serialize as what they're made of, or by waiting, and are shown as what they mean.
//!
//! A serializer is told what a struct is called, not whose it is. So the type that's being serialized is remembered by its
//! name, which says whose it is, wherever it's nested.

use super::Value;
use std::any::type_name;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::sync::{Mutex, RwLock};
use std::time::{Duration, SystemTime};

/// What a struct means.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meaning {
    /// Of a [`Duration`].
    Seconds,
    /// Of a [`SystemTime`], since 1970.
    Moment,
}

impl Meaning {
    /// Of a struct that's called so, and is a part of `of`, unless that's another type of the same name.
    pub(super) fn of_struct(name: &str, of: &str) -> Option<Meaning> {
        let (meaning, known) = match name {
            "Duration" => (Meaning::Seconds, type_name::<Duration>()),
            "SystemTime" => (Meaning::Moment, type_name::<SystemTime>()),
            _ => return None,
        };
        let of = pointee(of);
        let path = of.split('<').next().unwrap_or_default();
        (of == known || path.rsplit("::").next() != Some(name)).then_some(meaning)
    }

    /// The value, if these are the fields.
    pub(super) fn value(self, fields: &[(Value, Value)]) -> Option<Value> {
        let [(first, seconds), (second, Value::Int(nanos))] = fields else { return None };
        let seconds = match *seconds {
            Value::Int(seconds) => u64::try_from(seconds).ok()?,
            Value::UInt(seconds) => seconds,
            _ => return None,
        };
        let names = match self {
            Meaning::Seconds => ("secs", "nanos"),
            Meaning::Moment => ("secs_since_epoch", "nanos_since_epoch"),
        };
        if (first.as_str()?, second.as_str()?) != names {
            return None;
        }
        let nanos = u32::try_from(*nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
        Some(Value::Float(Duration::new(seconds, nanos).as_secs_f64()))
    }
}

/// Whether bytes of it are text.
pub(super) fn is_text(of: &str) -> bool {
    [type_name::<CStr>(), type_name::<CString>()].contains(&pointee(of))
}

/// Whether it's the system's text, which serializes as a variant of bytes.
pub(super) fn is_system_text(of: &str) -> bool {
    [type_name::<OsStr>(), type_name::<OsString>()].contains(&pointee(of))
}

/// Whether it's a lock, whose `Serialize` waits for it: whoever calls the function may hold it.
pub(super) fn is_lock(of: &str) -> bool {
    let is = |lock: &str| pointee(of).starts_with(lock.trim_end_matches("()>"));
    is(type_name::<Mutex<()>>()) || is(type_name::<RwLock<()>>())
}

/// What a reference or a box is of, which serializes as that.
fn pointee(mut of: &str) -> &str {
    const POINTERS: [&str; 5] = ["&", "mut ", "alloc::boxed::Box<", "alloc::sync::Arc<", "alloc::rc::Rc<"];
    while let Some((pointer, inner)) = POINTERS.iter().find_map(|pointer| Some((pointer, of.strip_prefix(pointer)?))) {
        of = if pointer.ends_with('<') { inner.strip_suffix('>').unwrap_or(inner) } else { inner };
    }
    of
}

#[cfg(test)]
mod tests {
    use super::*;

    mod own {
        pub struct Duration;
        pub struct Wrapped<T>(pub T);
    }

    fn seconds<T: ?Sized>() -> bool {
        Meaning::of_struct("Duration", type_name::<T>()).is_some()
    }

    #[test]
    fn a_type_is_known_by_whose_it_is() {
        assert!(seconds::<Duration>() && seconds::<&&mut Duration>() && seconds::<Box<std::sync::Arc<Duration>>>());
        // What serializes as what it wraps, and is called otherwise.
        assert!(seconds::<own::Wrapped<Duration>>() && seconds::<std::borrow::Cow<'_, Duration>>());
        assert!(!seconds::<own::Duration>() && !seconds::<&Box<own::Duration>>());
        assert!(Meaning::of_struct("Instant", type_name::<std::time::Instant>()).is_none());
        assert!(is_lock(type_name::<&std::rc::Rc<Mutex<u8>>>()) && is_lock(type_name::<RwLock<str>>()));
        assert!(!is_lock(type_name::<Vec<Mutex<u8>>>()) && !is_lock(type_name::<own::Duration>()));
        assert!(is_text(type_name::<&CStr>()) && is_text(type_name::<Box<CString>>()) && !is_text(type_name::<str>()));
        assert!(is_system_text(type_name::<&OsStr>()) && is_system_text(type_name::<OsString>()));
    }
}
