//! The fields of a recording: for each type of the model, how it's written and how it's read, side by side.
//!
//! `docs/format.md` describes them. A field that has the value that a reader assumes anyway is left out.

mod column;
mod label;
mod node;
mod others;
mod spread;
mod times;
mod top;

pub(super) use top::{MAJOR, read, write};

/// Implements [`Saved`](crate::json::Saved) for a type whose fields are saved as they are.
///
/// Those before the semicolon make no sense if they're missing: they're always written, and reading fails without them.
macro_rules! object {
    ($type:ident { $($needed:literal: $key:ident),*; $($name:literal: $field:ident),* $(,)? }) => {
        impl crate::json::Saved for $type {
            fn write(&self, out: &mut crate::json::Writer<'_>) {
                out.object(&mut |out| {
                    $(
                        out.key($needed);
                        self.$key.write(out);
                    )*
                    $(out.field($name, &self.$field);)*
                });
            }

            fn read(
                from: &mut crate::json::Reader<'_>,
            ) -> Result<$type, crate::json::Fault> {
                use crate::json::Saved;
                let mut value = $type::default();
                $(let mut $key = None;)*
                from.object("an object", &mut |name, from| {
                    match name {
                        $($needed => $key = Some(Saved::read(from)?),)*
                        $($name => value.$field = Saved::read(from)?,)*
                        _ => from.skip()?,
                    }
                    Ok(())
                })?;
                $(
                    value.$key = $key.ok_or_else(|| from.fault(concat!("the object that ends here has no `", $needed, "`: add it")))?;
                )*
                Ok(value)
            }

            fn is_blank(&self) -> bool {
                *self == $type::default()
            }
        }
    };
}
use object;
