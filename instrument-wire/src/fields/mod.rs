//! Objects in JSON: which fields they have, which of them are needed, and what's said of others.

mod macros;
// Only what's said on the socket has them.
#[cfg(unix)]
mod tagged;

pub(crate) use macros::{object, words};
#[cfg(unix)]
pub(crate) use tagged::{tag, tagged};

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
    read_with_old(from, known, &[], others, read)
}

/// As [`read`], with names that fields had once, and which nobody is told to write.
pub(crate) fn read_with_old(
    from: &mut Reader<'_>,
    known: &[&str],
    old: &[&str],
    others: Others,
    read: &mut dyn FnMut(&str, &mut Reader<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut seen = vec![false; known.len() + old.len()];
    from.object("an object", &mut |name, from| match known.iter().chain(old).position(|known| *known == name) {
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
