//! Where `#[probe]` can go, and whether the names in it are the function's.

use darling::Error;
use darling::error::Accumulator;
use proc_macro2::Ident;

use super::parse::Probe;
use crate::shared::attribute::Attribute;
use crate::shared::body::Output;
use crate::shared::function::{Function, on_a_function};
use crate::shared::item::Item;
use crate::shared::signature::Signature;
use crate::shared::tokens::mentions;

pub fn check(probe: &Probe, item: &Item, errors: &mut Accumulator) {
    errors.extend(on_a_function("probe", item));
    let Some(function) = Function::of(item) else { return };
    let names = Signature::of(&item.head).map(|signature| signature.names()).unwrap_or_default();
    let known: Vec<String> = names.iter().map(|name| name.name.to_string()).collect();
    let shown = probe.args.iter().flat_map(|names| &names.0);
    let hidden: Vec<_> = probe.redact.iter().flat_map(|names| &names.0).collect();
    for name in shown {
        unknown(name, &known, &function, errors);
        if hidden.contains(&name) {
            let message = format!("`{name}` is both shown and redacted: take it out of `args` or of `redact`");
            errors.push(Error::custom(message).with_span(name));
        }
    }
    injectable(probe, item, &function, errors);
    for name in hidden.into_iter().filter(|name| *name != "result") {
        unknown(name, &known, &function, errors);
    }
}

/// A body that stays in its place can't be left out, nor its result replaced.
fn injectable(probe: &Probe, item: &Item, function: &Function<'_>, errors: &mut Accumulator) {
    let Some(place) = Place::of(item, function) else { return };
    if probe.inject.is_present() {
        let name = function.name;
        let message = format!("nothing can be injected into `{name}`, since {}: remove `inject`", place.why());
        errors.push(Error::custom(message).with_span(&probe.inject.span()));
    }
}

/// Why a body stays in its place, and doesn't become a closure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// There's no result to be seen.
    Never,
    /// Who called is known only there.
    TracksCaller,
    /// The compiler takes the lifetimes of a closure's parameters from a return type, if it's returned right there.
    ReturnsClosure,
}

impl Place {
    pub fn of(item: &Item, function: &Function<'_>) -> Option<Self> {
        let tracks_caller = |attribute: &Attribute| {
            attribute.name().as_deref() == Some("track_caller") || attribute.mentions("track_caller")
        };
        let mentioned =
            |words: &[&str]| mentions(function.output.clone(), &|word| words.iter().any(|known| word == known));
        if function.is_async {
            None
        } else if matches!(Output::of(&function.output), Output::Never) {
            Some(Place::Never)
        } else if item.attributes.iter().any(tracks_caller) {
            Some(Place::TracksCaller)
        } else if mentioned(&["impl"]) && mentioned(&["Fn", "FnMut", "FnOnce"]) {
            Some(Place::ReturnsClosure)
        } else {
            None
        }
    }

    fn why(self) -> &'static str {
        match self {
            Place::Never => "it never returns",
            Place::TracksCaller => "`#[track_caller]` needs the body in its place",
            Place::ReturnsClosure => "a closure that's returned needs the body in its place",
        }
    }
}

fn unknown(name: &Ident, known: &[String], function: &Function<'_>, errors: &mut Accumulator) {
    if known.iter().any(|known| name == known) {
        return;
    }
    let has = match known {
        [] => "it has none".to_owned(),
        known => format!("it has `{}`", known.join("`, `")),
    };
    let message = format!("`{name}` is no parameter of `{}`: {has}", function.name);
    errors.push(Error::custom(message).with_span(name));
}
