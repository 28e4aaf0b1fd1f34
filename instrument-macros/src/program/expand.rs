//! What becomes of `fn main` with `#[main]`: a guard that reports when it's dropped.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::parse::Main;
use crate::shared::body::Additions;
use crate::shared::function::Function;
use crate::shared::item::Item;
use crate::shared::runtime::{ours, private};

pub fn item(mut item: Item, main: &Main) -> TokenStream {
    if let Some(function) = Function::of(&item) {
        item.body = additions(main).add_to(&function).or(item.body);
    }
    item.into_token_stream()
}

fn additions(main: &Main) -> Additions {
    let private = private(main.krate.as_ref());
    let interval = match main.interval_seconds {
        Some(seconds) => {
            let seconds = Literal::u64_unsuffixed(seconds.0);
            quote_spanned!(ours() => ::core::option::Option::Some(#seconds))
        }
        None => quote_spanned!(ours() => ::core::option::Option::None),
    };
    let report = main.report.is_none_or(|report| report.0);
    Additions {
        items: TokenStream::new(),
        guard: quote_spanned!(ours() => let __instrument_main = #private::MainGuard::new(#interval, #report);),
        around_future: None,
        takes_streams: false,
    }
}
