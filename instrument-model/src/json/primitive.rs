//! Numbers, texts and lists.

use super::{Fault, Reader, Saved, Writer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

macro_rules! whole {
    ($($type:ident),*) => {
        $(impl Saved for $type {
            fn write(&self, out: &mut Writer<'_>) {
                out.whole(*self as u64);
            }

            fn read(from: &mut Reader<'_>) -> Result<$type, Fault> {
                Ok(from.whole($type::MAX as u64)? as $type)
            }

            fn is_blank(&self) -> bool {
                *self == 0
            }
        })*
    };
}
whole!(u32, u64, usize);

impl Saved for u128 {
    fn write(&self, out: &mut Writer<'_>) {
        out.large(*self);
    }

    fn read(from: &mut Reader<'_>) -> Result<u128, Fault> {
        from.large()
    }

    fn is_blank(&self) -> bool {
        *self == 0
    }
}

impl Saved for f64 {
    fn write(&self, out: &mut Writer<'_>) {
        out.number(*self);
    }

    fn read(from: &mut Reader<'_>) -> Result<f64, Fault> {
        from.number()
    }

    fn is_blank(&self) -> bool {
        // −0 is equal to 0, and isn't the same.
        self.to_bits() == 0
    }
}

impl Saved for bool {
    fn write(&self, out: &mut Writer<'_>) {
        out.bool(*self);
    }

    fn read(from: &mut Reader<'_>) -> Result<bool, Fault> {
        from.bool()
    }

    fn is_blank(&self) -> bool {
        !self
    }
}

impl Saved for String {
    fn write(&self, out: &mut Writer<'_>) {
        out.string(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<String, Fault> {
        Ok(from.string()?.into_owned())
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Saved for Arc<str> {
    fn write(&self, out: &mut Writer<'_>) {
        out.string(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Arc<str>, Fault> {
        Ok(from.string()?.into())
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

macro_rules! pointer {
    ($($pointer:ident),*) => {
        $(impl<T: Saved> Saved for $pointer<T> {
            fn write(&self, out: &mut Writer<'_>) {
                T::write(self, out);
            }

            fn read(from: &mut Reader<'_>) -> Result<$pointer<T>, Fault> {
                Ok($pointer::new(T::read(from)?))
            }

            fn is_blank(&self) -> bool {
                T::is_blank(self)
            }
        })*
    };
}
pointer!(Arc, Box);

/// What isn't known is left out.
impl<T: Saved> Saved for Option<T> {
    fn write(&self, out: &mut Writer<'_>) {
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Option<T>, Fault> {
        Ok(Some(T::read(from)?))
    }

    fn is_blank(&self) -> bool {
        self.is_none()
    }
}

impl<T: Saved> Saved for Vec<T> {
    fn write(&self, out: &mut Writer<'_>) {
        out.array(&mut |out| self.iter().for_each(|item| item.write(out)));
    }

    fn read(from: &mut Reader<'_>) -> Result<Vec<T>, Fault> {
        from.list()
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Saved for Cow<'static, str> {
    fn write(&self, out: &mut Writer<'_>) {
        out.string(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Cow<'static, str>, Fault> {
        String::read(from).map(Cow::Owned)
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Saved> Saved for BTreeMap<String, T> {
    fn write(&self, out: &mut Writer<'_>) {
        out.object(&mut |out| {
            for (name, value) in self {
                out.any_key(name);
                value.write(out);
            }
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<BTreeMap<String, T>, Fault> {
        let mut map = BTreeMap::new();
        from.object("an object", &mut |name, from| {
            map.insert(name.to_owned(), T::read(from)?);
            Ok(())
        })?;
        Ok(map)
    }

    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}
