//! What becomes of an item with `#[timer]`: a static, its registration and a guard for each of its functions.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::parse::{Recursion, Timer};
use crate::shared::attribute::Attribute;
use crate::shared::body::{Additions, with_content};
use crate::shared::function::Function;
use crate::shared::item::{Item, Kind};
use crate::shared::runtime::{location, optional, ours, private};

/// The item, timed; or, without a `timer`, as if it hadn't been annotated.
pub fn item(mut item: Item, timer: Option<&Timer>) -> TokenStream {
    let timer = timer.filter(|timer| !timer.skip.is_present());
    if let Some(function) = Function::of(&item) {
        let timed = timer.and_then(|timer| additions(&function, timer).add_to(&function));
        item.body = timed.or(item.body);
    } else if let (Kind::Impl | Kind::Trait | Kind::Module, Some(body)) = (item.kind, &item.body) {
        let items = Item::all_in(body).into_iter().map(|inner| within(item.kind, inner, timer));
        item.body = Some(with_content(body, items.collect()));
    }
    item.into_token_stream()
}

/// An item of an annotated block.
fn within(around: Kind, mut inner: Item, timer: Option<&Timer>) -> TokenStream {
    let owns: Vec<_> = inner.attributes.iter().map(own).collect();
    if owns.contains(&Own::Skip) {
        inner.attributes.retain(|attribute| own(attribute) != Own::Skip);
        return inner.into_token_stream();
    }
    // One with arguments of its own is expanded for itself.
    let ours = !owns.contains(&Own::Timer) && (around == Kind::Module || inner.kind == Kind::Function);
    if ours { item(inner, timer) } else { inner.into_token_stream() }
}

/// What an attribute of an item in an annotated block has to say about timing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    None,
    Timer,
    Skip,
}

pub fn own(attribute: &Attribute) -> Own {
    match attribute.name().as_deref() {
        _ if attribute.is_inner() => Own::None,
        Some("timer") if attribute.mentions("skip") => Own::Skip,
        Some("timer") => Own::Timer,
        // Whether it applies isn't known yet; if it does, it will expand for itself.
        Some("cfg_attr") if attribute.mentions("timer") => Own::Timer,
        _ => Own::None,
    }
}

fn additions(function: &Function<'_>, timer: &Timer) -> Additions {
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
    Additions {
        items: quote_spanned!(ours() =>
            static __INSTRUMENT_SITE: #private::Site = #private::Site::new(#name, #location) #sampled #folded;
            #private::register!(__INSTRUMENT_SITE);
        ),
        guard: quote_spanned!(ours() => let __instrument_guard = __INSTRUMENT_SITE.#enter();),
        around_future: Some(quote_spanned!(ours() => __INSTRUMENT_SITE.wall)),
    }
}
