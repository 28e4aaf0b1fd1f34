//! Objects in JSON: which fields they have, which of them are needed, and what's said of others.

use instrument_model::json::{Fault, Reader};
use instrument_model::text::{nearest, printable};

/// Bytes of a name that an error repeats.
const LONGEST: usize = 100;

/// What's done with a field that isn't known.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Others {
    /// It's an error: people write these, and a field that does nothing would be a riddle.
    Refused,
    /// It's passed over: programs write these, and a newer one may say more.
    Skipped,
}

/// Reads an object; `read` reads the value of each field that's known. A null is as good as none.
pub(crate) fn read(
    from: &mut Reader<'_>,
    known: &[&str],
    others: Others,
    read: &mut dyn FnMut(&str, &mut Reader<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut seen = vec![false; known.len()];
    from.object("an object", &mut |name, from| match known.iter().position(|known| *known == name) {
        Some(place) if std::mem::replace(&mut seen[place], true) => {
            Err(from.fault_of_key(format!("there are two fields `{name}`: write one")))
        }
        Some(_) if from.null() => Ok(()),
        Some(_) => read(name, from),
        None if others == Others::Skipped => from.skip(),
        None => Err(from.fault_of_key(unknown("field", name, known))),
    })
}

/// Reads the word by which one of several is chosen.
pub(crate) fn word<T: Copy>(from: &mut Reader<'_>, known: &[(&str, T)]) -> Result<T, Fault> {
    from.peek();
    let place = from.fork();
    let word = from.string()?;
    let found = known.iter().find(|(name, _)| *name == word);
    let names = || known.iter().map(|(name, _)| *name).collect::<Vec<_>>();
    found.map(|(_, value)| *value).ok_or_else(|| place.fault(unknown("variant", &word, &names())))
}

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

/// A field that has to be there, of the object that has just ended.
pub(crate) fn needed<T>(value: Option<T>, from: &Reader<'_>, name: &str) -> Result<T, Fault> {
    value.ok_or_else(|| from.fault_of_end(format!("missing field `{name}`")))
}

fn unknown(kind: &str, name: &str, known: &[&str]) -> String {
    let expected = match known {
        [] => format!("there are no {kind}s"),
        [one] => format!("expected `{one}`"),
        [one, other] => format!("expected `{one}` or `{other}`"),
        _ => format!("expected one of `{}`", known.join("`, `")),
    };
    let meant = nearest(name, known.iter().copied()).map(|meant| format!("; did you mean `{meant}`?"));
    format!("unknown {kind} `{}`, {expected}{}", shortened(name, LONGEST), meant.unwrap_or_default())
}

/// Printable, and no longer than that many bytes.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().find(|(place, _)| *place >= longest) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text),
    }
}

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
#[cfg(unix)]
pub(crate) use tagged;

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
