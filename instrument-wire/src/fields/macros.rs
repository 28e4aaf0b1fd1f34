//! How structs and words are written and read: a table of names for each type.

/// Implements [`Saved`](instrument_model::json::Saved) for a struct whose fields are an object's.
///
/// Those after `needs` are always written, and reading fails without them; those after `may` are left out where they're
/// what a reader assumes. Those after `holds` are a field's own, and stand beside the others. What follows
/// `by` reads a value in its type's stead.
macro_rules! object {
    (@read $from:ident) => {
        Saved::read($from)?
    };
    (@read $from:ident $by:path) => {
        Some($by($from)?)
    };
    (
        $type:ident, $others:ident
        $(, holds $flat:ident: $Flat:ident { $($part:ident),+ })?
        $(, needs { $($key:literal: $field:ident),+ })?
        $(, may { $($name:literal: $option:ident $(by $by:path)?),+ })?
    ) => {
        impl instrument_model::json::Saved for $type {
            fn write(&self, out: &mut instrument_model::json::Writer<'_>) {
                out.object(&mut |out| self.write_fields(out));
            }

            fn read(from: &mut instrument_model::json::Reader<'_>) -> Result<Self, instrument_model::json::Fault> {
                use instrument_model::json::Saved;
                $($(let mut $part = None;)+)?
                $($(let mut $field = None;)+)?
                $($(let mut $option = None;)+)?
                let known = [$($(stringify!($part),)+)? $($($key,)+)? $($($name,)+)?];
                $crate::fields::read(from, &known, $crate::fields::Others::$others, &mut |name, from| {
                    match name {
                        $($(stringify!($part) => $part = Some(Saved::read(from)?),)+)?
                        $($($key => $field = Some(Saved::read(from)?),)+)?
                        $($($name => $option = Some($crate::fields::object!(@read from $($by)?)),)+)?
                        _ => from.skip()?,
                    }
                    Ok(())
                })?;
                Ok($type {
                    $($flat: $Flat { $($part: $crate::fields::needed($part, from, stringify!($part))?),+ },)?
                    $($($field: $crate::fields::needed($field, from, $key)?,)+)?
                    $($($option: $option.unwrap_or_default(),)+)?
                })
            }
        }

        impl $type {
            fn write_fields(&self, out: &mut instrument_model::json::Writer<'_>) {
                use instrument_model::json::Saved;
                $($(
                    out.key(stringify!($part));
                    self.$flat.$part.write(out);
                )+)?
                $($(
                    out.key($key);
                    self.$field.write(out);
                )+)?
                $($(out.field($name, &self.$option);)+)?
            }
        }
    };
}
pub(crate) use object;

/// Implements [`Saved`](instrument_model::json::Saved) for an enum whose variants are words.
macro_rules! words {
    ($type:ident { $($word:literal $variant:ident),+ }) => {
        impl instrument_model::json::Saved for $type {
            fn write(&self, out: &mut instrument_model::json::Writer<'_>) {
                out.string(match self {
                    $($type::$variant => $word,)+
                });
            }

            fn read(from: &mut instrument_model::json::Reader<'_>) -> Result<Self, instrument_model::json::Fault> {
                $crate::fields::word(from, &[$(($word, $type::$variant)),+])
            }
        }
    };
}
pub(crate) use words;
