//! Where `#[probe]` can go, and whether the names in it are the function's.

use darling::Error;
use darling::error::Accumulator;
use proc_macro2::Ident;

use super::parse::Probe;
use crate::shared::body::Output;
use crate::shared::function::{Function, on_a_function};
use crate::shared::item::Item;
use crate::shared::parameters;

pub fn check(probe: &Probe, item: &Item, errors: &mut Accumulator) {
    errors.extend(on_a_function("probe", item));
    let Some(function) = Function::of(item) else { return };
    let known: Vec<String> =
        parameters::last_to_first(&item.head).iter().rev().map(|parameter| parameter.name.to_string()).collect();
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
    let why = if tracks_caller(item) {
        "`#[track_caller]` needs the body in its place"
    } else if matches!(Output::of(&function.output), Output::Never) && !function.is_async {
        "it never returns"
    } else {
        return;
    };
    if probe.inject.is_present() {
        let message = format!("nothing can be injected into `{}`, since {why}: remove `inject`", function.name);
        errors.push(Error::custom(message).with_span(&probe.inject.span()));
    }
}

/// Whether the function asks who has called it.
pub fn tracks_caller(item: &Item) -> bool {
    item.attributes
        .iter()
        .any(|attribute| attribute.name().as_deref() == Some("track_caller") || attribute.mentions("track_caller"))
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
