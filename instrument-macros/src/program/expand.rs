//! What `#[main]` adds to `fn main`: a guard that reports when it's dropped.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;

use super::parse::Main;
use crate::shared::part::{Around, Made, Rank, numbered};
use crate::shared::runtime::{ours, private};

pub fn part(main: &Main, nth: usize) -> Around {
    let guard = numbered("__instrument_main", nth);
    let private = private(main.krate.as_ref());
    let interval = match main.interval_seconds {
        Some(seconds) => {
            let seconds = Literal::u64_unsuffixed(seconds.0);
            quote_spanned!(ours() => ::core::option::Option::Some(#seconds))
        }
        None => quote_spanned!(ours() => ::core::option::Option::None),
    };
    let report = main.report.is_none_or(|report| report.0);
    let signals = main.signals.is_present();
    Around {
        rank: Rank::Program,
        items: TokenStream::new(),
        guard: quote_spanned!(ours() => let #guard = #private::MainGuard::new(#interval, #report, #signals);),
        layer: None,
        made: Made::Neither,
    }
}
