//! Objects that say by one of their fields what they are.

use super::{needed, word};
use instrument_model::json::{Fault, Reader};

/// The word that stands in the field `tag`, wherever in the object that is. Leaves the reader at the object.
pub(crate) fn tag<T: Copy>(from: &Reader<'_>, tag: &str, known: &[(&str, T)]) -> Result<T, Fault> {
    let mut ahead = from.fork();
    let mut found = None;
    ahead.search("an object", &mut |name, from| {
        if name != tag {
            return from.skip().map(|()| false);
        }
        found = Some(word(from, known)?);
        Ok(true)
    })?;
    needed(found, &ahead, tag)
}

/// Implements [`Saved`](instrument_model::json::Saved) for an enum whose variants are objects, told apart by the field
/// `$tag`: with fields, which are needed unless there's a default, or in another struct of the name in parentheses.
macro_rules! tagged {
    (
        $type:ident, $tag:literal, $others:ident;
        $($word:literal $variant:ident { $($field:ident $(= $default:expr)?),* })*
        $(; $($whole_word:literal $whole:ident($inner:ident))*)?
    ) => {
        impl instrument_model::json::Saved for $type {
            fn write(&self, out: &mut instrument_model::json::Writer<'_>) {
                out.object(&mut |out| {
                    out.key($tag);
                    match self {
                        $($type::$variant { $($field),* } => {
                            out.string($word);
                            $(
                                out.key(stringify!($field));
                                $field.write(out);
                            )*
                        })*
                        $($($type::$whole(inner) => {
                            out.string($whole_word);
                            inner.write_fields(out);
                        })*)?
                    }
                });
            }

            fn read(from: &mut instrument_model::json::Reader<'_>) -> Result<Self, instrument_model::json::Fault> {
                use instrument_model::json::Saved;
                let words = [$($word,)* $($($whole_word,)*)?];
                match $crate::fields::tag(from, $tag, &words.map(|word| (word, word)))? {
                    $($word => {
                        $(let mut $field = None;)*
                        let known = [$tag, $(stringify!($field),)*];
                        $crate::fields::read(from, &known, $crate::fields::Others::$others, &mut |name, from| {
                            match name {
                                $(stringify!($field) => $field = Some(Saved::read(from)?),)*
                                _ => from.skip()?,
                            }
                            Ok(())
                        })?;
                        Ok($type::$variant {
                            $($field: $crate::fields::needed($field$(.or(Some($default)))?, from, stringify!($field))?,)*
                        })
                    })*
                    $($($whole_word => $inner::read(from).map($type::$whole),)*)?
                    _ => Err(from.fault("this isn't known")),
                }
            }
        }
    };
}
pub(crate) use tagged;
