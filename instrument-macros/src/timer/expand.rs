//! What `#[timer]` adds to a function: a static, its registration and a guard.

use proc_macro2::Literal;
use quote::quote_spanned;

use super::parse::{Recursion, Timer};
use crate::shared::attribute::Attribute;
use crate::shared::function::Function;
use crate::shared::part::{Around, Made, Rank, numbered};
use crate::shared::runtime::{location, optional, ours, private};

/// Whether it's a `#[timer]`, however it's called.
pub fn is_timer(attribute: &Attribute) -> bool {
    match attribute.name().as_deref() {
        _ if attribute.is_inner() => false,
        Some("timer") => true,
        // Whether it applies isn't known yet; if it does, it will expand for itself.
        Some("cfg_attr") => attribute.mentions("timer"),
        _ => false,
    }
}

pub fn part(timer: &Timer, function: &Function<'_>, nth: usize) -> Around {
    let (site, guard) = (numbered("__INSTRUMENT_SITE", nth), numbered("__instrument_guard", nth));
    let private = private(timer.krate.as_ref());
    let name = optional(timer.name.as_ref());
    let location = location(&private, function.name);
    let sample = timer.sample.map(|sample| sample.0).filter(|sample| *sample > 1);
    let folds = timer.recursion == Recursion::Fold;

    let sampled = sample.map(Literal::u32_unsuffixed).map(|sample| quote_spanned!(ours() => .sampled(#sample)));
    let folded = folds.then(|| quote_spanned!(ours() => .folded()));
    let enter = match (sample, folds) {
        (_, true) => quote_spanned!(ours() => enter_folded),
        (Some(_), false) => quote_spanned!(ours() => enter_sampled),
        (None, false) => quote_spanned!(ours() => enter),
    };
    let (enter, call) = match &timer.components {
        Some(components) => {
            let (at, bundle) = (components.span(), components.bundle(&private));
            (quote_spanned!(at => enter_with::<#bundle>), quote_spanned!(at => #site.call_with::<#bundle>()))
        }
        None => (enter, quote_spanned!(ours() => #site.call())),
    };
    Around {
        rank: Rank::Timing,
        items: quote_spanned!(ours() =>
            static #site: #private::Site = #private::Site::new(#name, #location) #sampled #folded;
            #private::register!(#site);
        ),
        guard: quote_spanned!(ours() => let #guard = #site.#enter();),
        layer: Some(call),
        made: Made::FuturesAndStreams,
    }
}
