//! What becomes of an item with `#[timer]`: a static, its registration and a guard for each of its functions.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::parse::{Recursion, Timer};
use crate::shared::attribute::Attribute;
use crate::shared::body::{Additions, with_content};
use crate::shared::function::Function;
use crate::shared::item::{Item, Kind};
use crate::shared::lints::{keep_quiet_about_drops, keep_shape};
use crate::shared::runtime::{location, optional, ours, private};

/// The item, timed.
pub fn item(mut item: Item, timer: &Timer) -> TokenStream {
    if timer.skip.is_present() {
        return item.into_token_stream();
    }
    if let Some(function) = Function::of(&item) {
        let is_async = function.is_async;
        item.body = additions(&function, timer).add_to(&function).or(item.body);
        if is_async {
            keep_quiet_about_drops(&mut item);
        }
    } else if let (Kind::Impl | Kind::Trait | Kind::Module, Some(body)) = (item.kind, &item.body) {
        let items = Item::all_in(body).into_iter().map(|inner| within(item.kind, inner, timer));
        item.body = Some(with_content(body, items.collect()));
    }
    item.into_token_stream()
}

/// An item of an annotated block.
fn within(around: Kind, mut inner: Item, timer: &Timer) -> TokenStream {
    // One with arguments of its own, be it `skip`, expands for itself. We mustn't remove that attribute: the user's import
    // of it would be unused, but only while timers are on.
    let ours = !inner.attributes.iter().any(is_timer) && (around == Kind::Module || inner.kind == Kind::Function);
    if !ours {
        return inner.into_token_stream();
    }
    keep_shape(&mut inner);
    item(inner, timer)
}

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
    let (enter, task) = match &timer.components {
        Some(components) => {
            let (at, bundle) = (components.span(), components.bundle(&private));
            (
                quote_spanned!(at => enter_with::<#bundle>),
                quote_spanned!(at => __INSTRUMENT_SITE.task_with::<#bundle, _>),
            )
        }
        None => (enter, quote_spanned!(ours() => __INSTRUMENT_SITE.task)),
    };
    Additions {
        items: quote_spanned!(ours() =>
            static __INSTRUMENT_SITE: #private::Site = #private::Site::new(#name, #location) #sampled #folded;
            #private::register!(__INSTRUMENT_SITE);
        ),
        guard: quote_spanned!(ours() => let __instrument_guard = __INSTRUMENT_SITE.#enter();),
        around_future: Some(task),
        takes_streams: true,
    }
}
